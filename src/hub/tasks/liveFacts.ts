/** Attempts that live, and promises, as the scheduler counts them; and what people use beside the queue. */

import type { NodeStatus } from '../../model/node.ts';
import { tableIdOf, taskIdOf } from '../../model/task.ts';
import type { LiveAttempt, LiveGpu } from '../../scheduling/facts.ts';
import type { LiveView } from './book/records.ts';
import type { StoredPromise, TaskBook } from './book/taskBook.ts';
import type { CardLedgers } from './cardLedgers.ts';

export interface LiveSources {
  book: Pick<TaskBook, 'live' | 'promises'>;
  ledgers: CardLedgers;
  /** Learned bytes per GPU by profile: an attempt warms up only while nothing is known. */
  promised: ReadonlyMap<string, number>;
}

/** Everything that the ledger counts. */
export function liveFacts(sources: LiveSources): LiveAttempt[] {
  const facts: LiveAttempt[] = [];
  for (const live of sources.book.live().values()) facts.push(ofAttempt(live, sources));
  for (const promise of sources.book.promises().values()) facts.push(ofPromise(promise, sources.ledgers));
  return facts;
}

function ofAttempt(live: LiveView, { ledgers, promised }: LiveSources): LiveAttempt {
  const { task, attempt, profile } = live;
  return {
    id: live.id,
    task: taskIdOf(task.number),
    table: tableIdOf(task.table.number),
    owner: task.table.owner,
    node: attempt.nodeId,
    profile,
    // What it shows when it ends, others of its kind wait for; what is known by then they need not.
    isWarmingUp: live.isWarmingUp && (profile === null || !promised.has(profile)),
    sinceMs: attempt.leasedAtMs,
    pid: attempt.pid,
    isReturning: live.isReturning,
    gpus: attempt.gpus.map((gpu) => cardOf(live.id, gpu, ledgers)),
  };
}

const ofPromise = (promise: StoredPromise, ledgers: CardLedgers): LiveAttempt => ({
  id: promise.id,
  task: null,
  table: null,
  owner: promise.owner,
  node: promise.nodeId,
  profile: null,
  isWarmingUp: false,
  sinceMs: promise.takenAtMs,
  pid: promise.pid,
  isReturning: false,
  gpus: promise.gpus.map((gpu) => cardOf(promise.id, gpu, ledgers)),
});

function cardOf(
  id: string,
  { uuid, promisedBytes, peakBytes }: LiveView['attempt']['gpus'][number],
  ledgers: CardLedgers,
): LiveGpu {
  const measured = ledgers.measuredBytes(id, uuid);
  const known = [measured, peakBytes].filter((bytes) => bytes !== null);
  return { uuid, promisedBytes, measuredBytes: known.length === 0 ? null : Math.max(...known) };
}

/** GPUs that each person uses by processes that he started himself, beside the queue and its promises. */
export function handStartedGpus(
  nodes: readonly NodeStatus[],
  promises: Iterable<StoredPromise>,
): Map<string, number> {
  const promised = new Set<string>();
  for (const { owner, gpus } of promises) for (const { uuid } of gpus) promised.add(`${owner} ${uuid}`);
  const used = new Map<string, number>();
  for (const { sample } of nodes) {
    for (const { uuid, processes } of sample?.gpus ?? []) {
      const owners = new Set<string>();
      for (const { owner, task, type } of processes) {
        if (owner !== null && task === null && type !== 'graphics' && !promised.has(`${owner} ${uuid}`))
          owners.add(owner);
      }
      for (const owner of owners) used.set(owner, (used.get(owner) ?? 0) + 1);
    }
  }
  return used;
}
