/** How often one network address may do something: each has its own bucket, and the number of remembered ones is bounded. */
import { type TokenBucket, tokenBucket } from './tokenBucket.ts';

export interface AddressLimit {
  /** True where this address may do it once more now, or so much of it. */
  take(address: string, amount?: number): boolean;
}

const MAX_REMEMBERED = 10_000;

/** `burst` at once, then `perSecond`, for each address. */
export function addressLimit(rate: { perSecond: number; burst: number }, nowMs: () => number): AddressLimit {
  const buckets = new Map<string, TokenBucket>();
  return {
    take(address, amount) {
      let bucket = buckets.get(address);
      if (!bucket) {
        const [oldest] = buckets.keys();
        if (buckets.size >= MAX_REMEMBERED && oldest !== undefined) buckets.delete(oldest);
        bucket = tokenBucket(rate.perSecond, rate.burst);
        buckets.set(address, bucket);
      }
      return bucket.take(nowMs(), amount);
    },
  };
}
