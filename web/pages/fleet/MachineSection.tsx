/** A machine in the list: stripe, head, and its GPUs as tiles, eight to a row so that GPU 5 stands under GPU 5. */
import { memo, useMemo } from 'react';
import { ownerColours } from '../../../src/fleet/memorySegments.ts';
import { conditionOf } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { CodeText } from '../../parts/CodeText.tsx';
import { OwnerColours } from '../../parts/MemoryBar.tsx';
import { Tile } from '../../parts/Tile.tsx';
import { clockTime } from '../../words/figures.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { MachineHead } from './MachineHead.tsx';
import './machineSection.css';

interface MachineSectionProps {
  node: FleetNode;
  /** Place in the palette of machine stripes. */
  stripe: number;
  expanded: boolean;
  onToggle: (id: string) => void;
  onOpenGpu: (nodeId: string, index: number) => void;
}

export const MachineSection = memo(function MachineSection(props: MachineSectionProps) {
  const { node, stripe, expanded, onToggle, onOpenGpu } = props;
  const colours = useOwnerColours(node);
  const gone = node.state === 'offline' || node.state === 'unknown';
  return (
    <OwnerColours.Provider value={colours}>
      <section
        className={`machine${gone ? ' gone' : ''}${node.state === 'stale' ? ' stale' : ''}${expanded ? ' expanded' : ''}`}
        data-node={node.id}
        aria-label={nodeName(node)}
      >
        <span className={`stripe o${stripe}`} aria-hidden="true" />
        <MachineHead node={node} expanded={expanded} onToggle={() => onToggle(node.id)} />
        <MachineTiles node={node} onOpenGpu={onOpenGpu} />
      </section>
    </OwnerColours.Provider>
  );
});

/** The palette places of a machine's owners; the same map as long as the owners stay. */
export function useOwnerColours(node: FleetNode | null): ReadonlyMap<string, number> {
  const owners = node?.sample?.gpus.flatMap((gpu) => gpu.holders.map((holder) => holder.owner ?? '')) ?? [];
  const key = [...new Set(owners)].sort().join('\n');
  return useMemo(() => ownerColours(key.split('\n').filter((owner) => owner !== '')), [key]);
}

function MachineTiles({ node, onOpenGpu }: Pick<MachineSectionProps, 'node' | 'onOpenGpu'>) {
  const gpus = node.sample?.gpus ?? [];
  const name = nodeName(node);
  return (
    <div className="tiles">
      {gpus.map((gpu) => (
        <Tile
          key={gpu.uuid ?? gpu.index}
          gpu={gpu}
          condition={conditionOf(node, gpu)}
          machine={name}
          onOpen={(index) => onOpenGpu(node.id, index)}
        />
      ))}
      <DriverNote node={node} />
    </div>
  );
}

/** Beside the grey tiles of a silent driver: how old they are, what FlowLine does, what to do. */
function DriverNote({ node }: { node: FleetNode }) {
  const words = useWords();
  const nowMs = useHubNow();
  const driver = node.sample?.driver;
  if (!driver || node.state === 'offline' || node.state === 'unknown' || driver.state === 'ok') return null;
  if (driver.state !== 'unresponsive') {
    return <p className="driver-note">{driver.message ?? words.node.driver[driver.state]}</p>;
  }
  return (
    <p className="driver-note">
      {words.node.driverNote(clockTime(driver.answeredAtMs, nowMs, true))}
      <br />
      <CodeText text={words.node.driverAdvice} />
    </p>
  );
}
