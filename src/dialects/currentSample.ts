/** Which sample of this machine an older system may be told as what is now. */
import type { NodeSample } from '../model/node.ts';
import type { NodeParts } from './node.ts';

/** An agent that samples is late by a second or so; past this it does not sample any more. */
const LATEST_MS = 30_000;

/** The newest one; null where there is none, or it is too old. */
export async function currentSample({ sample, nowMs }: NodeParts): Promise<NodeSample | null> {
  const newest = await sample();
  if (newest === null) return null;
  return nowMs() - newest.takenAtMs > Math.max(LATEST_MS, 3 * newest.intervalMs) ? null : newest;
}

export const NO_SAMPLE = 'flowline: there are no figures of this machine yet; ask again';
