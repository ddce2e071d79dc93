/**
 * How many machines an address may make known: a collector is nobody that we know, and a name costs him nothing. Whoever is
 * known already reports as often as he likes; how many of one address stand at once is the hub's matter.
 */
import { networkOf } from '../../io/network.ts';
import { addressLimit } from '../../lib/addressLimit.ts';

/** A proxy or a network behind one address may begin with sixty machines at once; then one comes in every five seconds. */
const NEW_MACHINES = { perSecond: 0.2, burst: 64 };

export interface Newcomers {
  /** False where this address made too many known lately. */
  admit(address: string): boolean;
}

/** Nobody came yet. */
export function newcomers(nowMs: () => number, limit = NEW_MACHINES): Newcomers {
  const known = addressLimit(limit, nowMs);
  return { admit: (address) => known.take(networkOf(address)) };
}
