/** Time as the program asks for it, so that a test can own the clock. */

export interface Clock {
  /** Milliseconds since 1970; may jump when somebody sets the machine's clock. */
  nowMs(): number;
  /** Calls back every `intervalMs`; the stop ends it. */
  every(intervalMs: number, call: () => void): () => void;
  /** Calls back once after `delayMs`; the stop forgets it. */
  after(delayMs: number, call: () => void): () => void;
}

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  every(intervalMs, call) {
    const timer = setInterval(call, intervalMs);
    return () => clearInterval(timer);
  },
  after(delayMs, call) {
    const timer = setTimeout(call, delayMs);
    return () => clearTimeout(timer);
  },
};
