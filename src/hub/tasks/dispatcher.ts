/**
 * Decides again whenever something happened that may let a run start: a submit, a report, a sample that changed memory, a
 * node that connects, a switch, a setting, a time that has come. What happens within one turn is one decision; where
 * nothing waits none is made. A tick every 2 s is only for what nobody told.
 */

import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { Remark } from '../../model/remark.ts';
import type { DecisionFacts } from '../../scheduling/facts.ts';
import { type Plan, plan, type Start } from '../../scheduling/plan.ts';
import type { LiveView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { Launches } from './launches.ts';
import type { Line } from './line.ts';

export interface DispatcherOptions {
  book: TaskBook;
  line: Line;
  launches: Pick<Launches, 'send'>;
  clock: Clock;
  log: Log;
  /** All that a decision looks at beside the line and the last reservation. */
  facts: () => Omit<DecisionFacts, 'reservation'>;
  /** False while nothing may be given out: a restored backup, a full disk. */
  mayDispatch: () => boolean;
  /** Room was found for a promise of `find … -- COMMAND`. */
  promised: (start: Start) => void;
}

export interface Dispatcher {
  /** Something happened: decides in this turn, once. */
  wake(): void;
  /** Something happened that happens often (samples): decides soon. */
  wakeSoon(): void;
  /** What the last decision kept room for. */
  reservation(): DecisionFacts['reservation'];
  stop(): void;
}

const TICK_MS = 2000;
/** A thousand nodes tell their memory each second: one decision for all that come within this, and within so many times what the last one took. */
const SOON_MS = 50;
const SOON_DECISIONS = 10;
/** A timer that is set further ahead would be of no use: the tick is sooner. */
const MAX_TIMER_MS = 60_000;

/** Decides for the first time at once. */
export function dispatcher(options: DispatcherOptions): Dispatcher {
  const { book, line, clock, log } = options;
  let reservation: DecisionFacts['reservation'] = null;
  let isDue = false;
  /** What is given out takes room and makes none: it is no reason to decide again. */
  let isGiving = false;
  let stopped = false;
  let forgetSoon: (() => void) | null = null;
  let forgetTimer = (): void => {};
  /** What the last decision cost. */
  let tookMs = 0;

  const wake = (): void => {
    if (isDue || isGiving || stopped) return;
    isDue = true;
    setImmediate(() => {
      isDue = false;
      if (stopped) return;
      const startedAtMs = performance.now();
      try {
        decide();
        tookMs = performance.now() - startedAtMs;
      } catch (failure) {
        log.error(
          { failure: failure instanceof Error ? failure.stack : String(failure) },
          'a decision failed',
        );
      }
    });
  };

  const decide = (): void => {
    forgetTimer();
    if (line.lineup.size === 0 || !options.mayDispatch()) return;
    const nowMs = clock.nowMs();
    const decided = plan({ ...options.facts(), reservation, lineup: line.lineup });
    reservation = decided.reservation;
    for (const found of decided.impossible) book.impossible(taskNumber(found.run.task), noCard(found));
    isGiving = true;
    const leased = decided.starts.flatMap((start) => give(start) ?? []);
    isGiving = false;
    void options.launches.send(leased);
    if (decided.nextAtMs === null) return;
    const waitMs = Math.min(Math.max(decided.nextAtMs - nowMs, 1), MAX_TIMER_MS);
    forgetTimer = clock.after(waitMs, wake);
  };

  const give = (start: Start): LiveView | null => {
    if (start.run.table === null) {
      options.promised(start);
      return null;
    }
    const leased = book.lease(taskNumber(start.run.task), {
      nodeId: start.node,
      node: start.nodeName,
      gpus: start.gpus.map((gpu) => ({ ...gpu, peakBytes: null })),
      profile: start.run.profile,
      isWarmingUp: start.isWarmUp,
    });
    return leased?.live ?? null;
  };

  const stopTicking = clock.every(TICK_MS, wake);
  wake();
  return {
    wake,
    wakeSoon() {
      forgetSoon ??= clock.after(Math.max(SOON_MS, SOON_DECISIONS * tookMs), () => {
        forgetSoon = null;
        wake();
      });
    },
    reservation: () => reservation,
    stop() {
      stopped = true;
      stopTicking();
      forgetTimer();
      forgetSoon?.();
    },
  };
}

const taskNumber = (id: string): number => Number(id.slice(1));

function noCard({ reason }: Plan['impossible'][number]): Remark {
  const { askedBytes: bytes, askedGpus: gpus, largestBytes, mostGpus } = reason;
  return { kind: 'no-card', asked: { bytes, gpus, largestBytes, mostGpus } };
}
