/** Where each machine and each GPU of the map stands: columns of machines under a heading for each group. Pure. */
import type { FleetNode } from '../../src/fleet/view.ts';

export interface MapGroup {
  label: string;
  nodes: FleetNode[];
}

export interface MapPlace {
  node: FleetNode;
  group: number;
  /** Column and row within its group. */
  column: number;
  row: number;
  x: number;
  y: number;
}

export interface MapLayout {
  /** Edge of a cell in pixels, and the distance from one to the next. */
  cell: number;
  pitch: number;
  labelWidth: number;
  columnWidth: number;
  rowHeight: number;
  height: number;
  /** How many there are, over all machines. */
  cells: number;
  headings: { label: string; y: number; group: number }[];
  places: MapPlace[];
}

const HEADING_HEIGHT = 30;
const GROUP_GAP = 20;
const COLUMN_GAP = 18;

/** Large cells as long as they fit a screen or two; labels are left to the pointer where cells are small. */
export function cellSize(machines: number): number {
  if (machines <= 300) return USUAL_CELL;
  return machines <= 600 ? 11 : 7;
}

const USUAL_CELL = 17;
const LARGEST_CELL = 28;
/** A small fleet grows to this height, not to a wall of cells. */
const GROWN_HEIGHT = 560;

/** The map of a fleet that leaves most of its box empty has larger cells: as large as still keep it to one screen. */
export function mapLayout(groups: readonly MapGroup[], width: number): MapLayout {
  const machines = groups.reduce((sum, group) => sum + group.nodes.length, 0);
  const usual = cellSize(machines);
  if (usual < USUAL_CELL) return layoutWith(usual, groups, width);
  for (let cell = LARGEST_CELL; cell > USUAL_CELL; cell--) {
    const layout = layoutWith(cell, groups, width);
    if (layout.height <= GROWN_HEIGHT && layout.columnWidth <= width + COLUMN_GAP) return layout;
  }
  return layoutWith(USUAL_CELL, groups, width);
}

/** Lays groups out in a box of this width: each group in columns, filled from the top as one reads names. */
function layoutWith(cell: number, groups: readonly MapGroup[], width: number): MapLayout {
  const pitch = cell + (cell > 7 ? 2 : 1);
  const everyone = groups.flatMap((group) => group.nodes);
  const mostGpus = Math.max(4, ...everyone.map(gpusOf));
  const longest = Math.max(4, ...everyone.map((node) => node.name.length));
  const labelWidth = cell < 17 ? 0 : Math.min(120, longest * 7 + 10);
  const columnWidth = labelWidth + mostGpus * pitch + COLUMN_GAP;
  const columns = Math.max(1, Math.floor((width + COLUMN_GAP) / columnWidth));
  const rowHeight = pitch + (cell > 7 ? 3 : 1);
  const layout: MapLayout = {
    cell,
    pitch,
    labelWidth,
    columnWidth,
    rowHeight,
    height: 0,
    cells: everyone.reduce((sum, node) => sum + gpusOf(node), 0),
    headings: [],
    places: [],
  };
  let y = 0;
  for (const [group, { label, nodes }] of groups.entries()) {
    layout.headings.push({ label, y, group });
    y += HEADING_HEIGHT;
    const rows = Math.ceil(nodes.length / columns);
    for (const [place, node] of nodes.entries()) {
      const column = Math.floor(place / rows);
      const row = place % rows;
      layout.places.push({ node, group, column, row, x: column * columnWidth, y: y + row * rowHeight });
    }
    y += rows * rowHeight + GROUP_GAP;
  }
  layout.height = y;
  return layout;
}

/** True where every cell of one layout is a cell of the other at the same spot, whatever it shows. */
export function samePlaces(one: MapLayout, other: MapLayout): boolean {
  return (
    one.cell === other.cell &&
    one.labelWidth === other.labelWidth &&
    one.height === other.height &&
    one.places.length === other.places.length &&
    one.headings.every(({ y, label }, group) => {
      const same = other.headings[group];
      return same?.y === y && same.label === label;
    }) &&
    one.places.every((place, index) => {
      const same = other.places[index];
      return same?.x === place.x && same.y === place.y && gpusOf(same.node) === gpusOf(place.node);
    })
  );
}

const gpusOf = (node: FleetNode): number => node.sample?.gpus.length ?? 0;

export interface MapCell {
  /** Place in `layout.places`. */
  place: number;
  /** Place of the GPU in its machine's list. */
  gpu: number;
}

/** The cell under a point, by arithmetic; null between cells. */
export function cellAt(layout: MapLayout, x: number, y: number): MapCell | null {
  const place = layout.places.findIndex(
    (each) => y >= each.y && y < each.y + layout.rowHeight && x >= each.x && x < each.x + layout.columnWidth,
  );
  const found = layout.places[place];
  if (!found) return null;
  const gpu = Math.floor((x - found.x - layout.labelWidth) / layout.pitch);
  return gpu >= 0 && gpu < gpusOf(found.node) ? { place, gpu } : null;
}

/** Left and top edge of a cell. */
export function cellOrigin(layout: MapLayout, { place, gpu }: MapCell): { x: number; y: number } {
  const { x = 0, y = 0 } = layout.places[place] ?? {};
  return { x: x + layout.labelWidth + gpu * layout.pitch, y };
}

/** The first cell there is; null on an empty map. */
export function firstCell(layout: MapLayout): MapCell | null {
  const place = layout.places.findIndex(({ node }) => gpusOf(node) > 0);
  return place === -1 ? null : { place, gpu: 0 };
}

/**
 * The cell one step away, or at an end of its machine (Home, End); the same where the map ends. Left and right go on in
 * the neighbouring column, up and down pass over machines without GPUs.
 */
export function neighbour(layout: MapLayout, from: MapCell, key: string): MapCell {
  const { places } = layout;
  const here = places[from.place];
  if (!here) return firstCell(layout) ?? from;
  const gpus = (place: number): number => {
    const node = places[place]?.node;
    return node ? gpusOf(node) : 0;
  };
  const beside = (columns: number): number =>
    places.findIndex(
      (each) => each.group === here.group && each.row === here.row && each.column === here.column + columns,
    );
  const clamp = (place: number, gpu: number): MapCell =>
    gpus(place) === 0 ? from : { place, gpu: Math.min(gpu, gpus(place) - 1) };
  const walk = (step: 1 | -1): MapCell => {
    let place = from.place + step;
    while (places[place] && gpus(place) === 0) place += step;
    return clamp(place, from.gpu);
  };
  switch (key) {
    case 'ArrowRight':
      return from.gpu + 1 < gpus(from.place) ? { ...from, gpu: from.gpu + 1 } : clamp(beside(1), 0);
    case 'ArrowLeft':
      return from.gpu > 0 ? { ...from, gpu: from.gpu - 1 } : clamp(beside(-1), Number.MAX_SAFE_INTEGER);
    case 'ArrowDown':
      return walk(1);
    case 'ArrowUp':
      return walk(-1);
    case 'Home':
      return { ...from, gpu: 0 };
    case 'End':
      return clamp(from.place, Number.MAX_SAFE_INTEGER);
    default:
      return from;
  }
}

/** A card of this size beside a cell. */
export interface CardPlace {
  x: number;
  y: number;
  /** False where it found room only under or over its cell: there it must not be moved up or down. */
  beside: boolean;
}

/**
 * Where a card of this width stands that tells of a cell: beside the whole row of its machine, so that a pointer may walk
 * along the row and never runs into it; under the cell where there is no room at either side. Never over the cell.
 */
export function cardPlace(layout: MapLayout, at: MapCell, width: number, cardWidth: number): CardPlace {
  const gap = 10;
  const origin = cellOrigin(layout, at);
  const place = layout.places[at.place];
  const left = place?.x ?? 0;
  const end = left + layout.labelWidth + (place ? gpusOf(place.node) : 0) * layout.pitch;
  if (end + gap + cardWidth <= width) return { x: end + gap, y: origin.y, beside: true };
  if (left - gap - cardWidth >= 0) return { x: left - gap - cardWidth, y: origin.y, beside: true };
  const middle = origin.x + (layout.cell - cardWidth) / 2;
  const x = Math.max(0, Math.min(middle, width - cardWidth));
  return { x, y: origin.y + layout.cell + gap, beside: false };
}
