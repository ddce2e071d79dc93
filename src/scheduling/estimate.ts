/**
 * When a row and a table will be done, with the error of the estimate: from how long finished runs of the same profile
 * took. Null where nothing is known; a guess without a basis is not told.
 */

export interface Estimate {
  doneAtMs: number;
  /** One standard error, to either side; null from a single run: nothing is known of how much they differ. */
  errorMs: number | null;
}

/** How long runs of a profile take. */
export interface Length {
  meanMs: number;
  /** Null from a single one. */
  deviationMs: number | null;
}

/** When a run that started then will be done; what already ran longer than some is compared with the longer ones. */
export function estimateRun(
  durationSeconds: readonly number[],
  startedAtMs: number,
  nowMs: number,
): Estimate | null {
  const elapsedSeconds = (nowMs - startedAtMs) / 1000;
  const length = lengthOf(durationSeconds.filter((seconds) => seconds > elapsedSeconds));
  // Longer than every one before: anything could be said.
  if (!length) return null;
  return { doneAtMs: Math.round(startedAtMs + length.meanMs), errorMs: roundedMs(length.deviationMs) };
}

export interface TableProgress {
  /** Of finished runs of its profile. */
  durationSeconds: readonly number[];
  /** When those that run now started. */
  runningSinceMs: readonly number[];
  /** Runs that are still to start. */
  waiting: number;
  /** Paused, or held by anything that no length of runs can tell: there is no end to name. */
  isStopped: boolean;
}

/**
 * When a table's last run will be done, if it goes on with as many at once as now: those that run come free one after
 * another, and each takes the next.
 */
export function estimateTable(progress: TableProgress, nowMs: number): Estimate | null {
  const { durationSeconds, runningSinceMs, waiting, isStopped } = progress;
  const length = lengthOf(durationSeconds);
  const slots = runningSinceMs.length;
  if (isStopped || !length || slots === 0) return null;
  const leftMs = runningSinceMs.map((sinceMs) => {
    const estimate = estimateRun(durationSeconds, sinceMs, nowMs);
    // One that is longer than all before may end any moment, and may not.
    return estimate ? estimate.doneAtMs - nowMs : length.meanMs / 2;
  });
  const rounds = waiting / slots;
  const ahead = leftMs.reduce((sum, left) => sum + left, 0) / slots;
  const lastMs =
    waiting === 0 ? Math.max(...leftMs) : ahead + rounds * length.meanMs + tailMs(rounds, length);
  const errorMs =
    length.deviationMs === null
      ? null
      : // Errors of independent runs in a row add by their squares; that of the mean itself is the same for all of them.
        Math.hypot(
          length.deviationMs * Math.sqrt(rounds + 1),
          ((rounds + 1) * length.deviationMs) / Math.sqrt(durationSeconds.length),
        );
  return { doneAtMs: Math.round(nowMs + Math.max(0, lastMs)), errorMs: roundedMs(errorMs) };
}

/** The last round ends with its slowest: on average half a run later than an even share would say. */
const tailMs = (rounds: number, { meanMs }: Length): number => (rounds > 0 ? meanMs / 2 : 0);

/** How long runs take that took so long; null where none ended. */
export function lengthOf(seconds: readonly number[]): Length | null {
  if (seconds.length === 0) return null;
  const mean = seconds.reduce((sum, value) => sum + value, 0) / seconds.length;
  if (seconds.length === 1) return { meanMs: mean * 1000, deviationMs: null };
  const squares = seconds.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { meanMs: mean * 1000, deviationMs: Math.sqrt(squares / (seconds.length - 1)) * 1000 };
}

/** Whole milliseconds. */
export const roundedMs = (value: number | null): number | null => (value === null ? null : Math.round(value));
