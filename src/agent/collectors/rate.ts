/** Rates from counters that only grow: what may be said of two readings, and when nothing may. */

/** Below this the difference of two readings is noise: the kernel counts processor time in steps of 10 ms. */
export const SHORTEST_RATE_MS = 200;
/** Beyond this the machine slept, or nobody asked: a mean over it is not "now". */
export const LONGEST_RATE_MS = 60_000;

/** Whether two readings lie so far apart that a rate between them is true. False for a clock that jumped. */
export function isRatePeriod(elapsedMs: number): boolean {
  return elapsedMs >= SHORTEST_RATE_MS && elapsedMs <= LONGEST_RATE_MS;
}

/**
 * How much per second a counter grew, or null: before the second reading, over a period that tells nothing, and
 * where the counter went back (the interface or disk was replaced, the counter wrapped).
 */
export function ratePerSecond(before: number | undefined, after: number, elapsedMs: number): number | null {
  if (before === undefined || !isRatePeriod(elapsedMs) || after < before) return null;
  return ((after - before) * 1000) / elapsedMs;
}
