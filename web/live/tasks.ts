/** The queue as the page asks for it: the route's shapes, live parts of the picture, and who may see or change it. */
import { useEffect } from 'react';
import type * as z from 'zod';
import type { QueueStatus, taskApi } from '../../src/protocol/taskApi.ts';
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
  const mayRead = queueHindrance(useAccount()) === null;
  useEffect(() => {
    if (!mayRead) return;
    store.identify();
    return store.watchQueue();
  }, [store, mayRead]);
}

export const useQueue = (): QueueStatus | null => useLive((picture) => picture.queue);

/** One task with its story, kept up while it is shown; null until it has come. */
export function useTask(id: string | null): TaskDetail | null {
  const store = useLiveStore();
  useEffect(() => (id === null ? undefined : store.watchTask(id)), [store, id]);
  return useLive((picture) => (id === null ? null : (picture.tasks[id] ?? null)));
}
