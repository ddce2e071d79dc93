/** Which page the address names. The hub serves the page for `/`, `/nodes/ID`, `/processes` and `/settings`. */
import { useSyncExternalStore } from 'react';

export type Place =
  | { page: 'fleet' }
  | { page: 'node'; id: string }
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
