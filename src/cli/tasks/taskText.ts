/** Tasks and attempts in a terminal's words: state with its colour, where and how long, what came of it. */
import { isPassedOver } from '../../fleet/taskWords.ts';
import type { Attempt, RunState } from '../../model/task.ts';
import { isLive } from '../../model/task.ts';
import type { WaitingReason } from '../../model/waiting.ts';
import type { Task } from '../../protocol/taskApi.ts';
import { explain } from '../../scheduling/explain.ts';
import { remarksText } from '../../scheduling/remarkText.ts';
import type { Cell } from '../text/cell.ts';
import { MISSING, ranges, size, span } from '../text/figures.ts';
import type { Style } from '../text/paint.ts';
import type { Words } from '../words/words.ts';

const STYLES: Record<RunState, Style> = {
  held: 'warn',
  queued: 'plain',
  starting: 'busy',
  running: 'busy',
  stopping: 'warn',
  unreachable: 'warn',
  succeeded: 'good',
  failed: 'bad',
  cancelled: 'faint',
  timed_out: 'bad',
  impossible: 'bad',
  lost: 'bad',
};

export const stateCell = (state: RunState, words: Words): Cell => ({
  text: words.taskState.state[state],
  style: STYLES[state],
});

/** The attempt that tells most of a task: the newest. */
export const newestAttempt = (task: Pick<Task, 'attempts'>): Attempt | null => task.attempts.at(-1) ?? null;

/** `vega GPU 0,1`; `–` before it was given any. */
export function whereText(attempt: Attempt | null): string {
  if (attempt === null) return MISSING;
  if (attempt.gpus.length === 0) return attempt.node;
  return `${attempt.node} GPU ${ranges(attempt.gpus.map(({ index }) => index))}`;
}

/** How long the attempt took, or has taken by now. */
export function tookText(attempt: Attempt | null, nowMs: number, words: Words): string {
  if (attempt === null || attempt.startedAtMs === null) return MISSING;
  return span(words, (attempt.endedAtMs ?? nowMs) - attempt.startedAtMs);
}

/** Why it waits: in English as the hub says it, else from the same figures. */
export const waitingText = ({ waiting, waitingReason }: Task, words: Words): string =>
  waitingWords(waiting, waitingReason, words);

/** The same of a reason by itself, with the hub's own words for it. */
export function waitingWords(
  waiting: WaitingReason | null,
  waitingReason: string | null,
  { language, waiting: words }: Words,
): string {
  if (waiting === null || language === 'en') return waitingReason ?? '';
  return explain(waiting, {
    words,
    nowMs: Date.now(),
    isOneNode: waitingReason?.startsWith('GPU ') ?? false,
  });
}

/** Why it waits, or what came of its newest attempt. */
export function outcomeText(task: Task, nowMs: number, words: Words): string {
  if (task.waitingReason !== null) return withStart(task, waitingText(task, words), nowMs, words);
  const attempt = newestAttempt(task);
  if (isPassedOver(task)) return words.taskState.passedOver(task.runNum, task.needRunNum);
  if (attempt === null) return '';
  if (attempt.state === 'unreachable') return words.tasks.silent(attempt.node);
  if (isLive(attempt.state)) return saidOf(attempt, words) ?? '';
  return endText(attempt, words);
}

/** What was said of it, in the terminal's language; of one that an earlier version recorded in its English words. */
export const saidOf = ({ remarks, message }: Attempt, words: Words): string | null =>
  remarksText(remarks, message, words.remarks);

/** Nearer than this an estimate has nothing more to say. */
const SOON_MS = 10_000;

/** The reason with when it starts, where that is known: `limit: 4 of 4 runs of this table, starts in ≈ 12 min ± 3 min`. */
export function withStart(
  { startsAtMs, startsErrorMs }: Pick<Task, 'startsAtMs' | 'startsErrorMs'>,
  reason: string,
  nowMs: number,
  words: Words,
): string {
  if (startsAtMs === null || startsAtMs <= nowMs) return reason;
  const error = startsErrorMs === null || startsErrorMs < 1000 ? '' : ` ± ${span(words, startsErrorMs)}`;
  if (startsAtMs - nowMs < SOON_MS) return `${reason}${words.comma}${words.tasks.startsSoon}`;
  return `${reason}${words.comma}${words.tasks.startsIn(`${span(words, startsAtMs - nowMs)}${error}`)}`;
}

/** `exit 1, ValueError: loss is nan, peak 7.8 GiB`. */
export function endText(attempt: Attempt, words: Words): string {
  const code =
    attempt.signal !== null
      ? attempt.signal
      : attempt.exitCode === null
        ? null
        : words.tasks.exit(attempt.exitCode);
  const told = attempt.outOfMemory?.line ?? saidOf(attempt, words);
  // Where the program says itself why it failed, that it failed needs no words.
  const isPlain = attempt.class === null || attempt.class === 'ok' || (attempt.class === 'program' && told);
  // And that it was stopped says by whom, or by its limit.
  const isStop = attempt.remarks?.[0]?.kind === 'stopped';
  const why = isPlain || isStop || attempt.class === null ? null : words.taskState.class[attempt.class];
  const peak = attempt.gpus.map(({ peakBytes }) => peakBytes).filter((bytes) => bytes !== null);
  const parts = [code, why, told, peak.length > 0 ? words.tasks.peak(size(Math.max(...peak))) : null];
  return parts.filter((part) => part !== null && part !== '').join(words.comma);
}
