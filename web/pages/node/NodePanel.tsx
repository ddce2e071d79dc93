/** One machine, close up: who it is, its own figures, a card for each GPU, processes, containers and sessions. */
import { useMemo, useState } from 'react';
import type { GpuCondition } from '../../../src/fleet/gpuCondition.ts';
import { conditionGroup, conditionOf, modelsOf } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { gpuIdentity } from '../../../src/model/gpu.ts';
import type { NodeStatus } from '../../../src/model/node.ts';
import { askHub } from '../../live/hub.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { useIsAdministrator } from '../../live/taskActions.ts';
import { useQueue } from '../../live/tasks.ts';
import { useLiveStore, useWholeNode } from '../../live/useLive.ts';
import { useRecent } from '../../live/useRecent.ts';
import { AfterASecond } from '../../parts/AfterASecond.tsx';
import { Age } from '../../parts/Age.tsx';
import { useActions } from '../../parts/actions.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { GpuCard } from '../../parts/GpuCard.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { MachineColours } from '../../parts/MachineColours.tsx';
import { ProcessTable } from '../../parts/ProcessTable.tsx';
import { rowsOfGpus } from '../../parts/processRows.ts';
import { SourceBadge } from '../../parts/SourceBadge.tsx';
import { span } from '../../words/figures.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { Containers } from './Containers.tsx';
import { ForgetButton } from './ForgetButton.tsx';
import { HostStrip } from './HostStrip.tsx';
import { MachineFacts } from './MachineFacts.tsx';
import { MaintenanceDialog } from './MaintenanceDialog.tsx';
import { PanelMessage } from './PanelMessage.tsx';
import { Sessions } from './Sessions.tsx';
import './nodePanel.css';

interface NodePanelProps {
  node: FleetNode;
  stripe: number;
  /** With disks, networks and software below, as the page of one machine has them. */
  withFacts?: boolean;
}

/**
 * `stripe` is a place in the palette, from 0. Without a sample there are only head and message; processes, containers
 * and sessions are asked for while it is drawn and come later than the GPUs. R has it take a sample at once, unless it
 * is an older system that only ever reports by itself.
 */
export function NodePanel({ node, stripe, withFacts = false }: NodePanelProps) {
  const recent = useRecent(node.id);
  const whole = useWholeNode(node.id);
  const { showGpu } = useActions();
  const gpus = node.sample?.gpus ?? [];
  return (
    <MachineColours node={node}>
      <PanelHead node={node} stripe={stripe} withSwitch={withFacts} />
      <PanelMessage node={node} />
      {node.sample && (
        <>
          <HostStrip node={node} recent={recent} />
          <ul className="gpu-cards" aria-label={`GPUs · ${nodeName(node)}`}>
            {gpus.map((gpu) => (
              <GpuCard
                key={gpuIdentity(gpu)}
                gpu={gpu}
                condition={conditionOf(node, gpu)}
                recent={recent}
                onOpen={(index) => showGpu(node.id, index)}
              />
            ))}
          </ul>
          <PanelTables node={node} whole={whole} />
          {withFacts && <MachineFacts node={node} />}
        </>
      )}
    </MachineColours>
  );
}

const COUNTED: GpuCondition[] = ['free', 'working', 'holding-idle', 'sick', 'maintenance', 'offline'];

/** Here what is in maintenance is called so; only the whole fleet counts it with what is not there. */
const countedAs = (condition: GpuCondition): GpuCondition =>
  condition === 'maintenance' ? condition : conditionGroup(condition);

interface PanelHeadProps {
  node: FleetNode;
  stripe: number;
  /** With the button for maintenance. */
  withSwitch: boolean;
}

function PanelHead({ node, stripe, withSwitch }: PanelHeadProps) {
  const words = useWords();
  const sample = node.sample;
  const gpus = sample?.gpus ?? [];
  const about = [
    ...modelsOf(gpus).map(([model, count]) => `${count} × ${visible(model)}`),
    sample?.driver.version ? words.node.driverVersion(visible(sample.driver.version)) : null,
    sample?.driver.cudaVersion ? `CUDA ${visible(sample.driver.cudaVersion)}` : null,
    sample?.host.os ? visible(sample.host.os) : null,
    sample?.host.uptimeSeconds == null ? null : words.node.up(span(words, sample.host.uptimeSeconds * 1000)),
  ].filter((part) => part !== null);
  return (
    <header className="panel-head">
      <span className={`panel-stripe o${stripe}`} aria-hidden="true" />
      <div className="grow">
        <h1>
          {nodeName(node)}{' '}
          <span className="panel-alias">
            {node.alias === null ? '' : visible(node.alias)}{' '}
            <span className="mono">{node.address === null ? '' : visible(node.address)}</span>
          </span>
          <SourceBadge source={node.source} />
        </h1>
        <p className="panel-about">{about.join(' · ')}</p>
        {withSwitch && node.source !== null && (
          <p className="panel-about quiet">
            {words.node.witness} {words.node.witnessLacks}
          </p>
        )}
      </div>
      <ul className="panel-counts">
        {COUNTED.map((group) => {
          const count = gpus.filter((gpu) => countedAs(conditionOf(node, gpu)) === group).length;
          return (
            count > 0 && (
              <li key={group}>
                <Glyph name={group} /> <strong>{count}</strong> {words.condition[group]}
              </li>
            )
          );
        })}
        {withSwitch && node.source === null && (
          <li>
            <RunsTasks node={node} />
          </li>
        )}
        {withSwitch && node.source === null && (
          <li>
            <MaintenanceButton node={node} />
          </li>
        )}
        {withSwitch && <ForgetButton node={node} />}
        {node.source?.host !== null && (
          <li>
            <RefreshButton nodeId={node.id} />
          </li>
        )}
        <li>
          <Age atMs={node.lastSeenAtMs} stale={node.state !== 'online'} />
        </li>
      </ul>
    </header>
  );
}

/** Whether the queue may give it tasks: a word for all who see the queue, a switch for administrators. */
function RunsTasks({ node }: { node: FleetNode }) {
  const { gpuQueue: words } = useWords();
  const queue = useQueue();
  const isAdministrator = useIsAdministrator();
  const [isRefused, setRefused] = useState<string | null>(null);
  if (queue === null) return null;
  const word = node.mayRun ? words.nodeRuns : words.nodeShows;
  if (!isAdministrator) return <span className="quiet">{word}</span>;
  const label = (node.mayRun ? words.nodeForbid : words.nodeAllow)(nodeName(node));
  const flip = async (): Promise<void> => {
    const told = await askHub('changeNode', { parameters: { id: node.id }, body: { mayRun: !node.mayRun } });
    setRefused(told.ok ? null : visible(told.message));
  };
  return (
    <button
      type="button"
      role="switch"
      aria-checked={node.mayRun}
      aria-label={label}
      title={label}
      className="queue-switch"
      onClick={flip}
    >
      <span aria-hidden="true" />
      {isRefused === null ? word : <span className="bad">{isRefused}</span>}
    </button>
  );
}

function MaintenanceButton({ node }: { node: FleetNode }) {
  const { maintenance: words } = useWords();
  const [isOpen, setOpen] = useState(false);
  return (
    <>
      <button type="button" className="button small" onClick={() => setOpen(true)}>
        {words.button}
      </button>
      {isOpen && <MaintenanceDialog node={node} onClose={() => setOpen(false)} />}
    </>
  );
}

/** Has the machine take a sample now, with everything slow in it too. */
function RefreshButton({ nodeId }: { nodeId: string }) {
  const words = useWords();
  const store = useLiveStore();
  const refresh = (): void => {
    askHub('refreshNode', { parameters: { id: nodeId } }).then(store.paintNow);
  };
  useShortcuts({ r: refresh });
  return (
    <button
      type="button"
      className="icon-button refresh"
      aria-label={words.refresh}
      title={words.refresh}
      onClick={refresh}
    >
      <Icon name="refresh" />
    </button>
  );
}

/** Of the older systems only one tells of containers and sessions: of the others that is no news. */
const tellsOfMore = ({ source, sample }: NodeStatus): boolean =>
  source === null || sample?.sources.docker.state === 'ok' || sample?.sources.screen.state === 'ok';

function PanelTables({ node, whole }: { node: FleetNode; whole: NodeStatus | null }) {
  const words = useWords();
  const rows = useMemo(() => rowsOfGpus(node, whole?.sample?.gpus ?? []), [node, whole]);
  return (
    <div className="panel-tables">
      <section>
        <h2>
          {words.process.title}{' '}
          <span className="quiet">{words.process.count(rows.filter((row) => row.pid !== null).length)}</span>
        </h2>
        {rows.length > 0 ? (
          <ProcessTable rows={rows} label={words.process.title} selectable={node.source === null} />
        ) : (
          <p className="quiet">{whole ? words.process.none : <AfterASecond>{words.loading}</AfterASecond>}</p>
        )}
      </section>
      {whole?.sample && tellsOfMore(whole) && (
        <aside>
          <Containers containers={whole.sample.containers} source={whole.sample.sources.docker} />
          <Sessions sessions={whole.sample.sessions} sources={whole.sample.sources} />
        </aside>
      )}
    </div>
  );
}
