/** Around what shows one machine: nobody on it looks like another, though in the fleet more people are than colours. */
import { type ReactNode, useContext, useMemo } from 'react';
import { coloursOnMachine } from '../../src/fleet/ownerColours.ts';
import type { FleetNode } from '../../src/fleet/view.ts';
import { OwnerColours } from './MemoryBar.tsx';

/** For its children alone: outside of it somebody may have another colour. */
export function MachineColours({ node, children }: { node: FleetNode; children: ReactNode }) {
  const colours = useContext(OwnerColours);
  const here = useMemo(() => coloursOnMachine(colours, node), [colours, node]);
  return <OwnerColours.Provider value={here}>{children}</OwnerColours.Provider>;
}
