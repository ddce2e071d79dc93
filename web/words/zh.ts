/** The page's words in Chinese, by the glossary that page and commands share. */
import { explainZh } from '../../src/scheduling/explainWordsZh.ts';
import type { Words } from './en.ts';
import { agentSays } from './zh/agentSays.ts';
import { find } from './zh/find.ts';
import { fleet } from './zh/fleet.ts';
import { help } from './zh/help.ts';
import { machine } from './zh/machine.ts';
import { oneTask } from './zh/oneTask.ts';
import { processes } from './zh/processes.ts';
import { queue } from './zh/queue.ts';
import { taskForms } from './zh/taskForms.ts';
import { tasks } from './zh/tasks.ts';
import { why } from './zh/why.ts';

export const zh: Words = {
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
  language: 'zh',
  explain: explainZh,
  per: (used, total) => `${used} / ${total}`,
  copy: '复制',
  copied: '已复制',
  copyNamed: (what) => `复制 ${what}`,
  theme: '主题',
  density: '疏密',
  otherLanguage: 'English',
  close: '关闭',
  refresh: '立即刷新',
  loading: '正在等待第一批数据…',
  time: { second: '秒', minute: '分', hour: '小时', day: '天', tomorrow: '明天', ago: (age) => `${age}前` },
};
