import { expect, it } from 'vitest';
import { fleetNode } from '../../src/fleet/view.ts';
import { imagineLab } from '../../test/support/imaginedLab.ts';
import {
  cardPlace,
  cellAt,
  cellOrigin,
  cellSize,
  firstCell,
  mapLayout,
  neighbour,
  samePlaces,
} from './mapLayout.ts';

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

it('walks over machines without GPUs, and to both ends of a machine', () => {
  const bare = (place: number) => {
    const node = nodes[place];
    if (!node?.sample) throw new Error('the laboratory has no such machine');
    return { ...node, sample: { ...node.sample, gpus: [] } };
  };
  const gaps = mapLayout(
    [{ label: '', nodes: [bare(0), ...nodes.slice(1, 3), bare(3), bare(4), ...nodes.slice(5, 7)] }],
    200,
  );
  expect(firstCell(gaps)).toEqual({ place: 1, gpu: 0 });
  expect(neighbour(gaps, { place: 2, gpu: 1 }, 'ArrowDown')).toMatchObject({ place: 5 });
  expect(neighbour(gaps, { place: 5, gpu: 0 }, 'ArrowUp')).toEqual({ place: 2, gpu: 0 });
  expect(neighbour(gaps, { place: 1, gpu: 0 }, 'ArrowUp')).toEqual({ place: 1, gpu: 0 });
  const last = (gaps.places[2]?.node.sample?.gpus.length ?? 0) - 1;
  expect(neighbour(gaps, { place: 2, gpu: 0 }, 'End')).toEqual({ place: 2, gpu: last });
  expect(neighbour(gaps, { place: 2, gpu: last }, 'Home')).toEqual({ place: 2, gpu: 0 });
});

it('keeps a card beside the row of its machine, and under the cell where there is no room, never over it', () => {
  for (const width of [340, 700, 1100]) {
    const map = mapLayout([{ label: '', nodes }], width);
    for (const [place, { node, x }] of map.places.entries()) {
      for (const gpu of node.sample?.gpus.keys() ?? []) {
        const at = { place, gpu };
        const { x: left, y, beside } = cardPlace(map, at, width, 316);
        const cell = cellOrigin(map, at);
        expect(left).toBeGreaterThanOrEqual(0);
        expect(left + 316).toBeLessThanOrEqual(width);
        const end = cellOrigin(map, { place, gpu: (node.sample?.gpus.length ?? 0) - 1 }).x + map.cell;
        if (beside) expect(left >= end || left + 316 <= x).toBe(true);
        else expect(y).toBeGreaterThanOrEqual(cell.y + map.cell);
      }
    }
  }
});

it('knows another layout of the same places, and one with a GPU less', () => {
  const again = mapLayout([{ label: '', nodes: [...nodes] }], 700);
  expect(samePlaces(mapLayout([{ label: '', nodes }], 700), again)).toBe(true);
  const fewer = nodes.map((node, place) =>
    place === 0 && node.sample
      ? { ...node, sample: { ...node.sample, gpus: node.sample.gpus.slice(1) } }
      : node,
  );
  expect(samePlaces(mapLayout([{ label: '', nodes: fewer }], 700), again)).toBe(false);
});
