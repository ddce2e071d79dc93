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
  expect(rows.map((row) => row.key)).toEqual(['n/11/11000', 'n/12/12000', 'n/9/9000', 'n/unaccounted/1']);
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

it('gives a process on several GPUs one row, so that it is named and ended once', () => {
  const joined = rowsOfGpus({ id: 'n', name: 'atlas' }, [
    gpu(0, 0, [{ ...process(11, 3, 'b'), smUtilizationPercent: 90 }]),
    gpu(1, 0, [{ ...process(11, 5, 'b'), smUtilizationPercent: 70 }]),
  ]);
  expect(joined).toMatchObject([
    { pid: 11, gpus: [0, 1], gpuMemoryBytes: 8 * GIB, smUtilizationPercent: 80 },
  ]);
  expect(joined[0]?.onGpus).toHaveLength(2);
});

it('takes a pid that was given anew for another process', () => {
  const one = rowsOfGpus({ id: 'n', name: 'a' }, [gpu(0, 0, [process(11, 3, 'b')])]);
  const other = rowsOfGpus({ id: 'n', name: 'a' }, [
    gpu(0, 0, [{ ...process(11, 3, 'b'), startedAtMs: 99_000 }]),
  ]);
  expect(one[0]?.key).not.toBe(other[0]?.key);
});
