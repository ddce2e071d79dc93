/** The heat map: every GPU of the fleet as a cell, a row for each machine, what asks for attention beside it. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { concernsOf } from '../../../src/fleet/concerns.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import type { MapFigure } from '../../charts/mapForms.ts';
import {
  cellAt,
  cellOrigin,
  firstCell,
  type MapCell,
  type MapGroup,
  mapLayout,
} from '../../charts/mapLayout.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { navigate, nodePath } from '../../router.ts';
import { useWords } from '../../words/words.ts';
import { groupsOf } from './fleetChoice.ts';
import { MapCanvas } from './MapCanvas.tsx';
import { MapGrid } from './MapGrid.tsx';
import { MapHoverCard } from './MapHoverCard.tsx';
import { MapLegend } from './MapLegend.tsx';
import { MapRail } from './MapRail.tsx';
import { FilterField, FindButton, ShowChips, type ToolBarProps } from './ToolBar.tsx';
import './mapView.css';

interface MapViewProps {
  /** The machines that the tool bar left. */
  nodes: readonly FleetNode[];
  /** All machines, for the rail. */
  everyone: readonly FleetNode[];
  tools: ToolBarProps;
}

const FIGURES: MapFigure[] = ['utilisation', 'memory', 'temperature', 'power'];
/** A pointer that only passes opens nothing. */
const HOVER_MS = 120;
/** On its way from a cell to the card a pointer crosses what is neither. */
const LEAVE_MS = 250;

/**
 * Grouped by model where a model has four machines or more on average, until the reader chooses. N goes to the next
 * machine that asks for attention, Esc closes the card of a cell.
 */
export function MapView({ nodes, everyone, tools }: MapViewProps) {
  const words = useWords();
  const [figure, setFigure] = useState<MapFigure>('utilisation');
  const [grouping, setGrouping] = useState<boolean | null>(null);
  const models = useMemo(() => groupsOf(nodes), [nodes]);
  // Groups of one or two machines would make a long, empty map.
  const grouped = grouping ?? models.length * 4 <= nodes.length;
  const [width, setWidth] = useState(0);
  const box = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState<MapCell | null>(null);
  const [hovered, setHovered] = useState<MapCell | null>(null);
  const [focused, setFocused] = useState(false);
  /** Esc closed the card of the cell that the keyboard is on. */
  const [closed, setClosed] = useState(false);
  const [called, setCalled] = useState(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useEffect(() => {
    const observed = box.current;
    if (!observed) return;
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(observed);
    return () => observer.disconnect();
  }, []);
  const groups = useMemo(
    (): MapGroup[] =>
      grouped
        ? models.map(([label, members]) => ({ label, nodes: members }))
        : [{ label: '', nodes: [...nodes] }],
    [nodes, models, grouped],
  );
  const layout = useMemo(() => mapLayout(groups, width), [groups, width]);
  // Where there is no such cell any more the keyboard comes to the first one.
  const here =
    cursor && layout.places[cursor.place]?.node.sample?.gpus[cursor.gpu] ? cursor : firstCell(layout);
  const shown = hovered ?? (focused && !closed ? here : null);
  const shownNode = shown ? layout.places[shown.place]?.node : undefined;
  const shownGpu = shown ? shownNode?.sample?.gpus[shown.gpu] : undefined;
  const marked = shownGpu ? shown : focused ? here : null;

  function hover(cell: MapCell | null): void {
    clearTimeout(timer.current);
    if (cell !== null && hovered) setHovered(cell);
    else timer.current = setTimeout(() => setHovered(cell), cell ? HOVER_MS : LEAVE_MS);
  }
  const open = (cell: MapCell | null): void => {
    const node = cell ? layout.places[cell.place]?.node : undefined;
    if (node) navigate(nodePath(node.id));
  };
  const pointed = (event: { currentTarget: Element; clientX: number; clientY: number }): MapCell | null => {
    const rect = event.currentTarget.getBoundingClientRect();
    return cellAt(layout, event.clientX - rect.left, event.clientY - rect.top);
  };
  useShortcuts({
    n: () => {
      const asking = layout.places.flatMap(({ node }, place) =>
        concernsOf(node).length > 0 && (node.sample?.gpus.length ?? 0) > 0 ? [place] : [],
      );
      const from = focused ? (here?.place ?? -1) : -1;
      const next = asking.find((place) => place > from) ?? asking[0];
      if (next === undefined) return false;
      setHovered(null);
      setCursor({ place: next, gpu: 0 });
      setCalled((times) => times + 1);
      return true;
    },
  });
  const origin = marked && cellOrigin(layout, marked);
  const isShown = shown !== null;
  useEffect(() => {
    if (!isShown) return;
    const onKeyDown = ({ key }: KeyboardEvent): void => {
      if (key !== 'Escape') return;
      setHovered(null);
      setClosed(true);
    };
    addEventListener('keydown', onKeyDown);
    return () => removeEventListener('keydown', onKeyDown);
  }, [isShown]);
  const gpus = nodes.reduce((sum, node) => sum + (node.sample?.gpus.length ?? 0), 0);
  return (
    <>
      <div className="tool-bar map-tools">
        <span className="tool-label" aria-hidden="true">
          {words.toolbar.colour}
        </span>
        <fieldset className="switch" aria-label={words.toolbar.colour}>
          {FIGURES.map((each) => (
            <button key={each} type="button" aria-pressed={figure === each} onClick={() => setFigure(each)}>
              {words.toolbar.colours[each]}
            </button>
          ))}
        </fieldset>
        <span className="tool-label" aria-hidden="true">
          {words.toolbar.group}
        </span>
        <fieldset className="switch" aria-label={words.toolbar.group}>
          {[true, false].map((each) => (
            <button
              key={String(each)}
              type="button"
              aria-pressed={grouped === each}
              onClick={() => setGrouping(each)}
            >
              {capital(words.toolbar.groups[each ? 'model' : 'none'])}
            </button>
          ))}
        </fieldset>
        <ShowChips {...tools} />
        <span className="grow" />
        <span className="tool-keys" aria-hidden="true">
          {words.toolbar.arrows} · <kbd>Enter</kbd> {words.toolbar.open}
        </span>
        <FilterField {...tools} />
        <FindButton />
      </div>
      <div className="map-view">
        <main className="page-body map-body">
          {nodes.length === 0 && <p className="quiet">{words.empty.noMatch}</p>}
          <div ref={box} className="map-box">
            {width > 0 && <MapCanvas layout={layout} groups={groups} figure={figure} width={width} />}
            {/* For the pointer alone: keyboard and screen readers have the grid below. */}
            <div
              aria-hidden="true"
              className={hovered ? 'map-surface on-cell' : 'map-surface'}
              onPointerMove={(event) => event.pointerType !== 'touch' && hover(pointed(event))}
              onPointerLeave={() => hover(null)}
              onClick={(event) => open(pointed(event))}
            />
            {here && (
              <MapGrid
                layout={layout}
                cursor={here}
                gpus={gpus}
                called={called}
                onMove={(to) => {
                  clearTimeout(timer.current);
                  setHovered(null);
                  setClosed(false);
                  setCursor(to);
                }}
                onOpen={open}
                onFocus={(on) => {
                  setFocused(on);
                  if (on) setClosed(false);
                }}
              />
            )}
            {origin && (
              <span
                className="map-mark"
                style={{
                  width: layout.cell,
                  height: layout.cell,
                  transform: `translate(${origin.x}px, ${origin.y}px)`,
                }}
              />
            )}
            {shown && shownNode && shownGpu && (
              <MapHoverCard
                key={shownNode.id}
                node={shownNode}
                gpu={shownGpu}
                layout={layout}
                at={shown}
                width={width}
                onPoint={(on) => (on ? clearTimeout(timer.current) : hover(null))}
                onOpen={() => open(shown)}
              />
            )}
          </div>
          <MapLegend figure={figure} />
        </main>
        <MapRail nodes={everyone} />
      </div>
    </>
  );
}

const capital = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);
