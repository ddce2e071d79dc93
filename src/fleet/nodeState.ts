/** How fresh a node is, from when it was last heard: the one rule behind `online`, `stale` and `offline`. */
import type { AbsenceReason, NodeSample, NodeState, NodeStatus } from '../model/node.ts';

/** What the hub remembers of a node. Instants are the hub's own clock. */
export interface NodeRecord {
  id: string;
  name: string;
  alias: string | null;
  address: string | null;
  /** Whether it may run tasks. */
  mayRun: boolean;
  /** Set when it said goodbye, until it speaks again. */
  goodbye: 'stopped' | 'rebooting' | null;
  /** Since when it has no connection; null while it has one. */
  disconnectedAtMs: number | null;
  /** When its newest sample arrived. */
  lastSeenAtMs: number | null;
  sample: NodeSample | null;
}

/** A sample that is a little late is not stale yet: timers and networks wobble. */
const LATENESS_MS = 500;
/** Silent for longer than this, and than five intervals: offline. */
const OFFLINE_AFTER_MS = 10_000;

/** How long a connection may be away before it counts: a hub or agent that restarts is back within a second or two. */
const RECONNECT_MS = 2000;

/**
 * `online` while connected and within two intervals, then `stale`, then `offline`; `unknown` before its first sample.
 * Without a connection it is offline after 10 s whatever interval it claimed.
 */
export function nodeState(record: NodeRecord, nowMs: number): NodeState {
  if (record.goodbye) return 'offline';
  if (record.lastSeenAtMs === null || record.sample === null) return 'unknown';
  const intervalMs = record.sample.intervalMs;
  const ageMs = nowMs - record.lastSeenAtMs;
  if (record.disconnectedAtMs !== null) {
    const awayMs = nowMs - record.disconnectedAtMs;
    if (awayMs > OFFLINE_AFTER_MS) return 'offline';
    if (awayMs > RECONNECT_MS) return 'stale';
  }
  if (ageMs <= 2 * intervalMs + LATENESS_MS) return 'online';
  return ageMs <= Math.max(OFFLINE_AFTER_MS, 5 * intervalMs) ? 'stale' : 'offline';
}

function absence(record: NodeRecord, state: NodeState): AbsenceReason | null {
  if (state !== 'offline') return null;
  if (record.goodbye === 'stopped') return 'goodbye';
  return record.goodbye === 'rebooting' ? 'rebooting' : 'silent';
}

/** The node as everybody is told of it. */
export function nodeStatus(record: NodeRecord, nowMs: number): NodeStatus {
  const state = nodeState(record, nowMs);
  const { id, name, alias, address, mayRun, lastSeenAtMs, sample } = record;
  return { id, name, alias, address, state, absence: absence(record, state), mayRun, lastSeenAtMs, sample };
}
