/** Which page the address names. The hub serves the page for `/`, `/nodes/ID`, `/tasks`, `/tasks/ID`, `/processes`, `/settings`. */
import { useSyncExternalStore } from 'react';

export type Place =
  | { page: 'fleet' }
  | { page: 'node'; id: string }
  /** `task`: the one that is looked at. */
  | { page: 'tasks'; task: string | null }
  | { page: 'processes' }
  | { page: 'settings' }
  | { page: 'nowhere' };

/** The page of a path. */
export function placeOf(path: string): Place {
  const [first = '', second, ...rest] = path.split('/').filter((part) => part !== '');
  if (first === '') return { page: 'fleet' };
  if (first === 'nodes' && second !== undefined && rest.length === 0) {
    return { page: 'node', id: decode(second) };
  }
  if (first === 'tasks' && rest.length === 0)
    return { page: 'tasks', task: second === undefined ? null : decode(second) };
  if (second === undefined && (first === 'processes' || first === 'settings')) return { page: first };
  return { page: 'nowhere' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const nodePath = (id: string): string => `/nodes/${encodeURIComponent(id)}`;

/** What of the tasks is shown; what is left out is as it was first. */
export interface TasksView {
  task: string | null;
  /** Run and attempt of it. */
  attempt: number | null;
  table: string | null;
  tab: string | null;
  query: string;
  show: string | null;
}

/** The address of a view of the tasks, which can be sent to others. */
export function tasksPath(view: Partial<TasksView>): string {
  const query = new URLSearchParams();
  for (const key of ['table', 'attempt', 'tab', 'query', 'show'] as const) {
    const value = view[key];
    if (value !== undefined && value !== null && value !== '') query.set(key, String(value));
  }
  const path = view.task == null ? '/tasks' : `/tasks/${encodeURIComponent(view.task)}`;
  return query.size === 0 ? path : `${path}?${query}`;
}

/** The view that an address names. */
export function tasksViewOf(url: URL, task: string | null): TasksView {
  const get = (key: string): string | null => url.searchParams.get(key);
  const attempt = Number(get('attempt') ?? Number.NaN);
  return {
    task,
    attempt: Number.isInteger(attempt) && attempt > 0 ? attempt : null,
    table: get('table'),
    tab: get('tab'),
    query: get('query') ?? '',
    show: get('show'),
  };
}

const listeners = new Set<() => void>();
const tell = (): void => {
  for (const listener of listeners) listener();
};

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) addEventListener('popstate', tell);
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) removeEventListener('popstate', tell);
  };
}

/** Path and query of the address, followed as they change. */
export const useAddress = (): string =>
  useSyncExternalStore(subscribe, () => location.pathname + location.search);

/** Goes to a path of this page. `replace` where going back should skip what is shown now. */
export function navigate(to: string, how: 'push' | 'replace' = 'push'): void {
  if (to === location.pathname + location.search) return;
  if (how === 'push') history.pushState(null, '', to);
  else history.replaceState(null, '', to);
  tell();
}
