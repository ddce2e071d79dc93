/** The palette places of a machine's owners; the same map as long as the owners stay. */
import { useMemo } from 'react';
import { ownerColours } from '../../src/fleet/memorySegments.ts';
import type { FleetNode } from '../../src/fleet/view.ts';

export function useOwnerColours(node: FleetNode | null): ReadonlyMap<string, number> {
  const owners = node?.sample?.gpus.flatMap((gpu) => gpu.holders.map((holder) => holder.owner ?? '')) ?? [];
  const key = [...new Set(owners)].sort().join('\n');
  return useMemo(() => ownerColours(key.split('\n').filter((owner) => owner !== '')), [key]);
}
