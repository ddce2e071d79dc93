/** The window view: every machine in a rail, the chosen one close up beside it. */
import { useState } from 'react';
import { concernsOf } from '../../../src/fleet/concerns.ts';
import { modelsOf } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { navigate } from '../../router.ts';
import { span, visible } from '../../words/figures.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { NodePanel } from '../node/NodePanel.tsx';
import { EVERYTHING, type FleetItem, fleetItems } from './fleetChoice.ts';
import { GlyphStrip } from './MachineSection.tsx';
import './cardsView.css';

interface CardsViewProps {
  nodes: readonly FleetNode[];
  /** Id of the machine that the address names. */
  chosenId: string | null;
}

export function CardsView({ nodes, chosenId }: CardsViewProps) {
  const words = useWords();
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
          <ul>
            {items.map((item) => (
              <RailItem key={item.key} item={item} chosen={item.key === chosen?.key} onChoose={choose} />
            ))}
          </ul>
        </nav>
      )}
      <main className="page-body cards-body">
        {chosen && <NodePanel key={chosen.key} node={chosen.node} stripe={chosen.stripe} />}
      </main>
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
  const silent = concernsOf(node).some((concern) => concern.kind === 'driver');
  return (
    <li className={gone ? 'gone' : ''}>
      <button
        type="button"
        className="rail-item"
        aria-current={chosen ? 'true' : undefined}
        onClick={() => onChoose(node.id)}
      >
        <span className={`stripe o${stripe}`} aria-hidden="true" />
        <span className="rail-line">
          <span className="ellipsis">
            <strong>{nodeName(node)}</strong> {node.alias === null ? '' : visible(node.alias)}
          </span>
          <span className={silent ? 'bad' : 'quiet'}>
            {silent
              ? words.node.driverSilentShort
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
    </li>
  );
}
