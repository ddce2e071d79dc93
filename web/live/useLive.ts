/** How a part reads the live picture: each hook draws its part again only when what it reads has changed. */
import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import type { FleetNode, FleetView } from '../../src/fleet/view.ts';
import type { NodeStatus } from '../../src/model/node.ts';
import type { LivePicture, LiveStore } from './liveStore.ts';

export const LiveContext = createContext<LiveStore | null>(null);

/** The store itself, for its clock and to steer it: reading it draws nothing again. Throws outside of LiveContext. */
export function useLiveStore(): LiveStore {
  const store = useContext(LiveContext);
  if (!store) throw new Error('LiveContext is not provided');
  return store;
}

/** A part of the picture. `select` must return the same object while nothing changed. */
export function useLive<Part>(select: (picture: LivePicture) => Part): Part {
  const store = useLiveStore();
  return useSyncExternalStore(store.subscribe, () => select(store.picture()));
}

export const useFleet = (): FleetView | null => useLive((picture) => picture.fleet);

export const useFleetNode = (id: string): FleetNode | null =>
  useLive((picture) => picture.fleet?.nodes[id] ?? null);

/** Everything of one node, kept up while the part is shown; null until it has come. */
export function useWholeNode(id: string | null): NodeStatus | null {
  const store = useLiveStore();
  useEffect(() => (id === null ? undefined : store.watchNode(id)), [store, id]);
  return useLive((picture) => (id === null ? null : (picture.nodes[id] ?? null)));
}
