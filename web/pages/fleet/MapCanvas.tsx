/** The map's canvas: painted whole when the layout or the theme changes, else only the cells that look different now. */
import { useEffect, useRef, useState } from 'react';
import { conditionOf } from '../../../src/fleet/summary.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { cellOrigin, type MapCell, type MapGroup, type MapLayout } from '../../charts/mapLayout.ts';
import {
  type CellLook,
  cellLook,
  type MapColours,
  type MapFigure,
  type Point,
  paintCells,
  readMapColours,
} from '../../charts/mapPaint.ts';
import { usePreferences } from '../../live/preferences.ts';
import type { Words } from '../../words/en.ts';
import { useWords } from '../../words/words.ts';

interface MapCanvasProps {
  layout: MapLayout;
  groups: readonly MapGroup[];
  figure: MapFigure;
  width: number;
  marked: MapCell | null;
}

export function MapCanvas({ layout, groups, figure, width, marked }: MapCanvasProps) {
  const words = useWords();
  const canvas = useRef<HTMLCanvasElement>(null);
  const painted = useRef<{ key: string; looks: Map<string, string> }>({ key: '', looks: new Map() });
  const theme = useTheme();
  const mark = marked ? cellOrigin(layout, marked) : null;
  useEffect(() => {
    const context = canvas.current?.getContext('2d');
    if (!canvas.current || !context) return;
    const colours = readMapColours(getComputedStyle(canvas.current));
    const ratio = window.devicePixelRatio || 1;
    const key = [width, layout.height, layout.cell, figure, theme, words.language, ratio].join();
    if (painted.current.key !== key) {
      painted.current = { key, looks: new Map() };
      canvas.current.width = Math.round(width * ratio);
      canvas.current.height = Math.round(layout.height * ratio);
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
    }
    paintHeadings(context, colours, layout, groups, words, width);
    paintMachines(context, colours, layout, figure, words, painted.current.looks);
  }, [layout, groups, figure, width, words, theme]);
  return (
    <>
      <canvas ref={canvas} style={{ width, height: layout.height }} />
      {mark && (
        <span
          className="map-mark"
          style={{
            width: layout.cell,
            height: layout.cell,
            transform: `translate(${mark.x}px, ${mark.y}px)`,
          }}
        />
      )}
    </>
  );
}

/** Changes when the theme does, whether chosen here or in the system. */
function useTheme(): string {
  const { theme } = usePreferences();
  const [system, setSystem] = useState(0);
  useEffect(() => {
    const query = matchMedia('(prefers-color-scheme: light)');
    const changed = (): void => setSystem((count) => count + 1);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, []);
  return `${theme}${system}`;
}

function paintHeadings(
  context: CanvasRenderingContext2D,
  colours: MapColours,
  layout: MapLayout,
  groups: readonly MapGroup[],
  words: Words,
  width: number,
): void {
  const font = getComputedStyle(document.body).fontFamily;
  for (const { label, y, group } of layout.headings) {
    const { nodes = [] } = groups[group] ?? {};
    const cards = nodes.flatMap((node) =>
      (node.sample?.gpus ?? []).map((gpu) => ({ gpu, condition: conditionOf(node, gpu) })),
    );
    const working = cards.flatMap(({ gpu, condition }) =>
      condition === 'offline' || gpu.utilizationPercent === null ? [] : [gpu.utilizationPercent],
    );
    const mean =
      working.length === 0
        ? null
        : Math.round(working.reduce((sum, value) => sum + value, 0) / working.length);
    const free = cards.filter(({ condition }) => condition === 'free').length;
    context.clearRect(0, y, width, 24);
    context.textBaseline = 'middle';
    context.fillStyle = colours.ink;
    context.font = `600 13px ${font}`;
    context.fillText(label, 0, y + 13);
    const labelWidth = label === '' ? 0 : context.measureText(label).width + 12;
    context.fillStyle = colours.ink3;
    context.font = `400 12px ${font}`;
    const parts = [words.map.gpus(cards.length), words.map.free(free)];
    if (mean !== null) parts.push(words.map.meanUtilisation(mean));
    context.fillText(parts.join(' · '), labelWidth, y + 13.5);
  }
}

function paintMachines(
  context: CanvasRenderingContext2D,
  colours: MapColours,
  layout: MapLayout,
  figure: MapFigure,
  words: Words,
  looks: Map<string, string>,
): void {
  const afresh = looks.size === 0;
  const alike = new Map<string, { look: CellLook; corners: Point[] }>();
  for (const [place, { node, x, y }] of layout.places.entries()) {
    if (layout.labelWidth > 0) paintLabel(context, colours, layout, place, words, looks);
    for (const [index, gpu] of (node.sample?.gpus ?? []).entries()) {
      const look = cellLook(node, gpu, figure);
      const key = `${look.condition} ${look.slowed} ${look.heat}`;
      if (!changed(looks, `${place}/${index}`, key)) continue;
      const corner = { x: x + layout.labelWidth + index * layout.pitch, y };
      if (!afresh) context.clearRect(corner.x - 0.5, corner.y - 0.5, layout.cell + 1, layout.cell + 1);
      const group = alike.get(key);
      if (group) group.corners.push(corner);
      else alike.set(key, { look, corners: [corner] });
    }
  }
  for (const { look, corners } of alike.values()) paintCells(context, colours, look, corners, layout.cell);
}

function paintLabel(
  context: CanvasRenderingContext2D,
  colours: MapColours,
  layout: MapLayout,
  place: number,
  words: Words,
  looks: Map<string, string>,
): void {
  const { node, x, y } = layout.places[place] ?? {};
  if (!node || x === undefined || y === undefined) return;
  const gone = node.state === 'offline' || node.state === 'unknown';
  const silent = node.sample?.driver.state === 'unresponsive';
  const colour = silent ? colours.sick : gone ? colours.ink3 : colours.ink2;
  const driver = node.sample?.driver.state ?? 'ok';
  const instead = node.sample?.gpus.length === 0 && !gone ? words.node.driverShort[driver] : '';
  if (!changed(looks, `label ${place}`, node.name + colour + instead)) return;
  context.clearRect(x, y, instead === '' ? layout.labelWidth - 2 : layout.columnWidth, layout.rowHeight);
  context.font = '11px ui-monospace, "DejaVu Sans Mono", monospace';
  context.textBaseline = 'middle';
  context.fillStyle = colour;
  context.fillText(visible(node.name), x, y + layout.cell / 2 + 0.5, layout.labelWidth - 8);
  context.fillStyle = driver === 'absent' || driver === 'starting' ? colours.ink3 : colours.sick;
  context.fillText(instead, x + layout.labelWidth, y + layout.cell / 2 + 0.5);
}

function changed(looks: Map<string, string>, key: string, look: string): boolean {
  if (looks.get(key) === look) return false;
  looks.set(key, look);
  return true;
}
