/** The fleet: its summary, and every machine as list, cards or map. Before there is a GPU to show: how to get there. */
import { type ReactNode, Suspense, useMemo, useRef, useState } from 'react';
import { fleetConcerns } from '../../../src/fleet/concerns.ts';
import { fleetSummary, nodesInOrder } from '../../../src/fleet/summary.ts';
import { loginOf, useAccount } from '../../live/account.ts';
import { laterPart } from '../../live/laterParts.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { useFleet } from '../../live/useLive.ts';
import { AfterASecond } from '../../parts/AfterASecond.tsx';
import type { FleetView as ViewName } from '../../parts/TopBar.tsx';
import { useWords } from '../../words/words.ts';
import { FleetList } from './FleetList.tsx';
import { EVERYTHING, type FleetChoice, fleetItems, gpusOf } from './fleetChoice.ts';
import { SummaryStrip } from './SummaryStrip.tsx';
import { ToolBar } from './ToolBar.tsx';

const MapView = laterPart(() => import('./MapView.tsx').then((file) => file.MapView));
const CardsView = laterPart(() => import('./CardsView.tsx').then((file) => file.CardsView));
const NowPage = laterPart(() => import('../now/NowPage.tsx').then((file) => file.NowPage));
const EmptyFleet = laterPart(() => import('../first-run/EmptyFleet.tsx').then((file) => file.EmptyFleet));
const FirstRunPage = laterPart(() =>
  import('../first-run/FirstRunPage.tsx').then((file) => file.FirstRunPage),
);

function Coming() {
  const words = useWords();
  return (
    <main className="page-body page-note">
      <AfterASecond>{words.loading}</AfterASecond>
    </main>
  );
}

interface FleetPageProps {
  view: ViewName | 'now';
  /** The machine that the address names, for the cards. */
  chosenId: string | null;
}

/** What is filtered stays so between list and map. Hears F (with something free), M (mine) and `/` (to the filter). */
export function FleetPage({ view, chosenId }: FleetPageProps) {
  const fleet = useFleet();
  const [chosen, setChosen] = useState<FleetChoice>(EVERYTHING);
  const filterField = useRef<HTMLInputElement>(null);
  const nodes = useMemo(() => (fleet ? nodesInOrder(fleet) : []), [fleet]);
  const summary = useMemo(() => fleetSummary(nodes), [nodes]);
  const concerns = useMemo(() => fleetConcerns(nodes), [nodes]);
  const me = loginOf(useAccount());
  const mine = useMemo(() => gpusOf(nodes, me), [nodes, me]);
  // What is gone meanwhile leaves no empty list behind, without the chip that would bring the others back.
  const isOver =
    (chosen.show === 'mine' && mine === 0) || (chosen.show === 'concerns' && concerns.length === 0);
  const choice = useMemo(() => (isOver ? { ...chosen, show: 'all' as const } : chosen), [chosen, isOver]);
  const items = useMemo(() => fleetItems(nodes, choice, me), [nodes, choice, me]);
  const change = (part: Partial<FleetChoice>): void => setChosen((before) => ({ ...before, ...part }));
  useShortcuts({
    f: () => change({ show: choice.show === 'free' ? 'all' : 'free' }),
    m: () => mine > 0 && change({ show: choice.show === 'mine' ? 'all' : 'mine' }),
    '/': () => {
      const field = filterField.current ?? document.querySelector<HTMLInputElement>('.page-filter');
      field?.focus();
      return field !== null;
    },
  });
  if (!fleet) return <Coming />;
  const [only] = nodes;
  const coming = (part: ReactNode) => <Suspense fallback={<Coming />}>{part}</Suspense>;
  if (!only) return coming(<EmptyFleet />);
  if (nodes.length === 1 && summary.gpus === 0) return coming(<FirstRunPage node={only} />);
  if (view === 'now') return coming(<NowPage fleet={fleet} />);
  if (view === 'cards') return coming(<CardsView nodes={nodes} chosenId={chosenId} />);
  const tools = {
    choice,
    onChange: change,
    concerns: concerns.length,
    mine,
    filterField,
    machines: nodes.length,
  };
  return (
    <>
      <SummaryStrip summary={summary} nodes={nodes} show={choice.show} onShow={(show) => change({ show })} />
      {view === 'list' ? (
        <>
          <ToolBar {...tools} />
          <FleetList items={items} machines={nodes.length} />
        </>
      ) : (
        coming(
          <MapView
            nodes={items.flatMap((item) => (item.kind === 'node' ? [item.node] : []))}
            everyone={nodes}
            tools={tools}
          />,
        )
      )}
    </>
  );
}
