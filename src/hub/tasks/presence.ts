/**
 * What the queue knows of each node's agent: whether it told its inventory on the connection that it has now, as whom it
 * runs tasks, and since when it is silent. Nothing is given to a node before its inventory has come: what an earlier hub
 * or an earlier connection left there is known first.
 */
import type { Inventory } from '../../protocol/supervision.ts';

export interface Agent {
  nodeId: string;
  user: string;
  uid: number;
}

export interface Presence {
  opened(nodeId: string): void;
  inventoried(nodeId: string, inventory: Pick<Inventory, 'user' | 'uid'>): void;
  closed(nodeId: string, nowMs: number): void;
  /** True where a connection is there and its inventory has come on it. */
  isReady(nodeId: string): boolean;
  /** As whom it runs tasks, as last told; null where it never told: it shows figures only. */
  runsAs(nodeId: string): { user: string; uid: number } | null;
  ready(): Agent[];
  /** Since when it has no connection; null while it has one. One that was never there since the hub started: since then. */
  silentSinceMs(nodeId: string): number | null;
  forget(nodeId: string): void;
}

/** Nobody is there at first. */
export function presence(startedAtMs: number): Presence {
  const told = new Map<string, { user: string; uid: number }>();
  const ready = new Set<string>();
  const silentSince = new Map<string, number>();
  const connected = new Set<string>();

  return {
    opened(nodeId) {
      connected.add(nodeId);
      ready.delete(nodeId);
      silentSince.delete(nodeId);
    },
    inventoried(nodeId, { user, uid }) {
      if (!connected.has(nodeId)) return;
      told.set(nodeId, { user, uid });
      ready.add(nodeId);
    },
    closed(nodeId, nowMs) {
      connected.delete(nodeId);
      ready.delete(nodeId);
      silentSince.set(nodeId, nowMs);
    },
    isReady: (nodeId) => ready.has(nodeId),
    runsAs: (nodeId) => told.get(nodeId) ?? null,
    ready: () =>
      [...ready].flatMap((nodeId) => {
        const as = told.get(nodeId);
        return as ? [{ nodeId, ...as }] : [];
      }),
    silentSinceMs: (nodeId) => (connected.has(nodeId) ? null : (silentSince.get(nodeId) ?? startedAtMs)),
    forget(nodeId) {
      told.delete(nodeId);
      ready.delete(nodeId);
      silentSince.delete(nodeId);
      connected.delete(nodeId);
    },
  };
}
