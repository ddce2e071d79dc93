/**
 * A database that was restored from an older copy (trust.md, 18). It is told by the note beside it (store/note.ts), or by
 * a node that knows a fence which was never given out here. Then a new epoch begins, so that every later lease supersedes
 * the forgotten ones, and nothing is given out until the nodes have told what they run; that is taken over.
 */
import { type Fence, isFinal, isLive, parseAttemptId } from '../../../model/task.ts';
import type { AttemptReport } from '../../../protocol/supervision.ts';
import { end } from './ending.ts';
import { begin, compareFences } from './leasing.ts';
import type { LiveAttempt, TaskRecord } from './records.ts';
import { apply, presentRun, type Shelf, settle } from './shelf.ts';
import type { Reporter, Verdict } from './taskBook.ts';

/** Begins a new epoch above all that is known. */
export function beginEpoch(shelf: Shelf, above: number): void {
  shelf.fence.epoch = Math.max(shelf.fence.epoch, above) + 1;
  shelf.isRestored = true;
  shelf.write(['putFact', 'epoch', String(shelf.fence.epoch)]);
  shelf.write(['putFact', 'restored', 'true']);
}

/** True where this database never gave out such a fence, and a new epoch began for it. */
export function noteFence(shelf: Shelf, fence: Fence): boolean {
  if (compareFences(fence, shelf.fence) < 0) return false;
  beginEpoch(shelf, fence.epoch);
  return true;
}

/**
 * Takes over an attempt whose lease this copy never saw, where its run is the present one: if that waits or ended, the
 * attempt is what became of it later; if another attempt of it lives here, that one must have been over before.
 * @returns null where it belongs to no run that is known, or no forgotten hub can have leased it: every lease of this
 *   epoch is in the database before a node hears of it.
 */
export function adopt(
  shelf: Shelf,
  task: TaskRecord,
  from: Reporter,
  said: AttemptReport,
): LiveAttempt | null {
  const parts = parseAttemptId(said.attempt);
  if (parts === null || parts.run !== presentRun(task) || task.runState === null) return null;
  if (said.fence.epoch >= shelf.fence.epoch) return null;
  if (task.live && isLive(task.runState)) {
    if (compareFences(said.fence, task.live.fence) <= 0) return null;
    const verdict = {
      class: 'infra',
      again: true,
      notBeforeMs: null,
      remarks: [{ kind: 'gone', how: 'superseded', by: null }],
    } satisfies Verdict;
    task.live.stop = null;
    end(shelf, task.live, verdict, 'gone', () => undefined, null);
  }
  settle(shelf, task, () => {
    if (task.runState !== null && isFinal(task.runState)) apply(shelf, task, { kind: 'run-again' });
    apply(shelf, task, { kind: 'released' });
  });
  const gpus = said.gpuMemoryPeakBytes.map(({ uuid, bytes }) => ({
    uuid,
    index: from.gpuIndex(uuid),
    promisedBytes: null,
    peakBytes: bytes,
  }));
  const given = { nodeId: from.nodeId, node: from.node, gpus, profile: null, isWarmingUp: false };
  return begin(shelf, task, given, said.fence, parts.attempt);
}
