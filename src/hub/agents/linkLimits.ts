/**
 * How much one agent may say. Reports come in bursts (400 attempts of a table may end in one second, each reported
 * twice), answers only because the hub asked; the rest is a sample a second and a few words. More than that is a fault,
 * and the connection ends: what is not acknowledged is said again on the next one.
 */
import { tokenBucket } from '../../lib/tokenBucket.ts';
import type { AgentMessage } from '../../protocol/agentHub.ts';

/** Before anything is parsed: parsing is what a flood would cost. */
const ANYTHING = { perSecond: 5000, burst: 20_000 };
const BYTES = { perSecond: 16 * 1024 * 1024, burst: 64 * 1024 * 1024 };
/** A sample a second, a refresh now and then. */
const SAMPLES = { perSecond: 20, burst: 100 };
const REPORTS = { perSecond: 2000, burst: 10_000 };
/** An inventory comes after a welcome; edits when somebody saved a file. */
const RARE = { perSecond: 5, burst: 100 };

export interface LinkLimits {
  /** What is wrong with one more message of so many bytes, or null. */
  takeBytes(bytes: number, nowMs: number): string | null;
  /** What is wrong with one more message of this kind that nobody asked for, or null. */
  takeMessage(type: AgentMessage['type'], nowMs: number): string | null;
}

/** The limits of one connection. */
export function linkLimits(): LinkLimits {
  const anything = tokenBucket(ANYTHING.perSecond, ANYTHING.burst);
  const bytes = tokenBucket(BYTES.perSecond / 1024, BYTES.burst / 1024);
  const samples = tokenBucket(SAMPLES.perSecond, SAMPLES.burst);
  const reports = tokenBucket(REPORTS.perSecond, REPORTS.burst);
  const rare = tokenBucket(RARE.perSecond, RARE.burst);

  return {
    takeBytes(size, nowMs) {
      if (!anything.take(nowMs)) return `more than ${ANYTHING.perSecond} messages a second`;
      if (!bytes.take(nowMs, Math.ceil(size / 1024)))
        return `more than ${BYTES.perSecond / 1024 / 1024} MiB a second`;
      return null;
    },
    takeMessage(type, nowMs) {
      if (type === 'reports')
        return reports.take(nowMs) ? null : `more than ${REPORTS.perSecond} reports a second`;
      if (type === 'inventory' || type === 'table-edits')
        return rare.take(nowMs) ? null : `more than ${RARE.perSecond} inventories or table edits a second`;
      return samples.take(nowMs) ? null : `more than ${SAMPLES.perSecond} messages a second`;
    },
  };
}
