/** What nodes said and should not have: told to the log and the audit trail, and bounded, so that no node fills the disk with it. */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { type TokenBucket, tokenBucket } from '../../lib/tokenBucket.ts';

/** The same reason of the same node is told once in this time. */
const SAME_REFUSAL_MS = 60_000;
/** Different ones: a faulty agent may find a new reason each time. */
const REFUSALS = { perSecond: 0.2, burst: 20 };

export type TellRefusal = (nodeId: string, address: string, reason: string) => void;

/** Tells `audit` of a refusal, unless the node was refused the same a moment ago, or too much. */
export function refusals(clock: Clock, log: Log, audit: TellRefusal): TellRefusal {
  const told = new Map<string, { reason: string; atMs: number; bucket: TokenBucket }>();
  return (nodeId, address, reason) => {
    const nowMs = clock.nowMs();
    const before = told.get(nodeId);
    if (before?.reason === reason && nowMs - before.atMs < SAME_REFUSAL_MS) return;
    const bucket = before?.bucket ?? tokenBucket(REFUSALS.perSecond, REFUSALS.burst);
    told.set(nodeId, { reason, atMs: nowMs, bucket });
    if (!bucket.take(nowMs)) return;
    log.warn({ node: nodeId, address, reason }, 'something that a node said was refused, or its link broke');
    audit(nodeId, address, reason);
  };
}
