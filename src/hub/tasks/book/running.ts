/**
 * An attempt's life as the book hears of it: reports, silence, and the wish that it ends. A report counts only with the fence
 * of the attempt that lives and a sequence number that is new; everything else is answered and changes nothing.
 */
import type { RunEvent } from '../../../model/runState.ts';
import { isLive, parseAttemptId } from '../../../model/task.ts';
import type { AttemptReport } from '../../../protocol/supervision.ts';
import { remarksOf } from '../verdicts.ts';
import { putAttempt } from './changes.ts';
import { about, type Charge, cardsFreed, end, notStarted, unchanged } from './ending.ts';
import { compareFences } from './leasing.ts';
import type { LiveAttempt, TaskRecord } from './records.ts';
import { adopt, noteFence } from './restoring.ts';
import { applies, apply, presentRun, type Shelf, settle, tell } from './shelf.ts';
import { startStory } from './stories.ts';
import type { Change, Reporter, ReportOutcome, Verdict } from './taskBook.ts';

export type Judge = (ended: LiveAttempt, report: AttemptReport) => Verdict;

/** What a node says of an attempt. */
export function report(
  shelf: Shelf,
  from: Reporter,
  said: AttemptReport,
  judge: Judge,
  charge: Charge,
): ReportOutcome {
  if (from.mayRun) noteFence(shelf, said.fence);
  const parts = parseAttemptId(said.attempt);
  const task = parts === null ? undefined : shelf.tasks.get(Number(parts.task.slice(1)));
  if (parts === null || task === undefined) return { kind: 'unknown' };
  const live = shelf.live.get(said.attempt);
  if (!live) {
    if (isOver(task, parts.run, parts.attempt))
      return isEnd(said) ? { kind: 'known' } : { kind: 'superseded' };
    const adopted = from.mayRun ? adopt(shelf, task, from, said) : null;
    if (!adopted) return { kind: 'unknown' };
    hear(shelf, adopted, said, judge, charge);
    return { kind: 'adopted', task };
  }
  // A node speaks of attempts that were leased to it, of no others (trust.md, 7).
  if (live.attempt.nodeId !== from.nodeId) return { kind: 'unknown' };
  const age = compareFences(said.fence, live.fence);
  if (age < 0) return { kind: 'superseded' };
  if (age > 0) live.fence = said.fence;
  if (said.sequence < live.sequence) return { kind: 'known' };
  // After a silence the newest report is repeated: that alone says that the node is back.
  if (said.sequence === live.sequence && task.runState !== 'unreachable') return { kind: 'known' };
  return hear(shelf, live, said, judge, charge);
}

/** Runs before the present one are over, and so are its attempts but the newest while that lives. */
function isOver(task: TaskRecord, run: number, attempt: number): boolean {
  return run < presentRun(task) || (run === presentRun(task) && attempt <= task.attempts);
}

const isEnd = (said: AttemptReport): boolean => said.state === 'ended' || said.state === 'never-started';

/** Takes a report that counts. */
function hear(
  shelf: Shelf,
  live: LiveAttempt,
  said: AttemptReport,
  judge: Judge,
  charge: Charge,
): ReportOutcome {
  const { task } = live;
  live.sequence = said.sequence;
  if (live.isReturning) {
    if (said.cardsFree) cardsFreed(shelf, live);
    else shelf.write(putAttempt(live, true));
    return { kind: 'applied', task, ended: false, freed: said.cardsFree };
  }
  takeFacts(live, said);
  if (said.state === 'never-started' && said.class === null) {
    notStarted(shelf, live, remarksOf(said)[0] ?? { kind: 'not-begun', why: 'not-told' }, null);
    return { kind: 'applied', task, ended: true, freed: true };
  }
  if (isEnd(said)) {
    live.isReturning = !said.cardsFree;
    end(shelf, live, { ...judge(live, said) }, 'ended', charge, null);
    return { kind: 'applied', task, ended: true, freed: said.cardsFree };
  }
  advance(shelf, live, said);
  return { kind: 'applied', task, ended: false, freed: false };
}

function takeFacts(live: LiveAttempt, said: AttemptReport): void {
  const { attempt } = live;
  const { pid, startedAtMs, endedAtMs, exitCode, signal, outOfMemory, cpuSeconds, hostMemoryPeakBytes } =
    said;
  Object.assign(attempt, { pid, startedAtMs, endedAtMs, exitCode, signal, outOfMemory });
  attempt.cpuSeconds = cpuSeconds ?? attempt.cpuSeconds;
  attempt.hostMemoryPeakBytes = hostMemoryPeakBytes ?? attempt.hostMemoryPeakBytes;
  if (said.message !== null) {
    attempt.message = said.message;
    attempt.remarks = said.remarks;
  }
  for (const gpu of attempt.gpus) {
    const peak = said.gpuMemoryPeakBytes.find((seen) => seen.uuid === gpu.uuid);
    if (peak) gpu.peakBytes = Math.max(peak.bytes, gpu.peakBytes ?? 0);
  }
}

/** A report of an attempt that lives. */
function advance(shelf: Shelf, live: LiveAttempt, said: AttemptReport): void {
  const { task } = live;
  const wasUnreachable = task.runState === 'unreachable';
  if (said.state === 'stopping' && live.stop === null) {
    live.stop = { reason: said.stopReason ?? 'time-limit', graceSeconds: 0, atMs: shelf.nowMs() };
  }
  const events: RunEvent[] = [];
  if (wasUnreachable) {
    const stopping = said.state === 'stopping' || live.stop !== null;
    events.push({ kind: 'node-back', stopping, started: said.state !== 'starting' });
  } else if (said.state === 'running') events.push({ kind: 'started' });
  else if (said.state === 'stopping') events.push({ kind: 'stop-asked' });
  const happening = events.filter((event) => applies(task, event));
  for (const event of happening) {
    settle(shelf, task, () => {
      apply(shelf, task, event);
      live.attempt.state = task.runState ?? live.attempt.state;
    });
    if (event.kind === 'started') tell(shelf, task, startStory(live));
    if (event.kind === 'node-back')
      tell(shelf, task, {
        ...about(live),
        kind: 'back',
        remarks: [{ kind: 'answers-again', node: live.attempt.node }],
      });
  }
  shelf.write(putAttempt(live, true));
}

/** The node is silent: what lives there may live on. */
export function nodeSilent(shelf: Shelf, nodeId: string): void {
  for (const live of shelf.live.values()) {
    const { task, attempt } = live;
    if (attempt.nodeId !== nodeId || live.isReturning || !applies(task, { kind: 'node-silent' })) continue;
    settle(shelf, task, () => {
      apply(shelf, task, { kind: 'node-silent' });
      attempt.state = 'unreachable';
    });
    tell(shelf, task, {
      ...about(live),
      kind: 'unreachable',
      remarks: [{ kind: 'silent', node: attempt.node }],
    });
    shelf.write(putAttempt(live, true));
  }
}

/** Asks for the end of an attempt that lives. */
export function askStop(
  shelf: Shelf,
  live: LiveAttempt,
  stop: NonNullable<LiveAttempt['stop']>,
  by: string | null,
): Change {
  const { task } = live;
  if (live.isReturning || task.runState === null || !isLive(task.runState))
    return unchanged({ kind: 'over' });
  // Somebody's word outlasts a time limit: what was killed does not start again.
  if (live.stop !== null && (live.stop.reason === 'user' || stop.reason !== 'user'))
    return unchanged({ kind: 'stopping-already' });
  live.stop = stop;
  settle(shelf, task, () => {
    // Unreachable and asked to stop: shown as stopping, told to the node when it is back.
    apply(shelf, task, { kind: 'stop-asked' });
    live.attempt.state = task.runState ?? live.attempt.state;
  });
  tell(shelf, task, {
    ...about(live),
    kind: 'stop-asked',
    by,
    remarks: [{ kind: 'stop-asked', reason: stop.reason }],
  });
  shelf.write(putAttempt(live, true));
  return { done: true };
}
