/** How long to wait before the next try: doubling, bounded, spread so that a fleet does not return in one instant. */

export interface BackoffOptions {
  firstMs: number;
  maximumMs: number;
  /** 0 to 1. */
  random: () => number;
}

export interface Backoff {
  /** The next wait, in milliseconds: between half of the current step and the whole of it. */
  next(): number;
  /** After a success. */
  reset(): void;
}

/** Starts at `firstMs`, doubles up to `maximumMs`. */
export function backoff({ firstMs, maximumMs, random }: BackoffOptions): Backoff {
  let step = firstMs;
  return {
    next() {
      const wait = step * (0.5 + random() / 2);
      step = Math.min(step * 2, maximumMs);
      return Math.round(wait);
    },
    reset() {
      step = firstMs;
    },
  };
}
