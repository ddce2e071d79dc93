/**
 * What is true now of every node: the one place that arriving samples change and everybody else reads. Order is the
 * order in which nodes became known. It keeps no history and speaks to nobody: those who must hear of a change ask for
 * the dirty ones each tick.
 */
import { type NodeRecord, nodeStatus, rebootBetween } from '../fleet/nodeState.ts';
import type { NodeSample, NodeStatus, ReadingProblem } from '../model/node.ts';

export interface FleetNow {
  /** Adds a node or changes what is known of it beside samples. */
  setNode(
    node: Pick<NodeRecord, 'id' | 'name' | 'alias'> & Partial<Omit<NodeRecord, 'id' | 'name' | 'alias'>>,
  ): void;
  forgetNode(id: string): void;
  /** A sample arrived, at `nowMs` of the hub's clock. */
  applySample(id: string, sample: NodeSample, address: string | null, nowMs: number): void;
  /** Its connection ended, at `nowMs`; the next sample ends that. */
  loseConnection(id: string, nowMs: number): void;
  /** A machine without an agent could not be read; the next sample ends that. Of one that stands still `isGone` is false. */
  setProblem(id: string, problem: Omit<ReadingProblem, 'sinceMs'>, isGone: boolean, nowMs: number): void;
  sayGoodbye(id: string, reason: 'stopped' | 'rebooting'): void;
  status(id: string, nowMs: number): NodeStatus | null;
  all(nowMs: number): NodeStatus[];
  /** What is remembered of each, to be kept over a restart. */
  records(): NodeRecord[];
  order(): string[];
  /** Ids of nodes that changed, in state too, since the last call. */
  takeChanged(nowMs: number): Set<string>;
}

/** An empty fleet. */
export function fleetNow(): FleetNow {
  const records = new Map<string, NodeRecord>();
  const toldState = new Map<string, string>();
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
        maintenance: null,
        rebooted: null,
        source: null,
        offlineAfterMs: null,
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
      const before = records.get(id);
      if (!before) return;
      change(id, {
        rebooted: rebootBetween(before, sample, nowMs),
        sample,
        address,
        name: sample.hostname,
        source: before.source?.problem ? { ...before.source, problem: null } : before.source,
        lastSeenAtMs: nowMs,
        goodbye: null,
        disconnectedAtMs: null,
      });
    },
    loseConnection(id, nowMs) {
      change(id, { disconnectedAtMs: nowMs });
    },
    setProblem(id, { kind, message }, isGone, nowMs) {
      const before = records.get(id);
      if (!before?.source) return;
      const since = before.source.problem?.kind === kind ? before.source.problem.sinceMs : nowMs;
      const problem = { kind, message, sinceMs: since };
      change(id, {
        source: { ...before.source, problem },
        disconnectedAtMs: isGone ? (before.disconnectedAtMs ?? nowMs) : before.disconnectedAtMs,
      });
    },
    sayGoodbye(id, reason) {
      change(id, { goodbye: reason });
    },
    status(id, nowMs) {
      const record = records.get(id);
      return record ? nodeStatus(record, nowMs) : null;
    },
    all: (nowMs) => [...records.values()].map((record) => nodeStatus(record, nowMs)),
    records: () => [...records.values()],
    order: () => [...records.keys()],
    takeChanged(nowMs) {
      for (const [id, record] of records) {
        // Time alone changes both: a node grows stale, maintenance ends.
        const { state: freshness, absence } = nodeStatus(record, nowMs);
        const state = `${freshness} ${absence}`;
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
