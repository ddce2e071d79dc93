/** The window view: every machine in a rail, the chosen one close up beside it. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { modelsOf } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { useIsNarrow } from '../../live/useWidth.ts';
import { GlyphStrip } from '../../parts/GlyphStrip.tsx';
import { navigate } from '../../router.ts';
import { span } from '../../words/figures.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { NodePanel } from '../node/NodePanel.tsx';
import { EVERYTHING, type FleetItem, fleetItems } from './fleetChoice.ts';
import './fleetList.css';
import './cardsView.css';

interface CardsViewProps {
  nodes: readonly FleetNode[];
  /** Id of the machine that the address names. */
  chosenId: string | null;
}

/**
 * J, K, ↑ and ↓ go through the machines that the filter left; the chosen one stays close up though the filter leaves it
 * out. A single machine has no rail, a narrow window a list to choose from.
 */
export function CardsView({ nodes, chosenId }: CardsViewProps) {
  const words = useWords();
  const narrow = useIsNarrow();
  const [text, setText] = useState('');
  const items = fleetItems(nodes, { ...EVERYTHING, text }).filter((item) => item.kind === 'node');
  const all = fleetItems(nodes, EVERYTHING).filter((item) => item.kind === 'node');
  const chosen = all.find((item) => item.key === chosenId) ?? items[0] ?? all[0];
  const choose = (id: string): void => navigate(`/?view=cards&node=${encodeURIComponent(id)}`, 'replace');
  const step = (by: number) => (): void => {
    const place = items.findIndex((item) => item.key === chosen?.key);
    const next = items[Math.min(items.length - 1, Math.max(0, place + by))];
    if (next) choose(next.key);
  };
  useShortcuts({ j: step(1), down: step(1), k: step(-1), up: step(-1) });
  return (
    <div className="cards-view">
      {all.length > 1 && (
        <nav className="rail" aria-label={words.views.cards}>
          {narrow ? (
            <select
              className="field rail-select"
              aria-label={words.views.cards}
              value={chosen?.key}
              onChange={(event) => choose(event.target.value)}
            >
              {all.map((item) => (
                <option key={item.key} value={item.key}>
                  {nodeName(item.node)} {item.node.alias === null ? '' : visible(item.node.alias)}
                </option>
              ))}
            </select>
          ) : (
            <>
              <div className="rail-filter">
                <input
                  type="search"
                  className="field page-filter"
                  placeholder={words.toolbar.filterMachines(nodes.length)}
                  aria-label={words.toolbar.filter}
                  value={text}
                  onChange={(event) => setText(event.target.value)}
                />
              </div>
              <Rail items={items} chosenKey={chosen?.key} onChoose={choose} />
            </>
          )}
        </nav>
      )}
      <main className="page-body cards-body">
        {chosen && <NodePanel key={chosen.key} node={chosen.node} stripe={chosen.stripe} />}
      </main>
    </div>
  );
}

const RAIL_ITEM_HEIGHT = 46;

interface RailProps {
  items: readonly Extract<FleetItem, { kind: 'node' }>[];
  chosenKey: string | undefined;
  onChoose: (id: string) => void;
}

/** The machines, of which only those in view are drawn; the chosen one is kept in view. */
function Rail({ items, chosenKey, onChoose }: RailProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => items[index]?.key ?? index,
    estimateSize: () => RAIL_ITEM_HEIGHT,
    overscan: 8,
  });
  const place = items.findIndex((item) => item.key === chosenKey);
  useEffect(() => {
    if (place >= 0) virtualizer.scrollToIndex(place, { align: 'auto' });
  }, [virtualizer, place]);
  return (
    <div className="rail-scroller" ref={scroller}>
      <ul className="virtual-list" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ key, index, start }) => {
          const item = items[index];
          return (
            item && (
              <li
                key={key}
                ref={virtualizer.measureElement}
                data-index={index}
                className="virtual-row"
                style={{ transform: `translateY(${start}px)` }}
              >
                <RailItem item={item} chosen={item.key === chosenKey} onChoose={onChoose} />
              </li>
            )
          );
        })}
      </ul>
    </div>
  );
}

interface RailItemProps {
  item: Extract<FleetItem, { kind: 'node' }>;
  chosen: boolean;
  onChoose: (id: string) => void;
}

function RailItem({ item: { node, stripe }, chosen, onChoose }: RailItemProps) {
  const words = useWords();
  const nowMs = useHubNow();
  const gone = node.state === 'offline' || node.state === 'unknown';
  const model = modelsOf(node.sample?.gpus ?? [])[0]?.[0] ?? words.node.noGpus;
  const driver = gone ? 'ok' : (node.sample?.driver.state ?? 'ok');
  const sick =
    node.absence !== 'maintenance' &&
    (driver === 'unresponsive' || driver === 'failed' || driver === 'mismatch');
  return (
    <button
      type="button"
      className={`rail-item${gone ? ' gone' : ''}`}
      aria-current={chosen ? 'true' : undefined}
      onClick={() => onChoose(node.id)}
    >
      <span className={`stripe o${stripe}`} aria-hidden="true" />
      <span className="rail-line">
        <span className="ellipsis">
          <strong>{nodeName(node)}</strong> {node.alias === null ? '' : visible(node.alias)}
        </span>
        <span className={sick ? 'bad' : 'quiet'}>
          {node.absence === 'maintenance'
            ? words.condition.maintenance
            : driver !== 'ok'
              ? words.node.driverShort[driver]
              : node.lastSeenAtMs === null
                ? ''
                : span(words, nowMs - node.lastSeenAtMs)}
        </span>
      </span>
      <span className="rail-line">
        <GlyphStrip node={node} />
        <span className="ellipsis">{visible(model)}</span>
      </span>
    </button>
  );
}
