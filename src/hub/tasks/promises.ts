/**
 * Promises of `flowline find … -- COMMAND` (scheduling.md, 12): for people who will not queue. The command stands in the
 * line like a run, is given cards on the ledger, and starts its process itself; the promise ends with it, when nobody has
 * said for 30 s that it lives, or when no process was named within a minute.
 */

import type { WaitingRun } from '../../scheduling/facts.ts';
import type { Lineup } from '../../scheduling/lineup.ts';
import type { Start } from '../../scheduling/plan.ts';
import { newId } from '../accounts/secrets.ts';
import type { StoredPromise, TaskBook } from './book/taskBook.ts';
import type { CardLedgers } from './cardLedgers.ts';

/** A process that was killed cannot give its cards back. */
const SILENCE_MS = 30_000;
/** Who took cards and names no process by then keeps them from others for nothing. */
const NO_PROCESS_MS = 60_000;
/** People who wait at once: each stands in the line. */
const MAX_WAITING_PER_OWNER = 16;

export interface PromiseWish {
  owner: string;
  gpus: number;
  memoryBytes: number | null;
  model: string | null;
  /** Node that it must be on: the process starts where the command was typed. */
  nodeId: string;
  /** The same wish said again keeps its place in the line. */
  key: string | null;
}

export interface Promises {
  /** Puts a wish into the line, or finds it there. Null where somebody waits for too many already. */
  wish(wish: PromiseWish, nowMs: number): string | null;
  /** The run that stands in the line for it; null once it was given cards. */
  waiting(id: string): WaitingRun | null;
  given(id: string): StoredPromise | null;
  /** Resolves when a wish is given cards, or after `waitMs`; ends early where `settled` says so. */
  wait(id: string, waitMs: number): Promise<StoredPromise | null>;
  /** Somebody who waited is still there, and waits on or does not. */
  leave(id: string): void;
  /** Cards were found. */
  give(start: Start, nowMs: number): void;
  keep(id: string, pid: number | null, nowMs: number): boolean;
  end(id: string): boolean;
  /** Ends those that nobody keeps. */
  sweep(nowMs: number): void;
}

interface Waiting {
  key: string | null;
  owner: string;
  askedAtMs: number;
  wake: Set<() => void>;
}

/** Those that the book has are counted at once. */
export function promises(
  book: TaskBook,
  lineup: Lineup,
  ledgers: CardLedgers,
  after: (delayMs: number, call: () => void) => () => void,
  changed: () => void,
  startedAtMs: number,
): Promises {
  const waiting = new Map<string, Waiting>();
  for (const promise of book.promises().values()) {
    // Who holds it may have had nobody to say it to while the hub was away.
    const kept = { ...promise, keptAtMs: startedAtMs };
    book.keepPromise(kept);
    ledgers.followPromise(kept, startedAtMs);
  }

  /** Over for whoever had them, and counted until a sample shows what is on their cards now. */
  const ending = new Set<string>();

  const end = (id: string): boolean => {
    if (!book.promises().has(id) || ending.has(id)) return false;
    ending.add(id);
    ledgers.promiseEnding(id, () => {
      ending.delete(id);
      book.endPromise(id);
      changed();
    });
    return true;
  };

  const leave = (id: string): void => {
    waiting.delete(id);
    lineup.remove(id);
  };

  return {
    wish({ owner, gpus, memoryBytes, model, nodeId, key }, nowMs) {
      if (key !== null) {
        for (const [id, wish] of waiting) {
          if (wish.key !== key || wish.owner !== owner) continue;
          wish.askedAtMs = nowMs;
          return id;
        }
      }
      const own = [...waiting.values()].filter((wish) => wish.owner === owner).length;
      if (own >= MAX_WAITING_PER_OWNER) return null;
      const id = `find-${newId()}`;
      waiting.set(id, { key, owner, askedAtMs: nowMs, wake: new Set() });
      lineup.set({
        id,
        task: id,
        run: 1,
        table: null,
        owner,
        priority: 0,
        order: nowMs,
        queuedAtMs: nowMs,
        ask: { gpus, memoryBytes, model, node: null },
        own: memoryBytes === null ? null : { bytes: memoryBytes, by: 'row' },
        profile: id,
        tableBytes: null,
        pin: nodeId,
        person: null,
        avoid: [],
        gpuOrder: null,
        hold: null,
        dependencies: [],
        previousRun: null,
        notBefore: null,
      });
      changed();
      return id;
    },
    waiting: (id) => lineup.get(id),
    given: (id) => (ending.has(id) ? null : (book.promises().get(id) ?? null)),
    wait(id, waitMs) {
      const given = (): StoredPromise | null => book.promises().get(id) ?? null;
      const wish = waiting.get(id);
      if (!wish || given() || waitMs === 0) return Promise.resolve(given());
      return new Promise((resolve) => {
        const done = (): void => {
          forget();
          wish.wake.delete(done);
          resolve(given());
        };
        const forget = after(waitMs, done);
        wish.wake.add(done);
      });
    },
    leave,
    give(start, nowMs) {
      const { id, owner } = start.run;
      lineup.remove(id);
      const promise: StoredPromise = {
        id,
        owner,
        nodeId: start.node,
        gpus: start.gpus.map((gpu) => ({ ...gpu, peakBytes: null })),
        pid: null,
        takenAtMs: nowMs,
        keptAtMs: nowMs,
      };
      book.keepPromise(promise);
      ledgers.followPromise(promise, nowMs);
      for (const wake of [...(waiting.get(id)?.wake ?? [])]) wake();
    },
    keep(id, pid, nowMs) {
      const promise = book.promises().get(id);
      if (!promise || ending.has(id)) return false;
      waiting.delete(id);
      const kept = { ...promise, pid: pid ?? promise.pid, keptAtMs: nowMs };
      book.keepPromise(kept);
      ledgers.followPromise(kept, nowMs);
      return true;
    },
    end(id) {
      leave(id);
      return end(id);
    },
    sweep(nowMs) {
      for (const promise of [...book.promises().values()]) {
        const isIdle = promise.pid === null && nowMs - promise.takenAtMs > NO_PROCESS_MS;
        if (!isIdle && nowMs - promise.keptAtMs <= SILENCE_MS) continue;
        leave(promise.id);
        end(promise.id);
      }
      for (const [id, wish] of waiting) {
        if (wish.wake.size === 0 && nowMs - wish.askedAtMs > SILENCE_MS && !book.promises().has(id))
          leave(id);
      }
    },
  };
}
