/** A machine in the list: stripe, head, and its GPUs as tiles, eight to a row so that GPU 5 stands under GPU 5. */
import { memo } from 'react';
import { conditionOf } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { gpuIdentity } from '../../../src/model/gpu.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { AgentSays } from '../../parts/AgentSays.tsx';
import { CodeText } from '../../parts/CodeText.tsx';
import { MachineColours } from '../../parts/MachineColours.tsx';
import { Tile } from '../../parts/Tile.tsx';
import { clockTime } from '../../words/figures.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { GpuRows } from './GpuRows.tsx';
import { MachineHead } from './MachineHead.tsx';
import './machineSection.css';

interface MachineSectionProps {
  node: FleetNode;
  /** Place in the palette of machine stripes. */
  stripe: number;
  expanded: boolean;
  /** In a large fleet: only a strip of glyphs until it is expanded. */
  folded?: boolean;
  onToggle: (id: string) => void;
  onOpenGpu: (nodeId: string, index: number) => void;
}

export const MachineSection = memo(function MachineSection(props: MachineSectionProps) {
  const { node, stripe, expanded, folded = false, onToggle, onOpenGpu } = props;
  const gone = node.state === 'offline' || node.state === 'unknown';
  return (
    <section
      className={`machine${gone ? ' gone' : ''}${node.state === 'stale' ? ' stale' : ''}${expanded ? ' expanded' : folded ? ' folded' : ''}`}
      data-node={node.id}
      aria-label={nodeName(node)}
    >
      <span className={`stripe o${stripe}`} aria-hidden="true" />
      <MachineHead
        node={node}
        expanded={expanded}
        folded={folded && !expanded}
        onToggle={() => onToggle(node.id)}
      />
      <MachineColours node={node}>
        {expanded && node.sample && node.sample.gpus.length > 0 ? (
          <GpuRows node={node} onOpenGpu={onOpenGpu} />
        ) : (
          !folded && <MachineTiles node={node} onOpenGpu={onOpenGpu} />
        )}
      </MachineColours>
    </section>
  );
});

function MachineTiles({ node, onOpenGpu }: Pick<MachineSectionProps, 'node' | 'onOpenGpu'>) {
  const gpus = node.sample?.gpus ?? [];
  const name = nodeName(node);
  return (
    <table
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: cells that the arrows walk are a grid.
      role="grid"
      className="tile-grid"
      aria-label={`GPUs · ${name}`}
    >
      <tbody>
        <tr className="tiles">
          {gpus.map((gpu, place) => (
            <td key={gpuIdentity(gpu)}>
              <Tile
                gpu={gpu}
                condition={conditionOf(node, gpu)}
                machine={name}
                inTabOrder={place === 0}
                onOpen={(index) => onOpenGpu(node.id, index)}
              />
            </td>
          ))}
          <DriverNote node={node} />
        </tr>
      </tbody>
    </table>
  );
}

/** Beside the grey tiles of a silent driver: how old they are, what FlowLine does, what to do. */
function DriverNote({ node }: { node: FleetNode }) {
  const words = useWords();
  const nowMs = useHubNow();
  const driver = node.sample?.driver;
  if (!driver || node.state === 'offline' || node.state === 'unknown' || driver.state === 'ok') return null;
  if (driver.state !== 'unresponsive') {
    return (
      <td className="driver-note">
        {driver.message === null ? (
          words.node.driver[driver.state]
        ) : (
          <AgentSays remarks={driver.remarks} own={words.driverSays(driver.state)} message={driver.message} />
        )}
      </td>
    );
  }
  return (
    <td className="driver-note">
      {words.node.driverNote(clockTime(driver.answeredAtMs, nowMs, true))}
      <br />
      <CodeText text={words.node.driverAdvice} />
    </td>
  );
}
