/**
 * What is true now of every node: the one place that arriving samples change and everybody else reads. Order is the
 * order in which nodes became known. It keeps no history and speaks to nobody: those who must hear of a change ask for
 * the dirty ones each tick.
 */
import { type NodeRecord, nodeState, nodeStatus } from '../fleet/nodeState.ts';
import type { NodeSample, NodeState, NodeStatus } from '../model/node.ts';

export interface FleetNow {
  /** Adds a node or changes what is known of it beside samples. */
  setNode(
    node: Pick<NodeRecord, 'id' | 'name' | 'alias'> &
      Partial<Pick<NodeRecord, 'address' | 'mayRun' | 'lastSeenAtMs' | 'sample' | 'disconnectedAtMs'>>,
  ): void;
  forgetNode(id: string): void;
  /** A sample arrived, at `nowMs` of the hub's clock. */
  applySample(id: string, sample: NodeSample, address: string | null, nowMs: number): void;
  /** Its connection ended, at `nowMs`; the next sample ends that. */
  loseConnection(id: string, nowMs: number): void;
  sayGoodbye(id: string, reason: 'stopped' | 'rebooting'): void;
  status(id: string, nowMs: number): NodeStatus | null;
  all(nowMs: number): NodeStatus[];
  order(): string[];
  /** Ids of nodes that changed, in state too, since the last call. */
  takeChanged(nowMs: number): Set<string>;
}

/** An empty fleet. */
export function fleetNow(): FleetNow {
  const records = new Map<string, NodeRecord>();
  const toldState = new Map<string, NodeState>();
  let changed = new Set<string>();

  const change = (id: string, with_: Partial<NodeRecord>): void => {
    const record = records.get(id);
    if (!record) return;
    records.set(id, { ...record, ...with_ });
    changed.add(id);
  };

  return {
    setNode(node) {
      const before = records.get(node.id);
      records.set(node.id, {
        address: null,
        mayRun: false,
        goodbye: null,
        disconnectedAtMs: null,
        lastSeenAtMs: null,
        sample: null,
        ...before,
        ...node,
      });
      changed.add(node.id);
    },
    forgetNode(id) {
      records.delete(id);
      toldState.delete(id);
      changed.add(id);
    },
    applySample(id, sample, address, nowMs) {
      change(id, {
        sample,
        address,
        name: sample.hostname,
        lastSeenAtMs: nowMs,
        goodbye: null,
        disconnectedAtMs: null,
      });
    },
    loseConnection(id, nowMs) {
      change(id, { disconnectedAtMs: nowMs });
    },
    sayGoodbye(id, reason) {
      change(id, { goodbye: reason });
    },
    status(id, nowMs) {
      const record = records.get(id);
      return record ? nodeStatus(record, nowMs) : null;
    },
    all: (nowMs) => [...records.values()].map((record) => nodeStatus(record, nowMs)),
    order: () => [...records.keys()],
    takeChanged(nowMs) {
      for (const [id, record] of records) {
        const state = nodeState(record, nowMs);
        if (toldState.get(id) === state) continue;
        toldState.set(id, state);
        changed.add(id);
      }
      const taken = changed;
      changed = new Set();
      return taken;
    },
  };
}
