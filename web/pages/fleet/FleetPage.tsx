/** The fleet: its summary, and every machine as list, cards or map. Before there is a GPU to show: how to get there. */
import { useMemo, useRef, useState } from 'react';
import { fleetConcerns } from '../../../src/fleet/concerns.ts';
import { fleetSummary, nodesInOrder } from '../../../src/fleet/summary.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { useFleet } from '../../live/useLive.ts';
import type { FleetView as ViewName } from '../../parts/TopBar.tsx';
import { useWords } from '../../words/words.ts';
import { EmptyFleet } from '../first-run/EmptyFleet.tsx';
import { FirstRunPage } from '../first-run/FirstRunPage.tsx';
import { NowPage } from '../now/NowPage.tsx';
import { CardsView } from './CardsView.tsx';
import { FleetList } from './FleetList.tsx';
import { EVERYTHING, type FleetChoice, fleetItems } from './fleetChoice.ts';
import { MapView } from './MapView.tsx';
import { SummaryStrip } from './SummaryStrip.tsx';
import { ToolBar } from './ToolBar.tsx';

interface FleetPageProps {
  view: ViewName | 'now';
  /** The machine that the address names, for the cards. */
  chosenId: string | null;
}

export function FleetPage({ view, chosenId }: FleetPageProps) {
  const words = useWords();
  const fleet = useFleet();
  const [choice, setChoice] = useState<FleetChoice>(EVERYTHING);
  const filterField = useRef<HTMLInputElement>(null);
  const nodes = useMemo(() => (fleet ? nodesInOrder(fleet) : []), [fleet]);
  const summary = useMemo(() => fleetSummary(nodes), [nodes]);
  const concerns = useMemo(() => fleetConcerns(nodes), [nodes]);
  const items = useMemo(() => fleetItems(nodes, choice), [nodes, choice]);
  const change = (part: Partial<FleetChoice>): void => setChoice((before) => ({ ...before, ...part }));
  useShortcuts({
    f: () => change({ show: choice.show === 'free' ? 'all' : 'free' }),
    '/': () => {
      const field = filterField.current ?? document.querySelector<HTMLInputElement>('.page-filter');
      field?.focus();
      return field !== null;
    },
  });
  if (!fleet) return <main className="page-body page-note">{words.loading}</main>;
  const [only] = nodes;
  if (!only) return <EmptyFleet />;
  if (nodes.length === 1 && summary.gpus === 0) return <FirstRunPage node={only} />;
  if (view === 'now') return <NowPage fleet={fleet} />;
  if (view === 'cards') return <CardsView nodes={nodes} chosenId={chosenId} />;
  const tools = { choice, onChange: change, concerns: concerns.length, filterField, machines: nodes.length };
  return (
    <>
      <SummaryStrip summary={summary} nodes={nodes} show={choice.show} onShow={(show) => change({ show })} />
      {view === 'list' ? (
        <>
          <ToolBar {...tools} />
          <FleetList items={items} machines={nodes.length} />
        </>
      ) : (
        <MapView
          nodes={items.flatMap((item) => (item.kind === 'node' ? [item.node] : []))}
          everyone={nodes}
          tools={tools}
        />
      )}
    </>
  );
}
