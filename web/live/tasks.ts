/** The queue as the page asks for it: the route's shapes, live parts of the picture, and who may see or change it. */
import { useEffect } from 'react';
import type * as z from 'zod';
import { promisedAhead } from '../../src/fleet/memorySegments.ts';
import type { FleetNode } from '../../src/fleet/view.ts';
import type { GpuLedger, QueueStatus } from '../../src/protocol/queueApi.ts';
import type { taskApi } from '../../src/protocol/taskApi.ts';
import { type AccountState, useAccount } from './account.ts';
import { sessionSecret } from './hub.ts';
import { useLive, useLiveStore } from './useLive.ts';

export type TaskDetail = z.output<(typeof taskApi)['task']['response']>;
export type TaskPage = z.output<(typeof taskApi)['tasks']['response']>;
export type TaskChanges = z.output<(typeof taskApi)['killTasks']['response']>;

/** What keeps a reader from the queue: no login, or a role that sees figures only. Null: it is shown to him. */
export function queueHindrance({ who }: AccountState): 'login' | 'viewer' | null {
  if (!who?.account || sessionSecret() === null) return 'login';
  return who.account.role === 'viewer' ? 'viewer' : null;
}

/** Keeps the queue up while the page is open and its reader may see it: the top bar, cards and pages all show parts of it. */
export function useQueueWatch(): void {
  const store = useLiveStore();
  const account = useAccount();
  const mayRead = queueHindrance(account) === null;
  const isTold = account.who !== null;
  useEffect(() => {
    if (!isTold) return;
    store.identify();
    return mayRead ? store.watchQueue() : undefined;
  }, [store, mayRead, isTold]);
}

export const useQueue = (): QueueStatus | null => useLive((picture) => picture.queue);

/** One task with its story, kept up while it is shown; null until it has come. */
export function useTask(id: string | null): TaskDetail | null {
  const store = useLiveStore();
  useEffect(() => (id === null ? undefined : store.watchTask(id)), [store, id]);
  return useLive((picture) => (id === null ? null : (picture.tasks[id] ?? null)));
}

const cards = new WeakMap<QueueStatus, Map<string, GpuLedger>>();

/** The cards of the queue by their ids, made once for each picture of it. */
function cardsOf(queue: QueueStatus): ReadonlyMap<string, GpuLedger> {
  let byUuid = cards.get(queue);
  if (!byUuid) {
    byUuid = new Map(queue.gpus.map((gpu) => [gpu.uuid, gpu]));
    cards.set(queue, byUuid);
  }
  return byUuid;
}

/** What the queue counts on a card; null where it knows none, or shows none to this reader. */
export function useGpuLedger(uuid: string | null): GpuLedger | null {
  return useLive(({ queue }) =>
    queue === null || uuid === null ? null : (cardsOf(queue).get(uuid) ?? null),
  );
}

/** What the queue promised on all cards that are there, and nobody uses yet; 0 where it shows nothing to this reader. */
export function promisedBytes(queue: QueueStatus | null, nodes: readonly FleetNode[]): number {
  if (queue === null) return 0;
  const byUuid = cardsOf(queue);
  let sum = 0;
  for (const node of nodes) {
    if (node.state !== 'online' && node.state !== 'stale') continue;
    for (const gpu of node.sample?.gpus ?? []) {
      const ledger = gpu.uuid === null ? undefined : byUuid.get(gpu.uuid);
      if (ledger) sum += promisedAhead(gpu, ledger);
    }
  }
  return sum;
}
