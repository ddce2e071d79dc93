/**
 * For the bench alone (bench/map.ts), no part of the page: paints the map of a made-up fleet of 1,000 machines many times
 * over, by the page's own code, and beside it as many plain rectangles of one colour, the least that a canvas could be
 * told. Every paint is counted until its pixels are there (one of them is read back).
 */
import type { FleetNode } from '../../src/fleet/view.ts';
import { mapLayout } from './mapLayout.ts';
import { beginCells, type PaintedCells, paintCells } from './mapPaint.ts';

const WIDTH = 1100;
const PAINTS = 60;

const { fleet: nodes } = globalThis as unknown as { fleet: FleetNode[] };
const layout = mapLayout([{ label: '', nodes }], WIDTH);
const canvas = document.body.appendChild(document.createElement('canvas'));
const context = canvas.getContext('2d');
const ratio = devicePixelRatio;

/** What the paints took, in milliseconds. */
function timed(paint: (context: CanvasRenderingContext2D) => void): number[] {
  if (!context) throw new Error('no canvas here');
  return Array.from({ length: PAINTS }, () => {
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.getImageData(0, 0, 1, 1);
    const startMs = performance.now();
    paint(context);
    context.getImageData(0, 0, 1, 1);
    return performance.now() - startMs;
  });
}

let painted: PaintedCells | null = null;
const map = timed((on) => {
  painted = beginCells(on, layout, WIDTH, ratio, painted);
  paintCells(on, painted, layout, 'utilisation');
});
const plain = timed((on) => {
  on.setTransform(ratio, 0, 0, ratio, 0, 0);
  on.fillStyle = '#4273ab';
  for (const { node, x, y } of layout.places) {
    for (const index of node.sample?.gpus.keys() ?? []) {
      on.fillRect(x + index * layout.pitch, y, layout.cell, layout.cell);
    }
  }
});
Object.assign(globalThis, { told: { cells: layout.cells, cell: layout.cell, map, plain } });
