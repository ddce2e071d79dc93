/**
 * A promise on the queue's ledger for a command that runs here (scheduling.md, 12): waited for, saying why there is no
 * room whenever that changes; kept while the command lives; given back. A hub that is away meanwhile is waited for.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { type HubClient, HubFailure } from '../../client/hubClient.ts';
import type { queueApi } from '../../protocol/queueApi.ts';

type Answer = z.output<typeof queueApi.takePromise.response>;
export type TakenPromise = NonNullable<Answer['promise']>;

export interface PromiseWish {
  gpus: number;
  /** On each; null: the whole card. */
  memoryBytes: number | null;
  model: string | null;
  machineId: string;
}

/** The first answers come soon, so that it is seen early why nothing happens; later ones spare the hub. */
const WAITS_MS = [300, 2000, 5000] as const;
const LATER_MS = 10_000;
const AWAY_PAUSE_MS = 1000;
/** Three may be lost before the hub gives the cards to somebody else, after 30 s. */
const KEEP_EACH_MS = 8000;
const KEEP_AGAIN_MS = 2000;

export interface PromiseWaiting {
  /** Told when the reason is another than before. */
  waits(answer: Answer): void;
  /** Told once when the hub does not answer. */
  away(reason: string): void;
  /** Aborted: nobody waits any longer. */
  signal: AbortSignal;
}

/**
 * Stands in the line until there is room.
 * @returns null where `signal` was aborted: the place in the line is given up then
 * @throws HubFailure
 */
export async function takePromise(
  client: HubClient,
  { gpus, memoryBytes, model, machineId }: PromiseWish,
  { waits, away, signal }: PromiseWaiting,
): Promise<Answer | null> {
  // The same wish said again keeps its place; an answer that was lost is answered again.
  const headers = { 'idempotency-key': randomUUID() };
  const ask = (waitMs: number): Promise<Answer> =>
    client.call('takePromise', { headers, body: { gpus, memoryBytes, model, machineId, waitMs } });
  let told: string | null = null;
  let isAway = false;
  for (let times = 0; !signal.aborted; times += 1) {
    try {
      const answer = await orAborted(ask(WAITS_MS[times] ?? LATER_MS), signal);
      if (answer === null) break;
      isAway = false;
      if (answer.promise !== null || answer.waiting?.kind === 'impossible') return answer;
      if (answer.waitingReason !== told) waits(answer);
      told = answer.waitingReason;
    } catch (failure) {
      // A hub that was never reached is told at once; one that answered before is being started again.
      if (!(failure instanceof HubFailure) || !isPassing(failure) || times === 0) throw failure;
      if (!isAway) away(failure.message);
      isAway = true;
      await orAborted(delay(AWAY_PAUSE_MS), signal);
    }
  }
  const last = await ask(0).catch(() => null);
  if (last?.promise) await endPromise(client, last.promise);
  return null;
}

/** Says that the process lives until stopped; `over` is told once if the hub knows the promise no longer. */
export function keepPromise(
  client: HubClient,
  { id }: TakenPromise,
  pid: number,
  over: () => void,
): () => void {
  const stopping = new AbortController();
  const keep = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      let pauseMs = KEEP_EACH_MS;
      try {
        await client.call('keepPromise', { parameters: { id }, body: { pid } });
      } catch (failure) {
        if (failure instanceof HubFailure && failure.code === 'unknown-promise') {
          if (!stopping.signal.aborted) over();
          return;
        }
        pauseMs = KEEP_AGAIN_MS;
      }
      await delay(pauseMs, null, { signal: stopping.signal }).catch(() => undefined);
    }
  };
  void keep();
  return () => stopping.abort();
}

/** Gives the cards back; a hub that cannot be told notices by itself within 30 s. */
export const endPromise = (client: HubClient, { id }: TakenPromise): Promise<void> =>
  client.call('endPromise', { parameters: { id } }).then(
    () => undefined,
    () => undefined,
  );

const isPassing = ({ code, status }: HubFailure): boolean =>
  code === 'hub-not-reached' || (status !== null && status >= 500);

/** What comes of it, or null as soon as nobody waits. */
const orAborted = <Value>(promised: Promise<Value>, signal: AbortSignal): Promise<Value | null> => {
  const { promise: aborted, resolve } = Promise.withResolvers<null>();
  const stop = (): void => resolve(null);
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return Promise.race([promised, aborted]).finally(() => signal.removeEventListener('abort', stop));
};
