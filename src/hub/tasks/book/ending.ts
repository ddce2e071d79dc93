/** How an attempt ends in the book: with a verdict, never having started, or with cards that come back later. */
import type { EndRemark } from '../../../model/endRemark.ts';
import { MAX_MESSAGE_CHARACTERS } from '../../../model/limits.ts';
import type { Remark } from '../../../model/remark.ts';
import { type RunEvent, transition } from '../../../model/runState.ts';
import type { Attempt } from '../../../model/task.ts';
import { remarksText } from '../../../scheduling/remarkText.ts';
import { putAttempt } from './changes.ts';
import type { LiveAttempt } from './records.ts';
import { applies, apply, beginRun, lastPlace, type Shelf, settle, tell } from './shelf.ts';
import { endStories } from './stories.ts';
import type { Change, Verdict } from './taskBook.ts';

/** Charges an owner for GPU seconds. */
export type Charge = (owner: string, gpuSeconds: number) => void;

export const unchanged = (remark: Remark): Change => ({ done: false, outcome: 'unchanged', remark });

/** Enters what is said of an attempt, in both forms. */
export function say(attempt: Attempt, remarks: EndRemark[]): void {
  attempt.remarks = remarks;
  attempt.message = remarksText(remarks, null)?.slice(0, MAX_MESSAGE_CHARACTERS) ?? null;
}

/** Which attempt a sentence of the story is about. */
export const about = ({ attempt }: LiveAttempt) => ({
  run: attempt.run,
  attempt: attempt.number,
  by: null,
  figures: null,
});

/** The attempt is over: its run is queued again, behind the others, or ends for good. */
export function end(
  shelf: Shelf,
  live: LiveAttempt,
  verdict: Verdict,
  how: 'ended' | 'gone',
  charge: Charge,
  by: string | null,
): boolean {
  const { task, attempt } = live;
  // It is over and only its cards are waited for: a word about it must not end a later attempt that lives.
  if (task.live !== live) return false;
  // Defect 2 of the older scheduler: what somebody killed must never start again, whatever a budget says.
  const wasKilled = live.stop?.reason === 'user';
  const isImpossible = verdict.isImpossible === true && !wasKilled;
  const again = verdict.again && !wasKilled && !isImpossible;
  const event = (isAgain: boolean): RunEvent =>
    how === 'ended'
      ? { kind: 'ended', class: verdict.class, again: isAgain }
      : { kind: 'gone', again: isAgain };
  if (!applies(task, event(again))) return false;
  attempt.class = verdict.class;
  attempt.state = transition(task.runState ?? attempt.state, event(false)) ?? attempt.state;
  attempt.endedAtMs ??= shelf.nowMs();
  if (verdict.remarks.length > 0) say(attempt, verdict.remarks);
  settle(shelf, task, () => {
    apply(shelf, task, event(again || isImpossible));
    if (isImpossible) apply(shelf, task, { kind: 'impossible' });
    // It succeeded before the word reached it: that counts, and the runs after it were meant by the word too.
    if (wasKilled && task.runState === null && task.runNum < task.needRunNum) {
      beginRun(shelf, task);
      apply(shelf, task, { kind: 'cancelled' });
    }
    task.live = null;
    task.last = {
      run: attempt.run,
      attempt: attempt.number,
      class: verdict.class,
      exitCode: attempt.exitCode,
      startedAtMs: attempt.startedAtMs,
      endedAtMs: attempt.endedAtMs,
      nodeId: attempt.nodeId,
      node: attempt.node,
      gpus: attempt.gpus.map((gpu) => gpu.index).join(','),
    };
    if (verdict.learnedBytes !== undefined) task.learnedBytes = verdict.learnedBytes;
    if (task.runState === 'queued' && again) {
      task.place = lastPlace(shelf);
      task.notBeforeMs = verdict.notBeforeMs;
      task.avoid = verdict.avoid ?? null;
      task.usedRetries = {
        ...task.usedRetries,
        [verdict.class]: (task.usedRetries?.[verdict.class] ?? 0) + 1,
      };
    }
  });
  for (const story of endStories(live, { ...verdict, isImpossible }, again, by)) tell(shelf, task, story);
  charge(task.table.owner, gpuSecondsOf(shelf, live));
  if (!live.isReturning) shelf.live.delete(live.id);
  shelf.write(putAttempt(live, live.isReturning));
  return true;
}

/** By the node's own clock where it measured a span, but never more than passed here since it was given out. */
function gpuSecondsOf(shelf: Shelf, { attempt }: LiveAttempt): number {
  const hereMs = Math.max(0, shelf.nowMs() - attempt.leasedAtMs);
  const thereMs =
    attempt.startedAtMs === null || attempt.endedAtMs === null
      ? hereMs
      : Math.max(0, attempt.endedAtMs - attempt.startedAtMs);
  return (attempt.gpus.length * Math.min(hereMs, thereMs)) / 1000;
}

/** The lease never became a process: queued again where it was. */
export function notStarted(
  shelf: Shelf,
  live: LiveAttempt,
  remark: EndRemark,
  notBeforeMs: number | null,
): Change {
  const { task, attempt } = live;
  if (task.live !== live || !applies(task, { kind: 'not-started' })) return unchanged({ kind: 'over' });
  attempt.state = 'cancelled';
  attempt.endedAtMs = shelf.nowMs();
  say(attempt, [remark]);
  settle(shelf, task, () => {
    apply(shelf, task, { kind: 'not-started' });
    task.live = null;
    task.notBeforeMs = notBeforeMs;
  });
  tell(shelf, task, {
    ...about(live),
    kind: task.state === 'queued' ? 'queued-again' : 'ended',
    remarks: [{ kind: 'not-started', node: attempt.node }, remark],
  });
  shelf.live.delete(live.id);
  shelf.write(putAttempt(live, false));
  return { done: true };
}

/** The cards of an attempt that is over are free, or somebody else's affair. */
export function cardsFreed(shelf: Shelf, live: LiveAttempt): Change {
  if (!live.isReturning) return unchanged({ kind: 'same' });
  live.isReturning = false;
  shelf.live.delete(live.id);
  shelf.revision += 1;
  shelf.write(putAttempt(live, false));
  return { done: true };
}
