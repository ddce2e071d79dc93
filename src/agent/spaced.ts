/**
 * Work that anybody may ask for, as often as he likes: those who ask while it waits share one, it never runs twice at
 * once, and from one beginning to the next a gap passes. Without it whoever may look at a machine could keep it busy.
 */
import type { Clock } from '../io/clock.ts';

export interface Spaced<Result> {
  /** What came of it, begun after this was asked for. */
  ask(): Promise<Result>;
  /** Nothing begins any more: who waits, or asks later, is not answered. */
  stop(): void;
}

/** @param gapMs from one beginning to the next, at least. */
export function spaced<Result>(gapMs: number, clock: Clock, work: () => Promise<Result>): Spaced<Result> {
  let waiting: Promise<Result> | null = null;
  let rested: Promise<unknown> = Promise.resolve();
  let forgetGap = () => {};
  let isStopped = false;

  const begin = (): Promise<Result> => {
    if (isStopped) return new Promise(() => {});
    waiting = null;
    const done = work();
    const gap = new Promise<void>((resolve) => {
      forgetGap = clock.after(gapMs, resolve);
    });
    rested = Promise.allSettled([done, gap]);
    return done;
  };

  return {
    ask: () => {
      waiting ??= rested.then(begin);
      return waiting;
    },
    stop: () => {
      isStopped = true;
      forgetGap();
    },
  };
}
