import { expect, it } from 'vitest';
import type { Gpu } from '../../src/model/gpu.ts';
import { type ProcessColumn, rowsOfGpus, sortRows } from './processRows.ts';

const GIB = 2 ** 30;
const gpu = (index: number, unaccountedGib: number, processes: object[]): Gpu =>
  ({ index, memoryUnaccountedBytes: unaccountedGib * GIB, processes }) as unknown as Gpu;
const process = (pid: number, gib: number | null, owner: string) => ({
  pid,
  owner,
  memoryUsedBytes: gib === null ? null : gib * GIB,
  startedAtMs: pid * 1000,
});

const rows = rowsOfGpus({ id: 'n', name: 'atlas' }, [
  gpu(0, 0.5, [process(11, 3, 'b'), process(12, null, 'a')]),
  gpu(1, 9, [process(9, 7, 'c')]),
]);
const order = (column: ProcessColumn, descending: boolean) =>
  sortRows(rows, { column, descending }).map((row) => row.pid);

it('gives unaccounted memory a row of its own, unless it is what a driver takes', () => {
  expect(rows.map((row) => row.key)).toEqual(['0/11', '0/12', '1/9', '1/unaccounted']);
});

it('puts what is missing last in either direction', () => {
  expect(order('memory', true)).toEqual([9, 11, 12, null]);
  expect(order('memory', false)).toEqual([11, 9, 12, null]);
});

it('calls the process that started first the longest running', () => {
  expect(order('running', true)).toEqual([9, 11, 12, null]);
});

it('sorts owners by name', () => {
  expect(order('owner', false)).toEqual([12, 11, 9, null]);
});
