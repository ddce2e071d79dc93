import { expect, test } from 'vitest';
import type { FoundProcess } from '../model/process.ts';
import { bySearchOrder } from './searchOrder.ts';

const found = (pid: number, gpuMemoryBytes: number | null, hostMemoryBytes: number | null) =>
  ({ pid, gpuMemoryBytes, hostMemoryBytes }) as FoundProcess;

test('most GPU memory first, then most host memory, then the lower pid; what is not known comes last', () => {
  const ordered = [
    found(3, 8, 0),
    found(4, 0, null),
    found(2, null, 9),
    found(5, null, 1),
    found(6, null, 1),
  ];
  expect([...ordered].reverse().sort(bySearchOrder)).toEqual(ordered);
});
