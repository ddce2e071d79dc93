/** One machine, close up: who it is, its own figures, a card for each GPU, processes, containers and sessions. */
import { useMemo } from 'react';
import { type ConditionGroup, conditionGroup, conditionOf, modelsOf } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { gpuIdentity } from '../../../src/model/gpu.ts';
import type { NodeStatus } from '../../../src/model/node.ts';
import { askHub } from '../../live/hub.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { useLiveStore, useWholeNode } from '../../live/useLive.ts';
import { useRecent } from '../../live/useRecent.ts';
import { Age } from '../../parts/Age.tsx';
import { useActions } from '../../parts/actions.ts';
import { CodeText } from '../../parts/CodeText.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { GpuCard } from '../../parts/GpuCard.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { ProcessTable } from '../../parts/ProcessTable.tsx';
import { rowsOfGpus } from '../../parts/processRows.ts';
import { clockTime, span } from '../../words/figures.ts';
import { concernWords, nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { Containers } from './Containers.tsx';
import { HostStrip } from './HostStrip.tsx';
import { MachineFacts } from './MachineFacts.tsx';
import { fleetConcern } from './nodeConcern.ts';
import { Sessions } from './Sessions.tsx';
import './nodePanel.css';

interface NodePanelProps {
  node: FleetNode;
  stripe: number;
  /** With disks, networks and software below, as the page of one machine has them. */
  withFacts?: boolean;
}

export function NodePanel({ node, stripe, withFacts = false }: NodePanelProps) {
  const recent = useRecent(node.id);
  const whole = useWholeNode(node.id);
  const { showGpu } = useActions();
  const gpus = node.sample?.gpus ?? [];
  return (
    <>
      <PanelHead node={node} stripe={stripe} />
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
    </>
  );
}

const COUNTED: ConditionGroup[] = ['free', 'working', 'holding-idle', 'sick', 'offline'];

function PanelHead({ node, stripe }: { node: FleetNode; stripe: number }) {
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
        </h1>
        <p className="panel-about">{about.join(' · ')}</p>
      </div>
      <ul className="panel-counts">
        {COUNTED.map((group) => {
          const count = gpus.filter((gpu) => conditionGroup(conditionOf(node, gpu)) === group).length;
          return (
            count > 0 && (
              <li key={group}>
                <Glyph name={group} /> <strong>{count}</strong> {words.condition[group]}
              </li>
            )
          );
        })}
        <li>
          <RefreshButton nodeId={node.id} />
        </li>
        <li>
          <Age atMs={node.lastSeenAtMs} stale={node.state !== 'online'} />
        </li>
      </ul>
    </header>
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

/** What is wrong with this machine, in words; nothing where nothing is. */
function PanelMessage({ node }: { node: FleetNode }) {
  const words = useWords();
  const nowMs = useHubNow();
  const concern = fleetConcern(node);
  const driver = node.sample?.driver;
  if (!concern) {
    // A machine without a driver, or whose driver is being asked for the first time, is no fault: it is said in grey.
    return driver === undefined || driver.state === 'ok' ? null : (
      <p className="hint-bar" role="status">
        <strong>{words.node.driver[driver.state]}</strong>{' '}
        {driver.message === null ? '' : visible(driver.message)}
      </p>
    );
  }
  const silent = concern.kind === 'driver' && driver?.state === 'unresponsive';
  return (
    <p className={`hint-bar ${concern.severity === 'sick' ? 'is-bad' : ''}`} role="status">
      <strong>{concernWords(words, concern, nowMs)}</strong>{' '}
      {silent && (
        <>
          {words.node.driverNote(clockTime(driver.answeredAtMs, nowMs, true))}{' '}
          <CodeText text={words.node.driverAdvice} />
        </>
      )}
      {concern.kind === 'driver' && !silent && driver?.message && visible(driver.message)}
      {concern.kind === 'gpu-sick' && concern.gpu.message !== null && visible(concern.gpu.message)}
    </p>
  );
}

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
          <ProcessTable rows={rows} label={words.process.title} selectable />
        ) : (
          <p className="quiet">{whole ? words.process.none : words.loading}</p>
        )}
      </section>
      {whole?.sample && (
        <aside>
          <Containers containers={whole.sample.containers} source={whole.sample.sources.docker} />
          <Sessions sessions={whole.sample.sessions} sources={whole.sample.sources} />
        </aside>
      )}
    </div>
  );
}
