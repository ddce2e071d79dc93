/** Runs given out: the attempt, its fence, and what the ledger counts for it. */
import { attemptIdOf, type Fence, taskIdOf } from '../../../model/task.ts';
import { putAttempt } from './changes.ts';
import type { LiveAttempt, TaskRecord } from './records.ts';
import { apply, presentRun, type Shelf, settle } from './shelf.ts';
import type { Given } from './taskBook.ts';

/** Gives the present run of a queued task to a node. */
export function lease(shelf: Shelf, task: TaskRecord, given: Given): LiveAttempt | null {
  if (task.state !== 'queued') return null;
  const fence = { ...shelf.fence };
  shelf.fence.number += 1;
  return begin(shelf, task, given, fence, task.attempts + 1);
}

/** Makes the attempt and lets it be counted. */
export function begin(
  shelf: Shelf,
  task: TaskRecord,
  given: Given,
  fence: Fence,
  number: number,
): LiveAttempt {
  const run = presentRun(task);
  const live: LiveAttempt = {
    id: attemptIdOf(taskIdOf(task.number), run, number),
    task,
    fence,
    sequence: -1,
    stop: null,
    profile: given.profile,
    isWarmingUp: given.isWarmingUp,
    isReturning: false,
    attempt: {
      number,
      run,
      state: 'starting',
      nodeId: given.nodeId,
      node: given.node,
      gpus: given.gpus.map((gpu) => ({ ...gpu })),
      pid: null,
      leasedAtMs: shelf.nowMs(),
      startedAtMs: null,
      endedAtMs: null,
      exitCode: null,
      signal: null,
      class: null,
      outOfMemory: null,
      message: null,
      remarks: null,
      cpuSeconds: null,
      hostMemoryPeakBytes: null,
    },
  };
  settle(shelf, task, () => {
    apply(shelf, task, { kind: 'leased' });
    task.attempts = number;
    task.notBeforeMs = null;
    task.live = live;
  });
  shelf.live.set(live.id, live);
  shelf.write(putAttempt(live, true));
  return live;
}

export const compareFences = (one: Fence, other: Fence): number =>
  one.epoch - other.epoch || one.number - other.number;
