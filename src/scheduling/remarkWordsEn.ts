/** The words of remarkText.ts in English. */
import { taskWords } from '../fleet/taskWords.ts';
import { stateWords } from '../fleet/words.ts';
import { formatBytes, formatDuration } from '../lib/durations.ts';
import type { RunState } from '../model/task.ts';
import { gib, seenNeed } from './remarkFigures.ts';
import type { RemarkWords } from './remarkText.ts';

const plural = (amount: number, one: string, many: string): string => (amount === 1 ? one : many);

const STANDS: Partial<Record<RunState, string>> = {
  succeeded: 'it has succeeded',
  failed: 'it has failed',
  cancelled: 'it was cancelled',
  timed_out: 'it ran into its time limit',
  impossible: 'no GPU that is known could hold it',
  lost: 'it was lost',
};

const stands = (state: RunState): string => STANDS[state] ?? `it is ${taskWords.en.state[state]}`;

const FIELDS = {
  gpus: 'GPUs',
  memoryBytes: 'memory',
  model: 'model',
  node: 'node',
  priority: 'priority',
  needRunNum: 'runs wanted',
  timeLimitSeconds: 'time limit',
  retries: 'retries',
  startAfterMs: 'start time',
  name: 'name',
} as const;

function edited(field: keyof typeof FIELDS, value: string | number | null): string {
  if (value === null)
    return field === 'memoryBytes' ? 'learned' : field === 'timeLimitSeconds' ? 'none' : 'any';
  if (field === 'memoryBytes') return formatBytes(Number(value));
  if (field === 'timeLimitSeconds') return formatDuration(Number(value) * 1000);
  return field === 'startAfterMs' ? new Date(value).toISOString() : String(value);
}

export const remarkWordsEn: RemarkWords = {
  between: '. ',
  colon: ': ',
  remark: {
    text: ({ text }) => text,
    stopped: ({ by, limitSeconds }) => {
      if (by === 'time-limit')
        return `stopped at its time limit${limitSeconds === null ? '' : ` of ${formatDuration(limitSeconds * 1000)}`}`;
      if (by === 'superseded') return 'stopped because the hub gave the run out anew';
      return by === 'preempted' ? 'stopped to make room' : 'stopped on request';
    },
    'machine-restarted': () => 'the machine was restarted while it ran',
    'wrapper-killed': () =>
      'its wrapper was killed from outside, so nobody could see how the program ended; what was left of it was stopped',
    'memory-exit-code': ({ code }) => `exit code ${code} is one that means: out of GPU memory`,
    'kernel-killed': () => 'the kernel ended a process of it: the machine, or its group, was out of memory',
    killed: ({ isMachineOutOfMemory }) =>
      isMachineOutOfMemory
        ? "killed (SIGKILL) while the machine was out of memory: the kernel's log names what it ended"
        : 'killed (SIGKILL) from outside FlowLine: by a guard against full memory such as earlyoom, an administrator, or a person',
    'not-executed': ({ code }) =>
      code === 127 ? 'the program was not found' : 'the program could not be executed',
    'left-behind': ({ processes }) =>
      plural(
        processes,
        'A process that it left behind was ended',
        `${processes} processes that it left behind were ended`,
      ),
    unkillable: ({ processes }) =>
      `unkillable: process ${processes} is still there after SIGKILL: it waits inside the kernel, for the GPU driver or a file system, and ends when that answers or the machine restarts`,
    'not-begun': ({ why }) =>
      ({
        stopped: 'stopped before anything of it was executed',
        disk: 'the disk of the data folder is full: nothing was executed',
        'agent-ended': 'the agent ended before it executed anything of it',
        'never-heard': 'its node never heard of it',
        'ended-before': 'ended before its node heard of it',
        'not-told': 'the node did not start it',
      })[why],
    'no-folder': ({ path }) => `the working directory ${path} is not there, or may not be entered`,
    gone: ({ how, by }) =>
      ({
        'unknown-there': 'its node knows nothing of it any more',
        silent: 'its node was silent for 15 min, and the task may run twice',
        confirmed: `${by ?? 'somebody'} confirmed that it is gone`,
        superseded: 'a later attempt is known',
      })[how],
    victim: ({ heldBytes, roomBytes, othersBytes, denied }) => {
      const left =
        denied === null
          ? `they held ${gib(othersBytes ?? 0)}`
          : `asked for ${gib(denied.triedBytes)} more, and ${gib(denied.freeBytes)} was free`;
      return `Others left it too little: it held ${gib(heldBytes)} GiB of its ${gib(roomBytes)}, ${left}. It goes elsewhere with the same promise.`;
    },
    'memory-not-seen': () =>
      'It ran out of GPU memory; how much it took was not seen. It is given a whole card again.',
    'next-promise': ({ heldBytes, triedBytes, hadBytes, grownBytes, growth, wantedBytes, beyond }) => {
      const seen = seenNeed(heldBytes, triedBytes, 'its peak', 'asked for');
      const grown =
        hadBytes === null || grownBytes === null ? null : `${gib(hadBytes)} × ${growth} = ${gib(grownBytes)}`;
      const sum =
        seen !== null && grown !== null
          ? `the larger of ${seen} and ${grown} GiB`
          : `${seen ?? grown ?? gib(wantedBytes)} GiB`;
      const more =
        beyond === null
          ? ''
          : {
              'this-card': `: a bigger GPU than this one, which can give ${gib(beyond.bytes)} GiB`,
              'largest-which-it-gets': `; the largest GPU can give ${gib(beyond.bytes)} GiB, which it gets`,
              largest: `; the largest GPU can give ${gib(beyond.bytes)} GiB`,
            }[beyond.what];
      return `Promised next time: ${sum}${more}.`;
    },
    'retries-used': ({ budget }) => `All ${budget} retries are used.`,
    again: ({ waitMs, retry, budget }) =>
      `Tried again in ${formatDuration(waitMs)} (retry ${retry}${budget === null ? '' : ` of ${budget}`}).`,

    submitted: () => 'submitted',
    started: ({ node, gpus }) => `started on ${node}${gpus.length === 0 ? '' : `, GPU ${gpus.join(', ')}`}`,
    ended: ({ class: endClass, signal, exitCode }) => {
      const how = signal ?? (exitCode ? `exit code ${exitCode}` : null);
      return `${taskWords.en.ended[endClass]}${how === null ? '' : ` (${how})`}`;
    },
    'not-started': ({ node }) => `not started on ${node}`,
    'other-promise': () => 'its next attempt promises another amount',
    'no-card': ({ asked }) => {
      if (asked === null) return 'no GPU that is known could hold it';
      const { bytes, gpus, largestBytes, mostGpus } = asked;
      const wanted =
        bytes === null
          ? `${gpus} GPUs`
          : gpus === 1
            ? formatBytes(bytes)
            : `${gpus} GPUs with ${formatBytes(bytes)} each`;
      if (gpus > mostGpus) return `impossible: ${wanted} asked, the largest machine has ${mostGpus}`;
      return `impossible: ${wanted} asked, the largest GPU can give ${largestBytes === null ? 'less' : formatBytes(largestBytes)}`;
    },
    'queued-again': ({ isFresh }) =>
      isFresh ? 'queued again, with fresh budgets' : 'queued again, behind the others',
    'taken-out': () => 'taken out of the queue',
    held: () => 'held until it is released',
    released: () => 'released',
    moved: ({ to, task }) =>
      to === 'first' || to === 'last'
        ? `moved to the ${to === 'first' ? 'front' : 'end'}`
        : `moved ${to} ${task}`,
    edited: ({ changes }) =>
      (Object.entries(changes) as [keyof typeof FIELDS, string | number | null][])
        .map(([field, value]) => `${FIELDS[field]}: ${edited(field, value)}`)
        .join(', '),
    'table-changed': () => 'its table was changed',
    'row-removed': () => 'its row is no longer in the file: kill it, or release it to run all the same',
    'row-returned': () => 'its row is back in the file',
    'stop-asked': ({ reason }) =>
      ({
        user: 'asked to stop',
        'time-limit': 'its time limit is over',
        superseded: 'superseded by a newer attempt',
        preempted: 'stopped for another run',
      })[reason],
    silent: ({ node }) =>
      `${node} is silent; its GPUs stay counted until it answers, or somebody says that it is gone`,
    'answers-again': ({ node }) => `${node} answers again`,
    'log-cleaned': ({ node, reason }) =>
      `log cleaned up on ${node}: ${reason === 'age' ? 'it was older than logs are kept' : 'the logs there took more than they may'}`,

    state: ({ state }) => stands(state),
    'changed-for-again': ({ state }) => `${stands(state)}: \`flowline retry\` runs it so`,
    same: () => 'it was so already',
    'out-on-node': () => 'it is out on a node: only its name and how often it runs can change',
    'no-environment': () =>
      'the environment it was submitted with is no longer kept: submit its table again, rows that succeeded are left out',
    'unknown-task': ({ task }) => `there is no task ${task}`,
    'stopping-already': () => 'it is being stopped already',
    over: () => 'it is over',
    'not-unreachable': ({ state }) => `it is not unreachable: ${taskWords.en.state[state]}`,
  },
  trouble: {
    driver: ({ state, message }) => message ?? stateWords.en.driver[state],
    gpu: ({ state, message }) => message ?? `the GPU is ${state}`,
    'needs-care': () => 'the driver asks for a reset, or memory repairs wait for one',
    mig: () => 'it is split into MIG instances',
    prohibited: () => 'its compute mode prohibits programs',
    exclusive: ({ pid }) => `its compute mode is exclusive, and pid ${pid} has it`,
    'memory-not-back': ({ attempt, seconds }) =>
      `the memory of ${attempt}, which has ended, did not come back within ${seconds} s`,
    maintenance: () => 'it is in maintenance',
    strikes: ({ node, attempts, last }) =>
      `${attempts} attempts failed there without their own fault${last === null ? '' : `, the last: ${last}`} (once that is mended: flowline nodes allow ${node})`,
    'rows-coming': () => 'its rows are still being sent',
    restored: ({ nodes, others }) =>
      `the queue was restored from an older copy; it goes on once ${nodes.join(', ')}${others > 0 ? ` and ${others} more` : ''} told what runs there (a machine that is gone for good: \`flowline nodes disallow\`)`,
  },
};
