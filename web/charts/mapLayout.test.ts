import { expect, it } from 'vitest';
import { fleetNode } from '../../src/fleet/view.ts';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import { cellAt, cellOrigin, cellSize, mapLayout, neighbour } from './mapLayout.ts';

const nodes = imagineLab(1_800_000_000_000).map(fleetNode);
const layout = mapLayout(
  [
    { label: 'a', nodes: nodes.slice(0, 10) },
    { label: 'b', nodes: nodes.slice(10) },
  ],
  700,
);

it('finds each cell again by its middle', () => {
  for (const [place, { node }] of layout.places.entries()) {
    for (const gpu of node.sample?.gpus.keys() ?? []) {
      const { x, y } = cellOrigin(layout, { place, gpu });
      expect(cellAt(layout, x + layout.cell / 2, y + layout.cell / 2)).toEqual({ place, gpu });
    }
  }
});

it('finds nothing on a name or past the last GPU', () => {
  expect(cellAt(layout, 2, layout.places[0]?.y ?? 0)).toBeNull();
  expect(cellAt(layout, 5000, 5000)).toBeNull();
});

it('walks along a machine and on into the next column', () => {
  expect(neighbour(layout, { place: 0, gpu: 0 }, 'ArrowRight')).toEqual({ place: 0, gpu: 1 });
  const column = layout.places.findIndex((place) => place.column === 1);
  expect(neighbour(layout, { place: 0, gpu: 7 }, 'ArrowRight')).toEqual({ place: column, gpu: 0 });
});

it('walks down to a smaller machine, and stays at the edge', () => {
  expect(neighbour(layout, { place: 0, gpu: 7 }, 'ArrowDown')).toEqual({ place: 1, gpu: 3 });
  expect(neighbour(layout, { place: 0, gpu: 7 }, 'ArrowUp')).toEqual({ place: 0, gpu: 7 });
});

it('shrinks cells as the fleet grows', () => {
  expect([120, 300, 301, 1000].map(cellSize)).toEqual([17, 17, 11, 7]);
});

it('gives a small fleet larger cells, yet no wall of them and none wider than the box', () => {
  const few = (machines: number, width: number) =>
    mapLayout(
      [
        {
          label: '',
          nodes: Array.from({ length: machines }, (_, place) => nodes[place % 5]).flatMap(
            (node) => node ?? [],
          ),
        },
      ],
      width,
    );
  expect(few(12, 1000).cell).toBe(28);
  expect(few(300, 1000).cell).toBe(17);
  expect(few(12, 300).columnWidth).toBeLessThanOrEqual(318);
});
