import { expect, it } from 'vitest';
import { MapPixels, type Stamp } from './mapPixels.ts';

/** A square of twos or threes, as its code says. */
const stamp = (code: number): Stamp => ({ edge: 2, pixels: new Uint32Array(4).fill(code) });
const map = () => new MapPixels(new Uint32Array(5 * 3), 5, 4, stamp);
const rows = ({ pixels, width }: MapPixels): string[] =>
  (pixels.join('').match(new RegExp(`.{${width}}`, 'g')) ?? []).map(String);

it('puts the pixels of a look where a cell is', () => {
  const cells = map();
  cells.set(0, 0, 0, 2);
  cells.set(1, 2, 1, 3);
  expect(rows(cells)).toEqual(['22000', '22330', '00330']);
});

it('names the area around what changed, and nothing where a look is the same', () => {
  const cells = map();
  cells.set(0, 0, 0, 2);
  cells.set(1, 2, 1, 3);
  expect(cells.takeChanged()).toEqual({ x: 0, y: 0, width: 4, height: 3 });
  expect(cells.takeChanged()).toBeNull();
  cells.set(0, 0, 0, 2);
  expect(cells.takeChanged()).toBeNull();
  cells.set(1, 2, 1, 2);
  expect(cells.takeChanged()).toEqual({ x: 2, y: 1, width: 2, height: 2 });
});

it('cuts off what hangs over the edge', () => {
  const cells = map();
  cells.set(0, 4, 2, 2);
  expect(rows(cells)).toEqual(['00000', '00000', '00002']);
});
