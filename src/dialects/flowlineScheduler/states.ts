/** Our states of runs in the words of the older FlowLine, which knows six. */
import type { RunState } from '../../model/task.ts';

export type OlderStatus = 'PENDING' | 'RUNNING' | 'KILLING' | 'KILLED' | 'COMPLETED' | 'FAILED';

const STATUS: Record<RunState, OlderStatus> = {
  held: 'PENDING',
  queued: 'PENDING',
  starting: 'PENDING',
  running: 'RUNNING',
  // Its GPUs stay counted, and it may well run: there is no other word.
  unreachable: 'RUNNING',
  stopping: 'KILLING',
  cancelled: 'KILLED',
  succeeded: 'COMPLETED',
  failed: 'FAILED',
  timed_out: 'FAILED',
  impossible: 'FAILED',
  lost: 'FAILED',
};

export const olderStatus = (state: RunState): OlderStatus => STATUS[state];
