/** The page's words in English. `Words` is this object's shape: a key missing in another language does not compile. */
import { explainEn } from '../../src/scheduling/explainWordsEn.ts';
import { agentSays } from './en/agentSays.ts';
import { find } from './en/find.ts';
import { fleet } from './en/fleet.ts';
import { help } from './en/help.ts';
import { machine } from './en/machine.ts';
import { oneTask } from './en/oneTask.ts';
import { processes } from './en/processes.ts';
import { queue } from './en/queue.ts';
import { taskForms } from './en/taskForms.ts';
import { tasks } from './en/tasks.ts';
import { why } from './en/why.ts';

export const en = {
  ...machine,
  ...agentSays,
  ...fleet,
  ...find,
  ...processes,
  ...help,
  ...tasks,
  ...why,
  ...oneTask,
  ...queue,
  ...taskForms,
  language: 'en',
  explain: explainEn,
  per: (used: string, total: string) => `${used} of ${total}`,
  copy: 'Copy',
  copied: 'Copied',
  copyNamed: (what: string) => `Copy ${what}`,
  theme: 'Theme',
  density: 'Density',
  otherLanguage: '中文',
  close: 'Close',
  refresh: 'Refresh now',
  loading: 'The first figures are being waited for…',
  time: {
    second: 's',
    minute: 'min',
    hour: 'h',
    day: 'd',
    tomorrow: 'tomorrow',
    ago: (age: string) => `${age} ago`,
  },
};

export type Words = typeof en;
