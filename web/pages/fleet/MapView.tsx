/** The heat map: every GPU of the fleet as a cell, a row for each machine, what asks for attention beside it. */
import { useEffect, useMemo, useRef, useState } from 'react';
import { conditionOf } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import {
  cellAt,
  cellOrigin,
  type MapCell,
  type MapGroup,
  mapLayout,
  neighbour,
} from '../../charts/mapLayout.ts';
import type { MapFigure } from '../../charts/mapPaint.ts';
import { navigate, nodePath } from '../../router.ts';
import type { Words } from '../../words/en.ts';
import { gibShort, percent } from '../../words/figures.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { groupsOf } from './fleetChoice.ts';
import { MapCanvas } from './MapCanvas.tsx';
import { MapHoverCard } from './MapHoverCard.tsx';
import { MapLegend } from './MapLegend.tsx';
import { MapRail } from './MapRail.tsx';
import './mapView.css';

interface MapViewProps {
  /** The machines that the tool bar left. */
  nodes: readonly FleetNode[];
  /** All machines, for the rail. */
  everyone: readonly FleetNode[];
}

const FIGURES: MapFigure[] = ['utilisation', 'memory', 'temperature', 'power'];
/** A pointer that only passes opens nothing. */
const HOVER_MS = 120;

export function MapView({ nodes, everyone }: MapViewProps) {
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
  const hoverTimer = useRef<ReturnType<typeof setTimeout>>(undefined);
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
  const shown = hovered ?? (focused ? cursor : null);
  const shownPlace = shown ? layout.places[shown.place] : undefined;
  const cursorNode = cursor ? layout.places[cursor.place]?.node : undefined;
  const shownGpu = shown ? shownPlace?.node.sample?.gpus[shown.gpu] : undefined;

  function hover(cell: MapCell | null): void {
    clearTimeout(hoverTimer.current);
    if (cell === null) setHovered(null);
    else if (hovered) setHovered(cell);
    else hoverTimer.current = setTimeout(() => setHovered(cell), HOVER_MS);
  }
  const open = (cell: MapCell | null): void => {
    const node = cell ? layout.places[cell.place]?.node : undefined;
    if (node) navigate(nodePath(node.id));
  };
  const gpus = nodes.reduce((sum, node) => sum + (node.sample?.gpus.length ?? 0), 0);
  return (
    <>
      <div className="tool-bar map-tools">
        <span className="tool-label">{words.toolbar.colour}</span>
        <span className="switch">
          {FIGURES.map((each) => (
            <button key={each} type="button" aria-pressed={figure === each} onClick={() => setFigure(each)}>
              {words.toolbar.colours[each]}
            </button>
          ))}
        </span>
        <span className="tool-label">{words.toolbar.group}</span>
        <span className="switch">
          {[true, false].map((each) => (
            <button
              key={String(each)}
              type="button"
              aria-pressed={grouped === each}
              onClick={() => setGrouping(each)}
            >
              {words.toolbar.groups[each ? 'model' : 'none']}
            </button>
          ))}
        </span>
        <span className="grow" />
        <span className="tool-keys" aria-hidden="true">
          {words.toolbar.arrows} · <kbd>Enter</kbd> {words.toolbar.open}
        </span>
      </div>
      <div className="map-view">
        <main className="page-body map-body">
          <div ref={box} className="map-box">
            {width > 0 && (
              <MapCanvas layout={layout} groups={groups} figure={figure} width={width} marked={shown} />
            )}
            <button
              type="button"
              className="map-surface"
              aria-label={words.map.label(nodes.length, gpus)}
              onFocus={() => {
                setFocused(true);
                setCursor(cursor ?? { place: 0, gpu: 0 });
              }}
              onBlur={() => setFocused(false)}
              onKeyDown={(event) => {
                if (!event.key.startsWith('Arrow')) return;
                setHovered(null);
                setCursor(neighbour(layout, cursor ?? { place: 0, gpu: 0 }, event.key));
                event.preventDefault();
                event.stopPropagation();
              }}
              onPointerMove={(event) => {
                const rect = event.currentTarget.getBoundingClientRect();
                hover(cellAt(layout, event.clientX - rect.left, event.clientY - rect.top));
              }}
              onPointerLeave={() => hover(null)}
              onClick={() => open(shown)}
            />
            <span className="visually-hidden" role="status">
              {focused && cursorNode && cursor && cellWords(words, cursorNode, cursor.gpu)}
            </span>
            {shown && shownPlace && shownGpu && (
              <MapHoverCard
                key={shownPlace.node.id}
                node={shownPlace.node}
                gpu={shownGpu}
                origin={cellOrigin(layout, shown)}
                cell={layout.cell}
                width={width}
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

/** What a canvas cannot say by itself: the cell under the cursor, in words. */
function cellWords(words: Words, node: FleetNode, place: number): string {
  const gpu = node.sample?.gpus[place];
  if (!gpu) return nodeName(node);
  const owners = gpu.holders.map((holder) => visible(holder.owner ?? words.gpu.unknownOwner)).join(', ');
  const memory = words.per(gibShort(gpu.memoryUsedBytes), gibShort(gpu.memoryTotalBytes));
  const condition = words.condition[conditionOf(node, gpu)];
  return `${nodeName(node)} GPU ${gpu.index}, ${condition}, ${percent(gpu.utilizationPercent)}, ${owners} ${memory} GiB`;
}
