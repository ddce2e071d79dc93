/** The fleet: every machine with its GPUs, now. */
import { useCallback } from 'react';
import { nodesInOrder } from '../../../src/fleet/summary.ts';
import { setPreferences, usePreferences } from '../../live/preferences.ts';
import { useFleet } from '../../live/useLive.ts';
import { navigate, nodePath } from '../../router.ts';
import { useWords } from '../../words/words.ts';
import { MachineSection } from './MachineSection.tsx';

export function FleetPage() {
  const words = useWords();
  const fleet = useFleet();
  const { expanded } = usePreferences();
  const toggle = useCallback(
    (id: string) =>
      setPreferences({
        expanded: expanded.includes(id) ? expanded.filter((other) => other !== id) : [...expanded, id],
      }),
    [expanded],
  );
  const openGpu = useCallback(
    (nodeId: string, index: number) => navigate(`${nodePath(nodeId)}?gpu=${index}`),
    [],
  );
  if (!fleet) return <main className="page-body quiet">{words.loading}</main>;
  return (
    <main className="page-body">
      {nodesInOrder(fleet).map((node, place) => (
        <MachineSection
          key={node.id}
          node={node}
          stripe={place % 8}
          expanded={expanded.includes(node.id)}
          onToggle={toggle}
          onOpenGpu={openGpu}
        />
      ))}
    </main>
  );
}
