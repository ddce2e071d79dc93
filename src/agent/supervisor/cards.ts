/**
 * Whether the cards of an ended attempt are free: a driver may list a process's memory for a while after it is gone, and
 * a card given out too early fails the next one. While somebody waits the driver is read every 50 ms.
 */
import type { Clock } from '../../io/clock.ts';
import type { GpuReading } from '../../model/gpu.ts';
import type { DriverReading } from '../drivers/driver.ts';
import type { ProcessTable } from './tree/processTable.ts';

export interface CardWatch {
  /** Resolves once none of these processes holds memory on one of these cards. The stop gives up waiting. */
  whenFree(uuids: readonly string[], isOwn: (pid: number) => boolean): { free: Promise<void>; stop(): void };
  stop(): void;
}

export interface CardWatchOptions {
  readGpus: (patienceMs: number) => Promise<DriverReading>;
  clock: Clock;
}

const READ_EACH_MS = 50;
/** A driver that hangs, or a card that does not let go, is not asked twenty times a second for ever. */
const HURRY_MS = 15_000;
const READ_SLOWLY_EACH_MS = 1000;
/** What the driver last said is no answer: it is asked anew, and may take this long. */
const PATIENCE_MS = 1000;

interface Waiter {
  uuids: readonly string[];
  isOwn: (pid: number) => boolean;
  sinceMs: number;
  resolve: () => void;
}

/** Reads nothing while nobody waits. */
export function createCardWatch({ readGpus, clock }: CardWatchOptions): CardWatch {
  const waiters = new Set<Waiter>();
  let isReading = false;
  let forget = () => {};

  async function look(): Promise<void> {
    if (isReading || waiters.size === 0) return;
    isReading = true;
    const askedAtMs = clock.nowMs();
    const reading = await readGpus(PATIENCE_MS).catch(() => null);
    isReading = false;
    // Older than the question: it may still show what has ended since.
    const isFresh = (reading?.driver.answeredAtMs ?? 0) >= askedAtMs;
    for (const waiter of waiters) {
      if (!isFresh || waiter.sinceMs > askedAtMs || !areFree(waiter, reading?.gpus ?? [])) continue;
      waiters.delete(waiter);
      waiter.resolve();
    }
    if (waiters.size === 0) return;
    const isHurried = [...waiters].some(({ sinceMs }) => clock.nowMs() - sinceMs < HURRY_MS);
    forget = clock.after(isHurried ? READ_EACH_MS : READ_SLOWLY_EACH_MS, () => void look());
  }

  return {
    whenFree(uuids, isOwn) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const waiter = { uuids, isOwn, sinceMs: clock.nowMs(), resolve };
      waiters.add(waiter);
      forget();
      void look();
      return { free: promise, stop: () => waiters.delete(waiter) };
    },
    stop() {
      waiters.clear();
      forget();
    },
  };
}

/** The cards of one attempt. */
export interface WatchedCards {
  areFree(): boolean;
  free: Promise<void>;
  stop(): void;
}

/** Waits until none of these processes, by pid and start, holds memory on the cards. */
export function watchCardsOf({
  cards,
  uuids,
  seen,
  table,
}: {
  cards: CardWatch;
  uuids: readonly string[];
  seen: ReadonlyMap<number, number>;
  table: Pick<ProcessTable, 'readOne'>;
}): WatchedCards {
  if (uuids.length === 0) return { areFree: () => true, free: Promise.resolve(), stop: () => {} };
  const waiting = cards.whenFree(uuids, (pid) => {
    const startTicks = seen.get(pid);
    const now = table.readOne(pid);
    // Another process may have its pid by now.
    return startTicks !== undefined && (now === null || now.startTicks === startTicks);
  });
  let areFree = false;
  const free = waiting.free.then(() => {
    areFree = true;
  });
  return { areFree: () => areFree, free, stop: waiting.stop };
}

/** A card that the driver does not tell of now is not known to be free. */
function areFree({ uuids, isOwn }: Waiter, gpus: readonly GpuReading[]): boolean {
  return uuids.every((uuid) => {
    const gpu = gpus.find((candidate) => candidate.uuid === uuid);
    return gpu !== undefined && gpu.state === 'ok' && !gpu.processes.some(({ pid }) => isOwn(pid));
  });
}
