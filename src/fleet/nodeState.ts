/** How fresh a node is, from when it was last heard: the one rule behind `online`, `stale` and `offline`. */
import type {
  AbsenceReason,
  Maintenance,
  NodeSample,
  NodeSource,
  NodeState,
  NodeStatus,
  Reboot,
} from '../model/node.ts';

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
  /** As it was set; it may be over. */
  maintenance: Maintenance | null;
  rebooted: Reboot | null;
  /** Null for a machine with an agent. */
  source: NodeSource | null;
  /** Silent for longer than this it is offline, where its own system says so; null: as every machine. */
  offlineAfterMs: number | null;
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
  return ageMs <= (record.offlineAfterMs ?? Math.max(OFFLINE_AFTER_MS, 5 * intervalMs)) ? 'stale' : 'offline';
}

/** Maintenance that was given an end is over by itself. */
export const maintenanceNow = ({ maintenance }: Pick<NodeRecord, 'maintenance'>, nowMs: number) =>
  maintenance && (maintenance.untilMs === null || nowMs < maintenance.untilMs) ? maintenance : null;

function absence(record: NodeRecord, state: NodeState, nowMs: number): AbsenceReason | null {
  if (maintenanceNow(record, nowMs)) return 'maintenance';
  if (state !== 'offline') return null;
  if (record.goodbye === 'stopped') return 'goodbye';
  return record.goodbye === 'rebooting' ? 'rebooting' : 'silent';
}

/** The node as everybody is told of it. */
export function nodeStatus(record: NodeRecord, nowMs: number): NodeStatus {
  const state = nodeState(record, nowMs);
  const { id, name, alias, address, mayRun, rebooted, source, lastSeenAtMs, sample } = record;
  const maintenance = maintenanceNow(record, nowMs);
  return {
    id,
    name,
    alias,
    address,
    state,
    absence: absence(record, state, nowMs),
    mayRun,
    maintenance,
    rebooted,
    source,
    lastSeenAtMs,
    sample,
  };
}

/**
 * The boot between two samples: another boot id than the one before. The time is the hub's clock less what the machine
 * says that it is up.
 */
export function rebootBetween(before: NodeRecord, sample: NodeSample, nowMs: number): Reboot | null {
  const knownId = before.sample?.bootId ?? null;
  if (knownId === null || sample.bootId === null || sample.bootId === knownId) return before.rebooted;
  const upMs = (sample.host.uptimeSeconds ?? 0) * 1000;
  return {
    bootedAtMs: Math.max(0, Math.round(nowMs - upMs)),
    lastHeardAtMs: before.lastSeenAtMs,
    announced: before.goodbye !== null,
  };
}
