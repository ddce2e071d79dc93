import { expect, test } from 'vitest';
import type { FoundProcess } from '../model/process.ts';
import { searchOrder } from './searchOrder.ts';

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
  expect([...ordered].reverse().sort(searchOrder('python'))).toEqual(ordered);
});

test('a process that is named by its pid comes before all that only have the number in their command', () => {
  const named = found(4211, null, 1);
  const others = [found(7, 8, 9), found(42, 9, 9)];
  expect([...others, named].sort(searchOrder('4211'))[0]).toBe(named);
  expect([...others, named].sort(searchOrder('python 4211'))[0]).toBe(named);
  expect([...others, named].sort(searchOrder('04211 x4211'))[0]).not.toBe(named);
});
