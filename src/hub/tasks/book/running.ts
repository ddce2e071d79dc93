/**
 * An attempt's life as the book records it: given to a node, told of by reports, over. A report counts only with the fence
 * of the attempt that lives and a sequence number that is new; everything else is answered and changes nothing.
 */

import { type RunEvent, transition } from '../../../model/runState.ts';
import { attemptIdOf, type Fence, isLive, parseAttemptId, taskIdOf } from '../../../model/task.ts';
import type { AttemptReport } from '../../../protocol/supervision.ts';
import { putAttempt } from './changes.ts';
import type { LiveAttempt, TaskRecord } from './records.ts';
import { adopt, noteFence } from './restoring.ts';
import { applies, apply, lastPlace, presentRun, type Shelf, settle, tell } from './shelf.ts';
import type { Change, Given, Reporter, ReportOutcome, Verdict } from './taskBook.ts';
import { endWords, startWords } from './words.ts';

export type Judge = (ended: LiveAttempt, report: AttemptReport) => Verdict;

/** Charges an owner for GPU seconds. */
export type Charge = (owner: string, gpuSeconds: number) => void;

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

export const compareFences = (one: Fence, other: Fence): number =>
  one.epoch - other.epoch || one.number - other.number;

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
  if (said.state === 'never-started') {
    notStarted(shelf, live, said.message ?? 'the node did not start it', null);
    return { kind: 'applied', task, ended: true, freed: true };
  }
  if (said.state === 'ended') {
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
  attempt.message = said.message ?? attempt.message;
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
    if (event.kind === 'started') tell(shelf, task, startWords(live));
    if (event.kind === 'node-back')
      tell(shelf, task, { ...about(live), kind: 'back', text: `${live.attempt.node} answers again` });
  }
  shelf.write(putAttempt(live, true));
}

const about = ({ attempt }: LiveAttempt) => ({
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
  // Defect 2 of the older scheduler: what somebody killed must never start again, whatever a budget says.
  const wasKilled = live.stop?.reason === 'user';
  const again = verdict.again && !wasKilled && verdict.isImpossible !== true;
  const event = (isAgain: boolean): RunEvent =>
    how === 'ended'
      ? { kind: 'ended', class: verdict.class, again: isAgain }
      : { kind: 'gone', again: isAgain };
  if (!applies(task, event(again))) return false;
  attempt.class = verdict.class;
  attempt.state = transition(task.runState ?? attempt.state, event(false)) ?? attempt.state;
  attempt.endedAtMs ??= shelf.nowMs();
  attempt.message = verdict.message ?? attempt.message;
  settle(shelf, task, () => {
    apply(shelf, task, event(again || verdict.isImpossible === true));
    if (verdict.isImpossible === true && !wasKilled) apply(shelf, task, { kind: 'impossible' });
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
  for (const story of endWords(live, verdict, again, by)) tell(shelf, task, story);
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
  message: string,
  notBeforeMs: number | null,
): Change {
  const { task, attempt } = live;
  if (!applies(task, { kind: 'not-started' })) return unchanged('it has started, or is over');
  attempt.state = 'cancelled';
  attempt.endedAtMs = shelf.nowMs();
  attempt.message = message;
  settle(shelf, task, () => {
    apply(shelf, task, { kind: 'not-started' });
    task.live = null;
    task.notBeforeMs = notBeforeMs;
  });
  tell(shelf, task, {
    ...about(live),
    kind: task.state === 'queued' ? 'queued-again' : 'ended',
    text: `not started on ${attempt.node}: ${message}`,
  });
  shelf.live.delete(live.id);
  shelf.write(putAttempt(live, false));
  return { done: true };
}

/** The cards of an attempt that is over are free, or somebody else's affair. */
export function cardsFreed(shelf: Shelf, live: LiveAttempt): Change {
  if (!live.isReturning) return unchanged('its cards were not waited for');
  live.isReturning = false;
  shelf.live.delete(live.id);
  shelf.revision += 1;
  shelf.write(putAttempt(live, false));
  return { done: true };
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
      text: `${attempt.node} is silent; its GPUs stay counted until it answers, or somebody says that it is gone`,
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
  if (live.isReturning || task.runState === null || !isLive(task.runState)) return unchanged('it is over');
  // Somebody's word outlasts a time limit: what was killed does not start again.
  if (live.stop !== null && (live.stop.reason === 'user' || stop.reason !== 'user'))
    return unchanged('it is being stopped already');
  live.stop = stop;
  settle(shelf, task, () => {
    // Unreachable and asked to stop: shown as stopping, told to the node when it is back.
    apply(shelf, task, { kind: 'stop-asked' });
    live.attempt.state = task.runState ?? live.attempt.state;
  });
  tell(shelf, task, { ...about(live), kind: 'stop-asked', by, text: STOP_WORDS[stop.reason] });
  shelf.write(putAttempt(live, true));
  return { done: true };
}

const STOP_WORDS = {
  user: 'asked to stop',
  'time-limit': 'its time limit is over',
  superseded: 'superseded by a newer attempt',
  preempted: 'stopped for another run',
} as const;

export const unchanged = (message: string): Change => ({ done: false, outcome: 'unchanged', message });
