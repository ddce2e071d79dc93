/** GPU time by person, halved every seven days: who used much lately waits a little (scheduling.md, 8). */

export const HALF_LIFE_MS = 7 * 24 * 3_600_000;

/** GPU seconds as they stood at an instant. */
export interface UsedTime {
  gpuSeconds: number;
  atMs: number;
}

/** What of it counts now. */
export function decayed(used: UsedTime | null, nowMs: number): number {
  if (used === null) return 0;
  return used.gpuSeconds * 0.5 ** (Math.max(0, nowMs - used.atMs) / HALF_LIFE_MS);
}

/** Adds GPU seconds that were used up to now. */
export function withUse(used: UsedTime | null, gpuSeconds: number, nowMs: number): UsedTime {
  return { gpuSeconds: decayed(used, nowMs) + gpuSeconds, atMs: Math.max(nowMs, used?.atMs ?? 0) };
}
