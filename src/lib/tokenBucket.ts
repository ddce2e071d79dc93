/** A limit on how often something may happen: `burst` at once, then `perSecond`. */

export interface TokenBucket {
  /** True where one more is allowed now. */
  take(nowMs: number): boolean;
}

export function tokenBucket(perSecond: number, burst: number): TokenBucket {
  let left = burst;
  let filledAtMs: number | null = null;
  return {
    take(nowMs) {
      // A clock that jumped back must not fill or empty the bucket.
      const elapsedMs = Math.max(0, nowMs - (filledAtMs ?? nowMs));
      filledAtMs = nowMs;
      left = Math.min(burst, left + (elapsedMs / 1000) * perSecond);
      if (left < 1) return false;
      left -= 1;
      return true;
    },
  };
}
