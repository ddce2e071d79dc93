/** The words of explain.ts in English. */
import { taskWords } from '../fleet/taskWords.ts';
import type { ExplainWords, ReasonWords } from './explainWords.ts';
import { troubleText } from './remarkText.ts';
import { remarkWordsEn } from './remarkWordsEn.ts';

const handStartedIn = (handStarted: number): string =>
  handStarted === 0 ? '' : `, ${handStarted} of them started by hand`;

const reasons: ReasonWords = {
  memory: (gpu, short, free, asked, held) =>
    `${gpu}: ${short} short (${free} free, ${asked} asked${held === null ? '' : `; ${held}`})`,
  held: (bytes, holder) => `${bytes} held by ${holder}`,
  nobody: 'nobody known',
  holder: (task, pid, owner) =>
    [task ?? (pid === null ? null : `pid ${pid}`), owner].filter((part) => part !== null).join(', '),
  gpus: (node, fitting, asked) =>
    `${node}: ${fitting} of ${asked} GPUs have room now; all must lie on one machine`,
  warmUp: (gpu, task) => `${gpu}: ${task} warms up there, to learn how much memory this takes`,
  strangers: (gpu, holder) =>
    `${gpu} and the others that would do are used by others${holder === null ? '' : ` (${holder})`}`,
  limit: {
    overall: (running, allowed) => `limit: ${running} of ${allowed} attempts run`,
    gpu: (running, allowed) => `limit: ${running} of ${allowed} attempts run on each GPU`,
    user: (running, allowed, handStarted) =>
      `limit: ${running} of your ${allowed} GPUs are in use${handStartedIn(handStarted)}`,
    table: (running, allowed) => `limit: ${running} of ${allowed} runs of this table`,
    node: (running, allowed) => `limit: ${running} runs without a GPU, one for each of ${allowed} cores`,
  },
  dependency: (task, wanted, state) =>
    wanted === 'ok' ? `after ${task} succeeds (now ${state})` : `after ${task} ends (now ${state})`,
  time: (duration) => `starts in ${duration} at the earliest`,
  backoff: (duration, endClass, retry, budget) =>
    `${endClass}: tried again in ${duration} (retry ${retry}${budget === null ? '' : ` of ${budget}`})`,
  previousRun: (run) => `after run ${run} of the same row`,
  reservation: (node, task) => `${node}: room is kept for ${task}`,
  paused: {
    table: 'its table is paused',
    queue: 'the queue is stopped: nothing new starts',
    failures: 'its table is paused: several runs in a row failed',
  },
  pausedWith: (paused, message) => `${paused}: ${message}`,
  heldBy: {
    user: 'held until it is released',
    'row-removed': 'its row is no longer in the file: drop or keep?',
  },
  nodes: ({ online, allowed, asOwner, matching, isNoGpuThere, trouble }) => {
    if (online === 0) return 'no machine is connected';
    if (allowed === 0) return 'no connected machine may run tasks (flowline nodes allow NODE)';
    if (asOwner === 0) return 'no machine that may run tasks runs them as its owner';
    if (isNoGpuThere)
      return 'no machine that may run it has a GPU (flowline edit TASK --gpus 0 asks for none)';
    if (matching === 0) return 'no machine that may run it has such a GPU, or is the one it is to run on';
    if (trouble === null) return 'every GPU that would do is switched off or not well';
    const { node, gpuIndex } = trouble;
    const message = trouble.what === null ? trouble.message : troubleText(trouble.what, remarkWordsEn);
    if (gpuIndex === null) return `${node} takes nothing new: ${message}`;
    return `${node} GPU ${gpuIndex}: ${message ?? 'switched off for tasks'}`;
  },
  turn: (before) => (before === 0 ? 'next in line' : `${before} before it`),
  impossible: (gpus, bytes, mostGpus, largest) => {
    const asked = bytes === null ? `${gpus} GPUs` : gpus === 1 ? bytes : `${gpus} GPUs with ${bytes} each`;
    if (gpus > mostGpus) return `impossible: ${asked} asked, the largest machine has ${mostGpus}`;
    return `impossible: ${asked} asked, the largest GPU can give ${largest ?? 'less'}`;
  },
};

export const explainEn: ExplainWords = {
  language: 'en',
  reasons,
  remarks: remarkWordsEn,
  task: taskWords.en,
};
