/** A limit on how often something may happen: `burst` at once, then `perSecond`. */

export interface TokenBucket {
  /** True where one more, or so many, is allowed now. */
  take(nowMs: number, amount?: number): boolean;
}

/**
 * Full at first. In any one unit (messages, bytes, KiB); a refusal costs nothing, and an amount above `burst` is always
 * refused. Reads no clock: `nowMs` must be of the same one in every call.
 */
export function tokenBucket(perSecond: number, burst: number): TokenBucket {
  let left = burst;
  let filledAtMs: number | null = null;
  return {
    take(nowMs, amount = 1) {
      // A clock that jumped back must not fill or empty the bucket.
      const elapsedMs = Math.max(0, nowMs - (filledAtMs ?? nowMs));
      filledAtMs = nowMs;
      left = Math.min(burst, left + (elapsedMs / 1000) * perSecond);
      if (left < amount) return false;
      left -= amount;
      return true;
    },
  };
}
