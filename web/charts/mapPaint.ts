/** Paints the cells of the map: all of them on a canvas that was begun afresh, later only those that look different. */

import {
  type CellLook,
  cellLook,
  lookCode,
  type MapColours,
  type MapFigure,
  paintCell,
  readMapColours,
} from './mapForms.ts';
import type { MapLayout } from './mapLayout.ts';
import { MapPixels, type Stamp } from './mapPixels.ts';

/** A canvas of cells and what is known of it. */
export interface PaintedCells {
  image: ImageData;
  pixels: MapPixels;
  colours: MapColours;
  ratio: number;
}

/** Each look that was met, by its code. */
const looks = new Map<number, CellLook>();

/** The looks as pixels, by their codes: drawn anew for other colours, sizes or screens only. */
let drawings: { key: string; stamps: Stamp[] } = { key: '', stamps: [] };

/**
 * An empty canvas of the map's size, in the colours that the theme has now.
 * @param before what was on it, whose memory is used again where the size is the same: the system takes longer to give so much
 *   than the cells take to be painted
 */
export function beginCells(
  context: CanvasRenderingContext2D,
  layout: MapLayout,
  width: number,
  ratio: number,
  before: PaintedCells | null = null,
): PaintedCells {
  const { canvas } = context;
  const size = { width: Math.round(width * ratio), height: Math.round(layout.height * ratio) };
  const colours = readMapColours(getComputedStyle(canvas));
  const image = emptyImage(context, size, before?.image ?? null);
  const key = JSON.stringify([colours, layout.cell, ratio]);
  if (drawings.key !== key) drawings = { key, stamps: [] };
  const { stamps } = drawings;
  const pixels = new MapPixels(new Uint32Array(image.data.buffer), image.width, layout.cells, (code) => {
    stamps[code] ??= drawn(looks.get(code), colours, layout.cell, ratio);
    return stamps[code];
  });
  return { image, pixels, colours, ratio };
}

function emptyImage(
  context: CanvasRenderingContext2D,
  { width, height }: { width: number; height: number },
  before: ImageData | null,
): ImageData {
  const { canvas } = context;
  if (before?.width === width && before.height === height && canvas.width === width) {
    context.clearRect(0, 0, width, height);
    new Uint32Array(before.data.buffer).fill(0);
    return before;
  }
  canvas.width = width;
  canvas.height = height;
  return context.createImageData(width, height);
}

/** A look as pixels. */
function drawn(look: CellLook | undefined, colours: MapColours, cell: number, ratio: number): Stamp {
  const edge = Math.round(cell * ratio);
  const scratch = new OffscreenCanvas(edge, edge).getContext('2d', { willReadFrequently: true });
  if (!scratch || !look) return { edge: 0, pixels: new Uint32Array() };
  scratch.scale(edge / cell, edge / cell);
  paintCell(scratch, colours, look, cell);
  return { edge, pixels: new Uint32Array(scratch.getImageData(0, 0, edge, edge).data.buffer) };
}

/** Brings the canvas up to what the machines of this layout show now. It has the places that the canvas was begun with. */
export function paintCells(
  context: CanvasRenderingContext2D,
  { image, pixels, ratio }: PaintedCells,
  layout: MapLayout,
  figure: MapFigure,
): void {
  let cell = 0;
  for (const { node, x, y } of layout.places) {
    const top = Math.round(y * ratio);
    for (const [index, gpu] of (node.sample?.gpus ?? []).entries()) {
      const look = cellLook(node, gpu, figure);
      const code = lookCode(look);
      if (!looks.has(code)) looks.set(code, look);
      pixels.set(cell++, Math.round((x + layout.labelWidth + index * layout.pitch) * ratio), top, code);
    }
  }
  const area = pixels.takeChanged();
  if (area) context.putImageData(image, 0, 0, area.x, area.y, area.width, area.height);
}
