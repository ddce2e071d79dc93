/** What only time tells the queue: nodes that are silent, cards that do not come back, promises that nobody keeps. */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { EndRemark } from '../../model/endRemark.ts';
import type { LiveView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { CardLedgers } from './cardLedgers.ts';
import type { Lessons } from './lessons.ts';
import type { Presence } from './presence.ts';
import type { Promises } from './promises.ts';
import type { Stopper } from './stopper.ts';
import type { Verdicts } from './verdicts.ts';

export interface WatchOptions {
  book: TaskBook;
  presence: Presence;
  ledgers: CardLedgers;
  lessons: Lessons;
  promises: Promises;
  stopper: Stopper;
  verdicts: Verdicts;
  clock: Clock;
  log: Log;
  /** Something may start now. */
  settled: () => void;
}

const LOOK_EVERY_MS = 1000;
/** A connection may be away this long before what runs there is called unreachable: hubs and agents restart. */
export const SILENT_AFTER_MS = 5000;
/** Cards whose memory is not back by then are left alone. */
export const RETURNING_MS = 60_000;
/** A task that may run twice is started elsewhere after this much silence (scheduling.md, 10). */
export const IDEMPOTENT_AFTER_MS = 15 * 60_000;

/** Looks once a second until stopped. */
export function watch(options: WatchOptions): () => void {
  const { book, presence, ledgers, clock, log } = options;
  /** By our own clock: since when an attempt that is over holds its cards. */
  const returningSince = new Map<string, number>();

  const lookAtReturning = (live: LiveView, nowMs: number): void => {
    const since = returningSince.get(live.id) ?? nowMs;
    returningSince.set(live.id, since);
    if (nowMs - since <= RETURNING_MS) return;
    ledgers.flag(live, nowMs);
    book.cardsFreed(live.id);
    log.warn(
      { attempt: live.id, node: live.attempt.node },
      'the memory of an attempt that has ended did not come back',
    );
    options.settled();
  };

  const lookAtSilent = (live: LiveView, nowMs: number, silent: Set<string>): void => {
    const { nodeId } = live.attempt;
    const since = presence.silentSinceMs(nodeId);
    if (since === null || nowMs - since <= SILENT_AFTER_MS) return;
    if (live.task.state !== 'unreachable') silent.add(nodeId);
    const { isIdempotent } = live.task.table.options;
    if (!isIdempotent || nowMs - since <= IDEMPOTENT_AFTER_MS) return;
    const remark: EndRemark = { kind: 'gone', how: 'silent', by: null };
    book.gone(live.id, options.verdicts.unreported(live, 'infra', [remark]), null);
  };

  return clock.every(LOOK_EVERY_MS, () => {
    const nowMs = clock.nowMs();
    const silent = new Set<string>();
    for (const live of [...book.live().values()]) {
      if (live.isReturning) lookAtReturning(live, nowMs);
      else {
        lookAtSilent(live, nowMs, silent);
        if (options.lessons.alive(live)) options.settled();
      }
    }
    for (const id of returningSince.keys()) if (!book.live().has(id)) returningSince.delete(id);
    for (const nodeId of silent) book.nodeSilent(nodeId);
    options.promises.sweep(nowMs);
    options.stopper.remind();
  });
}
