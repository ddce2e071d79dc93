/** A clock in the test's hand: time passes when it says so, and what is due then is called. */
import type { Clock } from '../../src/io/clock.ts';

export interface ManualClock extends Clock {
  /** Lets so many milliseconds pass, calling what falls due on the way, in order. */
  pass(milliseconds: number): void;
}

export function manualClock(startMs = 1_000_000): ManualClock {
  let nowMs = startMs;
  let timers: { dueMs: number; everyMs: number | null; call: () => void }[] = [];
  const add = (delayMs: number, everyMs: number | null, call: () => void) => {
    const timer = { dueMs: nowMs + delayMs, everyMs, call };
    timers.push(timer);
    return () => {
      timers = timers.filter((other) => other !== timer);
    };
  };
  return {
    nowMs: () => nowMs,
    every: (intervalMs, call) => add(intervalMs, intervalMs, call),
    after: (delayMs, call) => add(delayMs, null, call),
    pass(milliseconds) {
      const untilMs = nowMs + milliseconds;
      for (;;) {
        const [next] = timers.filter((timer) => timer.dueMs <= untilMs).sort((a, b) => a.dueMs - b.dueMs);
        if (!next) break;
        nowMs = next.dueMs;
        if (next.everyMs === null) timers = timers.filter((timer) => timer !== next);
        else next.dueMs += next.everyMs;
        next.call();
      }
      nowMs = untilMs;
    },
  };
}
