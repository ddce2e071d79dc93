/**
 * When it is a waiting row's turn: how many runs of its table come before its own, and what that means in time, if the
 * table goes on with as many at once as now. Null where nothing is known: none of its kind ever ended, or none runs now.
 * Asked for the rows that somebody looks at: one pass over their table, whatever their number.
 */
import { type Estimate, estimateRun, lengthOf, roundedMs } from './estimate.ts';

/** What decides a row's place within its table: the band first, then the place, then the number. */
export interface InLine {
  number: number;
  priority: number;
  /** Lower goes first. */
  place: number;
}

/**
 * Runs that come before each of some rows, by number.
 * @param rows all of their table, in any order
 * @param runsLeft runs that a row still wants to start; 0 for one that keeps nobody waiting
 */
export function runsAhead<Row extends InLine>(
  asked: readonly Row[],
  rows: Iterable<Row>,
  runsLeft: (row: Row) => number,
): Map<number, number> {
  const sorted = asked.toSorted(inOrder);
  /** Runs of rows between one that was asked for and the one before it. */
  const between = new Array<number>(sorted.length).fill(0);
  for (const row of rows) {
    const runs = runsLeft(row);
    if (runs === 0) continue;
    const place = firstBehind(sorted, row);
    if (place < sorted.length) between[place] = (between[place] ?? 0) + runs;
  }
  let ahead = 0;
  return new Map(
    sorted.map(({ number }, place) => {
      ahead += between[place] ?? 0;
      return [number, ahead];
    }),
  );
}

const inOrder = (a: InLine, b: InLine): number =>
  b.priority - a.priority || a.place - b.place || a.number - b.number;

/** The first of the sorted ones that stands behind a row. */
function firstBehind(sorted: readonly InLine[], row: InLine): number {
  let from = 0;
  let to = sorted.length;
  while (from < to) {
    const middle = (from + to) >> 1;
    const other = sorted[middle];
    if (other && inOrder(other, row) <= 0) from = middle + 1;
    else to = middle;
  }
  return from;
}

export interface TableNow {
  /** Of finished runs of its profile. */
  durationSeconds: readonly number[];
  /** When those of it that run now started. */
  runningSinceMs: readonly number[];
}

/**
 * When a waiting run starts, by the runs of its table that start before it; `doneAtMs` of this is its start. Null where it
 * takes the place of one that runs longer than all before: that one may end any moment, and may not.
 */
export type StartsAfter = (ahead: number) => Estimate | null;

/** Looked at once for all rows of a table that are asked for. */
export function estimateStarts(
  { durationSeconds, runningSinceMs }: TableNow,
  nowMs: number,
): StartsAfter | null {
  const length = lengthOf(durationSeconds);
  const slots = runningSinceMs.length;
  if (!length || slots === 0) return null;
  const { meanMs, deviationMs } = length;
  const left = runningSinceMs
    .map((sinceMs) => {
      const estimate = estimateRun(durationSeconds, sinceMs, nowMs);
      // Rounds later it matters little when the one that is late ends.
      return { isLate: !estimate, ms: estimate ? Math.max(0, estimate.doneAtMs - nowMs) : meanMs / 2 };
    })
    .sort((a, b) => a.ms - b.ms);
  return (ahead) => {
    // Those that run come free one after another, and each takes the next.
    const rounds = Math.floor(ahead / slots);
    const slot = left[ahead % slots];
    if (!slot || (slot.isLate && rounds === 0)) return null;
    const inMs = slot.ms + rounds * meanMs;
    // As for a table (estimate.ts): independent errors add by their squares, that of the mean is the same for all rounds.
    const errorMs =
      deviationMs === null
        ? null
        : Math.hypot(
            deviationMs * Math.sqrt(rounds + 1),
            ((rounds + 1) * deviationMs) / Math.sqrt(durationSeconds.length),
          );
    return { doneAtMs: Math.round(nowMs + inMs), errorMs: roundedMs(errorMs) };
  };
}

/** When a run is done that starts then: how long such runs take comes to when it starts, and so do the errors. */
export function estimateEnd(start: Estimate, durationSeconds: readonly number[]): Estimate | null {
  const length = lengthOf(durationSeconds);
  if (!length) return null;
  const errorMs =
    start.errorMs === null || length.deviationMs === null
      ? null
      : Math.hypot(start.errorMs, length.deviationMs);
  return { doneAtMs: Math.round(start.doneAtMs + length.meanMs), errorMs: roundedMs(errorMs) };
}
