/**
 * The map as two canvases, one on the other: the cells, of which only those that look different now are painted, and the
 * names. Both are begun afresh where the layout, the theme or the language changes.
 */
import { useEffect, useRef, useState } from 'react';
import { conditionOf } from '../../../src/fleet/summary.ts';
import { visible } from '../../../src/lib/displayText.ts';
import type { MapFigure } from '../../charts/mapForms.ts';
import { type MapGroup, type MapLayout, samePlaces } from '../../charts/mapLayout.ts';
import { beginCells, type PaintedCells, paintCells } from '../../charts/mapPaint.ts';
import { usePreferences } from '../../live/preferences.ts';
import type { Words } from '../../words/en.ts';
import { useWords } from '../../words/words.ts';

interface MapCanvasProps {
  layout: MapLayout;
  groups: readonly MapGroup[];
  figure: MapFigure;
  width: number;
}

/** What stands on the canvases now. */
interface Painted {
  key: string;
  layout: MapLayout;
  cells: PaintedCells;
  /** Each name and heading, as it was written. */
  texts: Map<string, string>;
}

/**
 * Only paints: the pointer belongs to MapView, the keyboard to MapGrid. `width` is in pixels of the page, not of the
 * screen.
 */
export function MapCanvas({ layout, groups, figure, width }: MapCanvasProps) {
  const words = useWords();
  const cells = useRef<HTMLCanvasElement>(null);
  const names = useRef<HTMLCanvasElement>(null);
  const painted = useRef<Painted | null>(null);
  const theme = useTheme();
  const ratio = usePixelRatio();
  useEffect(() => {
    const ground = cells.current?.getContext('2d');
    const text = names.current?.getContext('2d');
    if (!ground || !text || layout.height === 0) return;
    const key = [width, theme, words.language, ratio].join();
    let now = painted.current;
    if (now?.key !== key || !samePlaces(now.layout, layout))
      now = begun(ground, text, layout, width, ratio, key, now);
    painted.current = now;
    paintCells(ground, now.cells, layout, figure);
    paintHeadings(text, now, layout, groups, words, width);
    if (layout.labelWidth > 0) paintNames(text, now, layout, words);
  }, [layout, groups, figure, width, words, theme, ratio]);
  const size = { width, height: layout.height };
  return (
    <>
      <canvas ref={cells} style={size} />
      <canvas ref={names} style={size} className="map-names" />
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

/** Pixels of the screen for one of the page: other after the page was enlarged or went to another screen. */
function usePixelRatio(): number {
  const [ratio, setRatio] = useState(() => window.devicePixelRatio || 1);
  useEffect(() => {
    const query = matchMedia(`(resolution: ${ratio}dppx)`);
    const changed = (): void => setRatio(window.devicePixelRatio || 1);
    query.addEventListener('change', changed);
    return () => query.removeEventListener('change', changed);
  }, [ratio]);
  return ratio;
}

/** Empty canvases of the right size. */
function begun(
  ground: CanvasRenderingContext2D,
  text: CanvasRenderingContext2D,
  layout: MapLayout,
  width: number,
  ratio: number,
  key: string,
  before: Painted | null,
): Painted {
  text.canvas.width = Math.round(width * ratio);
  text.canvas.height = Math.round(layout.height * ratio);
  text.setTransform(ratio, 0, 0, ratio, 0, 0);
  return { key, layout, cells: beginCells(ground, layout, width, ratio, before?.cells), texts: new Map() };
}

function paintHeadings(
  context: CanvasRenderingContext2D,
  { texts, cells: { colours } }: Painted,
  layout: MapLayout,
  groups: readonly MapGroup[],
  words: Words,
  width: number,
): void {
  for (const { label, y, group } of layout.headings) {
    const told = groupWords(words, groups[group]);
    if (!changed(texts, `heading ${group}`, label + told)) continue;
    const font = getComputedStyle(document.body).fontFamily;
    context.clearRect(0, y, width, 24);
    context.textBaseline = 'middle';
    context.fillStyle = colours.ink;
    context.font = `600 13px ${font}`;
    context.fillText(label, 0, y + 13);
    const labelWidth = label === '' ? 0 : context.measureText(label).width + 12;
    context.fillStyle = colours.ink3;
    context.font = `400 12px ${font}`;
    context.fillText(told, labelWidth, y + 13.5);
  }
}

/** How many GPUs a group has, how many of them are free, and how much those that are there work. */
function groupWords(words: Words, group: MapGroup | undefined): string {
  let gpus = 0;
  let free = 0;
  let told = 0;
  let percent = 0;
  for (const node of group?.nodes ?? []) {
    for (const gpu of node.sample?.gpus ?? []) {
      const condition = conditionOf(node, gpu);
      gpus += 1;
      if (condition === 'free') free += 1;
      if (condition === 'offline' || gpu.utilizationPercent === null) continue;
      told += 1;
      percent += gpu.utilizationPercent;
    }
  }
  const parts = [words.map.gpus(gpus), words.map.free(free)];
  if (told > 0) parts.push(words.map.meanUtilisation(Math.round(percent / told)));
  return parts.join(' · ');
}

function paintNames(
  context: CanvasRenderingContext2D,
  { texts, cells: { colours } }: Painted,
  layout: MapLayout,
  words: Words,
): void {
  for (const [place, { node, x, y }] of layout.places.entries()) {
    const gone = node.state === 'offline' || node.state === 'unknown';
    const driver = node.sample?.driver.state ?? 'ok';
    const colour = driver === 'unresponsive' && !gone ? colours.sick : gone ? colours.ink3 : colours.ink2;
    const instead = node.sample?.gpus.length === 0 && !gone ? words.node.driverShort[driver] : '';
    if (!changed(texts, `name ${place}`, node.name + colour + instead)) continue;
    const middle = y + layout.cell / 2 + 0.5;
    context.clearRect(x, y, layout.columnWidth, layout.rowHeight);
    context.font = '11px ui-monospace, "DejaVu Sans Mono", monospace';
    context.textBaseline = 'middle';
    context.fillStyle = colour;
    context.fillText(fitting(context, visible(node.name), layout.labelWidth - 8), x, middle);
    context.fillStyle = driver === 'absent' || driver === 'starting' ? colours.ink3 : colours.sick;
    context.fillText(instead, x + layout.labelWidth, middle);
  }
}

/** The text, cut where it would need more than this width. */
function fitting(context: CanvasRenderingContext2D, text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  const letters = [...text].slice(0, 60);
  while (letters.length > 1 && context.measureText(`${letters.join('')}…`).width > width) letters.pop();
  return `${letters.join('')}…`;
}

function changed(texts: Map<string, string>, key: string, text: string): boolean {
  if (texts.get(key) === text) return false;
  texts.set(key, text);
  return true;
}
