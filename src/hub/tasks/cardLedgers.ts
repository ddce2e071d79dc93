/**
 * The ledger of every card (scheduling.md, 5; scheduling/ledger.ts), kept from samples and from what becomes of attempts:
 * one per card, here at the hub, however many agents there are. A card whose memory did not come back after an end is
 * flagged until it has (cardFlags.ts).
 */
import type { Gpu } from '../../model/gpu.ts';
import type { NodeSample } from '../../model/node.ts';
import { taskIdOf } from '../../model/task.ts';
import type { CardTrouble } from '../../model/trouble.ts';
import type { Stranger } from '../../scheduling/facts.ts';
import { CardLedger } from '../../scheduling/ledger.ts';
import type { LiveView, TaskView } from './book/records.ts';
import type { StoredPromise } from './book/taskBook.ts';
import { cardFlags } from './cardFlags.ts';

/** A change of the external use that may let another run start, or not. */
const WORTH_A_LOOK_BYTES = 64 * 1024 * 1024;

/** A node's clock and the hub's may differ by this. */
const CLOCKS_DIFFER_MS = 2000;

/** A sample may have been on its way when the process ended; what is there after this lives on without a promise. */
const GONE_WITHIN_MS = 3000;

export interface CardLedgers {
  /** Takes a node's newest sample; true where what others use on a card changed so that it matters. */
  sampled(nodeId: string, sample: NodeSample, nowMs: number): boolean;
  /** What lives of a task changed. */
  follow(task: TaskView, nowMs: number): void;
  followPromise(promise: StoredPromise, nowMs: number): void;
  /** Its process is said to be gone; `released` is told once a sample has shown that, or whose it is now. */
  promiseEnding(id: string, released: () => void): void;
  /** Its processes were gone and their memory was not, for too long. */
  flag(live: LiveView, nowMs: number): void;
  /** The node says that an attempt's cards are free. */
  freed(attemptId: string): void;
  externalBytes(uuid: string, nowMs: number): number | null;
  /** Without what one sample alone said. */
  confirmedExternalBytes(uuid: string, nowMs: number): number | null;
  /** The largest process that computes there and is not ours. */
  stranger(uuid: string): Stranger | null;
  /** The most that an attempt was seen to hold on a card; null before the first look. */
  measuredBytes(attemptId: string, uuid: string): number | null;
  /** All that was seen of an attempt on a card; null for one that is not counted there. */
  seen(attemptId: string, uuid: string): Seen | null;
  /** Why a card is left alone; null where it is not flagged. */
  flagged(uuid: string): CardTrouble | null;
}

/** What was seen of one attempt on one card. */
export interface Seen {
  /** The most it held, and since when that has stood; null before the first look. */
  peakBytes: number | null;
  peakAtMs: number | null;
  /** What strangers and neighbours held, at most, while it held something; null before the first look. */
  othersBytes: number | null;
  /** What they were seen to hold, at most, before it held anything: of one that was denied its first memory all there is. */
  othersBeforeBytes: number | null;
  /** What they were counted for when it was given out. */
  othersAtStartBytes: number | null;
}

interface Given {
  nodeId: string;
  uuids: readonly string[];
  /** By card; null: the whole of it. */
  promised: ReadonlyMap<string, number | null>;
  /** By card. */
  seen: Map<string, Seen>;
}

/** @param live attempts that the book counts; those that it has already are followed at once. */
export function cardLedgers(live: () => ReadonlyMap<string, LiveView>, nowMs: number): CardLedgers {
  const ledgers = new Map<string, CardLedger>();
  const strangers = new Map<string, Stranger>();
  const flags = cardFlags();
  /** By attempt or promise. */
  const given = new Map<string, Given>();
  /** The same by card. */
  const givenOn = new Map<string, Map<string, Given>>();
  /** Attempts by their task: processes are known by the task that they belong to. */
  const ofTask = new Map<string, Set<string>>();
  const promises = new Map<string, StoredPromise>();
  const ending = new Map<string, { sinceMs: number | null; released: () => void }>();

  const ledgerOf = (uuid: string): CardLedger => {
    const known = ledgers.get(uuid);
    if (known) return known;
    const fresh = new CardLedger();
    ledgers.set(uuid, fresh);
    return fresh;
  };

  /** What is counted on a card: others' use, and what ours there were promised or hold. */
  const countedOn = (uuid: string, atMs: number): number | null => {
    const external = ledgerOf(uuid).externalBytes(atMs);
    if (external === null) return null;
    let ours = 0;
    for (const { promised, seen } of givenOn.get(uuid)?.values() ?? [])
      ours += Math.max(promised.get(uuid) ?? 0, seen.get(uuid)?.peakBytes ?? 0);
    return external + ours;
  };

  const start = (id: string, nodeId: string, gpus: LiveView['attempt']['gpus'], atMs: number): void => {
    if (given.has(id)) return;
    const seen = new Map<string, Seen>();
    for (const { uuid } of gpus) {
      const othersAtStartBytes = countedOn(uuid, atMs);
      seen.set(uuid, {
        peakBytes: null,
        peakAtMs: null,
        othersBytes: null,
        othersBeforeBytes: null,
        othersAtStartBytes,
      });
    }
    const promised = new Map(gpus.map(({ uuid, promisedBytes }) => [uuid, promisedBytes]));
    const entry = { nodeId, uuids: gpus.map(({ uuid }) => uuid), promised, seen };
    given.set(id, entry);
    for (const { uuid, promisedBytes } of gpus) {
      const onCard = givenOn.get(uuid) ?? new Map<string, Given>();
      givenOn.set(uuid, onCard.set(id, entry));
      ledgerOf(uuid).started(id, promisedBytes, atMs);
    }
  };

  const release = (id: string): void => {
    for (const uuid of given.get(id)?.uuids ?? []) {
      ledgerOf(uuid).released(id);
      givenOn.get(uuid)?.delete(id);
    }
    given.delete(id);
  };

  const follow = (task: TaskView, atMs: number): void => {
    const taskId = taskIdOf(task.number);
    const attempts = ofTask.get(taskId) ?? new Set();
    for (const id of attempts) {
      if (id === task.live?.id) continue;
      if (live().get(id)?.isReturning)
        for (const uuid of given.get(id)?.uuids ?? []) ledgerOf(uuid).ended(id);
      else {
        release(id);
        attempts.delete(id);
      }
    }
    if (task.live) {
      attempts.add(task.live.id);
      start(task.live.id, task.live.attempt.nodeId, task.live.attempt.gpus, atMs);
    }
    if (attempts.size > 0) ofTask.set(taskId, attempts);
    else ofTask.delete(taskId);
  };

  /** Whose of ours a process is: an attempt's by its task, else of a promise of the same person on that card. */
  const ownerOf = (process: Gpu['processes'][number], nodeId: string, uuid: string): string | null => {
    for (const id of (process.task === null ? undefined : ofTask.get(process.task)) ?? []) {
      const of = given.get(id);
      if (of?.nodeId === nodeId && of.uuids.includes(uuid)) return id;
    }
    for (const promise of promises.values()) {
      if (promise.nodeId !== nodeId || promise.owner !== process.owner) continue;
      // What the same person ran there before is not what the promise is for: it would hide in it.
      if ((process.startedAtMs ?? promise.takenAtMs) < promise.takenAtMs - CLOCKS_DIFFER_MS) continue;
      if (promise.gpus.some((gpu) => gpu.uuid === uuid)) return promise.id;
    }
    return null;
  };

  const sampleCard = (nodeId: string, gpu: Gpu, uuid: string, nowMs: number): boolean => {
    const ours = new Map<string, number | null>();
    let stranger: Stranger | null = null;
    let processesBytes = 0;
    for (const process of gpu.processes) {
      const id = ownerOf(process, nodeId, uuid);
      processesBytes += process.memoryUsedBytes ?? 0;
      if (id !== null) {
        const before = ours.get(id);
        const bytes = process.memoryUsedBytes;
        ours.set(id, bytes === null || before === null ? null : (before ?? 0) + bytes);
      } else if (process.type !== 'graphics' && (process.memoryUsedBytes ?? 0) >= (stranger?.bytes ?? 0)) {
        stranger = { pid: process.pid, owner: process.owner, bytes: process.memoryUsedBytes ?? 0 };
      }
    }
    if (stranger) strangers.set(uuid, stranger);
    else strangers.delete(uuid);
    for (const [id, bytes] of ours) {
      const seen = given.get(id)?.seen.get(uuid);
      if (seen && bytes !== null && bytes > 0) look(seen, bytes, gpu.memoryUsedBytes, nowMs);
    }
    for (const [id, { seen }] of givenOn.get(uuid) ?? []) {
      const unseen = ours.has(id) ? undefined : seen.get(uuid);
      // Of processes that are told one by one, not of what is used in all: that may be the first of its own.
      if (unseen) unseen.othersBeforeBytes = Math.max(unseen.othersBeforeBytes ?? 0, processesBytes);
    }
    const ledger = ledgerOf(uuid);
    const before = ledger.externalBytes(nowMs);
    ledger.sample({
      atMs: nowMs,
      usedBytes: gpu.memoryUsedBytes,
      ours: [...ours].map(([attempt, bytes]) => ({ attempt, bytes })),
    });
    const after = ledger.externalBytes(nowMs);
    const isBack = tryUnflag(uuid, gpu, ours);
    if (before === null || after === null) return isBack || before !== after;
    return isBack || Math.abs(after - before) >= WORTH_A_LOOK_BYTES;
  };

  /**
   * Lets go of promises that ended. Not before a sample: what a process held that outlived its promise is a stranger's
   * from the very moment on in which it is nobody's promise any more.
   */
  const settleEnding = (nodeId: string, { gpus }: NodeSample, nowMs: number): void => {
    for (const [id, end] of ending) {
      const promise = promises.get(id);
      if (promise && promise.nodeId !== nodeId) continue;
      end.sinceMs ??= nowMs;
      const isThere = gpus.some(
        ({ uuid, processes }) =>
          uuid !== null && processes.some((process) => ownerOf(process, nodeId, uuid) === id),
      );
      if (isThere && nowMs - end.sinceMs < GONE_WITHIN_MS) continue;
      ending.delete(id);
      promises.delete(id);
      release(id);
      end.released();
    }
  };

  const look = (seen: Seen, bytes: number, usedBytes: number | null, nowMs: number): void => {
    if (bytes > (seen.peakBytes ?? 0)) {
      seen.peakBytes = bytes;
      seen.peakAtMs = nowMs;
    }
    if (usedBytes !== null) seen.othersBytes = Math.max(seen.othersBytes ?? 0, usedBytes - bytes);
  };

  /** True where its memory is back. */
  const tryUnflag = (uuid: string, gpu: Gpu, ours: ReadonlyMap<string, number | null>): boolean => {
    let oursBytes = 0;
    for (const bytes of ours.values()) oursBytes += bytes ?? 0;
    const back = flags.look(uuid, gpu.memoryUsedBytes === null ? null : gpu.memoryUsedBytes - oursBytes);
    if (back !== null) ledgerOf(uuid).released(back);
    return back !== null;
  };

  for (const { id, task, attempt, isReturning } of live().values()) {
    start(id, attempt.nodeId, attempt.gpus, nowMs);
    ofTask.set(taskIdOf(task.number), (ofTask.get(taskIdOf(task.number)) ?? new Set()).add(id));
    if (isReturning) for (const { uuid } of attempt.gpus) ledgerOf(uuid).ended(id);
  }

  return {
    sampled(nodeId, sample, nowMs) {
      let matters = false;
      settleEnding(nodeId, sample, nowMs);
      for (const gpu of sample.gpus) {
        if (gpu.uuid !== null && sampleCard(nodeId, gpu, gpu.uuid, nowMs)) matters = true;
      }
      return matters;
    },
    follow,
    followPromise(promise, nowMs) {
      start(promise.id, promise.nodeId, promise.gpus, nowMs);
      promises.set(promise.id, promise);
    },
    promiseEnding(id, released) {
      for (const uuid of given.get(id)?.uuids ?? []) ledgerOf(uuid).ended(id);
      ending.set(id, { sinceMs: null, released });
    },
    flag(live, nowMs) {
      for (const { uuid } of live.attempt.gpus)
        flags.flag(uuid, live.id, ledgerOf(uuid).externalBytes(nowMs) ?? 0);
    },
    freed(attemptId) {
      release(attemptId);
      flags.freed(attemptId);
    },
    externalBytes: (uuid, nowMs) => ledgers.get(uuid)?.externalBytes(nowMs) ?? null,
    confirmedExternalBytes: (uuid, nowMs) => ledgers.get(uuid)?.confirmedExternalBytes(nowMs) ?? null,
    stranger: (uuid) => strangers.get(uuid) ?? null,
    measuredBytes: (attemptId, uuid) => given.get(attemptId)?.seen.get(uuid)?.peakBytes ?? null,
    seen: (attemptId, uuid) => given.get(attemptId)?.seen.get(uuid) ?? null,
    flagged: flags.trouble,
  };
}
