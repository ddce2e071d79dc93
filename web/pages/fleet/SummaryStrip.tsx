/** The fleet in one strip: five counts over one bar (each filters), memory, power, and where there is most room. */
import { type ReactNode, useMemo } from 'react';
import type { ConditionGroup, FleetSummary } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import type { QueueStatus } from '../../../src/protocol/queueApi.ts';
import { Sparkline } from '../../charts/Sparkline.tsx';
import { promisedBytes, useQueue } from '../../live/tasks.ts';
import { useFleetPower } from '../../live/useFleetPower.ts';
import { useActions } from '../../parts/actions.ts';
import { Glyph } from '../../parts/Glyph.tsx';
import { Link } from '../../parts/Link.tsx';
import { countOf, RunsBar } from '../../parts/RunsBar.tsx';
import { gib, kilo, MISSING, size, whole } from '../../words/figures.ts';
import { lastWords, nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import type { Show } from './fleetChoice.ts';
import './summaryStrip.css';

interface SummaryStripProps {
  summary: FleetSummary;
  nodes: readonly FleetNode[];
  show: Show;
  onShow: (show: Show) => void;
}

const GROUPS: ConditionGroup[] = ['free', 'working', 'holding-idle', 'sick', 'offline'];

/**
 * Counts the whole fleet, whatever is filtered below; a count that is pressed again shows all machines. `nodes` tell
 * what of the queue's promises is theirs.
 */
export function SummaryStrip({ summary, nodes, show, onShow }: SummaryStripProps) {
  const words = useWords();
  return (
    <section className="summary" aria-labelledby="fleet-title">
      <h1 id="fleet-title" className="visually-hidden">
        {words.pages.fleet}
      </h1>
      <div className="summary-counts">
        <div className={`summary-line${summary.gpus >= 1000 ? ' dense' : ''}`}>
          <span>
            <Big>{whole(summary.gpus)}</Big> {words.summary.gpusIn(summary.machines)}
          </span>
          {GROUPS.map((group) => (
            <button
              key={group}
              type="button"
              className={summary.groups[group] === 0 ? 'none' : ''}
              aria-pressed={show === group}
              title={words.rule[group]}
              aria-label={words.summary.onlyShow(words.condition[group], summary.groups[group])}
              onClick={() => onShow(show === group ? 'all' : group)}
            >
              <Glyph name={group} size={13} /> <Big>{whole(summary.groups[group])}</Big>{' '}
              {words.condition[group]}
            </button>
          ))}
        </div>
        <div className="summary-bar" aria-hidden="true">
          {GROUPS.map(
            (group) =>
              summary.groups[group] > 0 && (
                <span key={group} className={`moves ${group}`} style={{ flexGrow: summary.groups[group] }} />
              ),
          )}
        </div>
      </div>
      <MemoryCell summary={summary} nodes={nodes} />
      <PowerCell summary={summary} />
      <LastCell summary={summary} />
    </section>
  );
}

const Big = ({ children }: { children: ReactNode }) => <strong className="big">{children}</strong>;

interface MemoryCellProps {
  summary: FleetSummary;
  nodes: readonly FleetNode[];
}

/** Used, and behind it what the queue promised to runs that do not use it yet. */
function MemoryCell({ summary: { memoryUsedBytes: used, memoryTotalBytes: total }, nodes }: MemoryCellProps) {
  const words = useWords();
  const queue = useQueue();
  const promised = useMemo(() => promisedBytes(queue, nodes), [queue, nodes]);
  const [totalFigure = MISSING, unit = ''] = size(total).split('\u2009');
  const scale =
    total === null || used === null ? null : (used / total) * Number(totalFigure.replace(/\s/g, ''));
  const usedFigure = scale === null ? MISSING : scale >= 100 ? whole(scale) : scale.toFixed(1);
  return (
    <div className="summary-cell">
      <p>
        <strong>{usedFigure}</strong> {words.summary.memory(`${totalFigure} ${unit}`)}
      </p>
      <div className="summary-memory" aria-hidden="true">
        <span className="moves" style={{ width: `${total ? (100 * (used ?? 0)) / total : 0}%` }} />
        {promised > 0 && total !== null && (
          <span className="moves promised" style={{ width: `${(100 * promised) / total}%` }} />
        )}
      </div>
      {promised > 0 && (
        <p className="summary-promised">
          <span className="owner-square promised" aria-hidden="true" />
          {size(promised)} {words.gpu.promised}
        </p>
      )}
    </div>
  );
}

function PowerCell({ summary: { powerWatts, powerLimitWatts } }: { summary: FleetSummary }) {
  const words = useWords();
  const { line, spanMs } = useFleetPower(powerWatts);
  return (
    <div className="summary-cell">
      <p>
        <strong>{kilo(powerWatts)}</strong> {words.summary.power(`${kilo(powerLimitWatts)} kW`)}
        <span className="summary-note quiet">{lastWords(words, spanMs)}</span>
      </p>
      <Sparkline values={line} height={18} high={powerLimitWatts} />
    </div>
  );
}

/** Runs, where there is a queue that the reader may see and something in it; else where there is most room. */
function LastCell({ summary }: { summary: FleetSummary }) {
  const queue = useQueue();
  const runs = queue ? countOf(queue.counts, 'running') + countOf(queue.counts, 'queued') : 0;
  return queue !== null && runs > 0 ? <RunsCell queue={queue} /> : <RoomiestCell summary={summary} />;
}

function RunsCell({ queue: { counts } }: { queue: QueueStatus }) {
  const words = useWords();
  return (
    <div className="summary-cell">
      <p>
        <strong className="working">{whole(countOf(counts, 'running'))}</strong> {words.summary.runsWorking}{' '}
        <strong>{whole(countOf(counts, 'queued'))}</strong> {words.summary.runsQueued}
      </p>
      <Link href="/tasks" className="summary-runs">
        <RunsBar counts={counts} />
      </Link>
    </div>
  );
}

function RoomiestCell({ summary: { roomiest } }: { summary: FleetSummary }) {
  const words = useWords();
  const { showGpu } = useActions();
  if (!roomiest) {
    return (
      <div className="summary-cell">
        <p>
          <strong>{words.summary.noneFree}</strong>
        </p>
        <p className="quiet">{words.summary.noneFreeHint}</p>
      </div>
    );
  }
  return (
    <div className="summary-cell">
      <p>
        <strong className="free">{gib(roomiest.freeBytes)}</strong> GiB {words.summary.roomiest}
      </p>
      <button
        type="button"
        className="summary-link"
        onClick={() => showGpu(roomiest.node.id, roomiest.gpu.index)}
      >
        {nodeName(roomiest.node)} GPU {roomiest.gpu.index}
      </button>
    </div>
  );
}
