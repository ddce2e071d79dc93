/** What a reader may do to tasks, and doing it: asked of the hub, and answered with what became of each. */
import type * as z from 'zod';
import type { Selection } from '../../src/protocol/taskApi.ts';
import { type AccountState, loginOf, useAccount } from './account.ts';
import { askHub, type HubAnswer, sessionSecret } from './hub.ts';
import type { TaskChanges } from './tasks.ts';

export type TaskAction = 'kill' | 'retry' | 'hold' | 'release' | 'gone';
type Selected = z.input<typeof Selection>;

const ROUTES = {
  kill: 'killTasks',
  retry: 'retryTasks',
  hold: 'holdTasks',
  release: 'releaseTasks',
  gone: 'confirmGone',
} as const;

/** Does it to all that are selected. */
export function actOnTasks(action: TaskAction, select: Selected): Promise<HubAnswer<TaskChanges>> {
  return askHub(ROUTES[action], { body: { select } });
}

/** Whether the reader may change what belongs to `owner`. */
export function mayChange({ who }: Pick<AccountState, 'who'>, owner: string): boolean {
  if (!who?.account || sessionSecret() === null || who.account.role === 'viewer') return false;
  return who.account.role === 'administrator' || loginOf({ who }) === owner;
}

export const useIsAdministrator = (): boolean => {
  const { who } = useAccount();
  return who?.account?.role === 'administrator' && sessionSecret() !== null;
};
