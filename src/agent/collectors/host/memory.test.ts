import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseMemory } from './memory.ts';

test('used is what could not be had without swapping', () => {
  const text =
    'MemTotal: 1000 kB\nMemFree: 100 kB\nMemAvailable: 700 kB\nSwapTotal: 50 kB\nSwapFree: 20 kB\n';
  expect(parseMemory(text)).toEqual({
    memoryTotalBytes: 1000 * 1024,
    memoryAvailableBytes: 700 * 1024,
    memoryUsedBytes: 300 * 1024,
    swapTotalBytes: 50 * 1024,
    swapUsedBytes: 30 * 1024,
  });
});

test('a kernel without MemAvailable leaves used unknown, not all of it', () => {
  expect(parseMemory('MemTotal: 1000 kB\nMemFree: 100 kB\n')).toMatchObject({
    memoryTotalBytes: 1_024_000,
    memoryUsedBytes: null,
    memoryAvailableBytes: null,
  });
});

test('any text gives null or whole bytes, and used never exceeds the total', () => {
  const line = fc.tuple(
    fc.constantFrom('MemTotal', 'MemAvailable', 'SwapTotal', 'SwapFree', 'x'),
    fc.integer(),
  );
  const text = fc.array(line).map((lines) => lines.map(([key, value]) => `${key}: ${value} kB\n`).join(''));
  fc.assert(
    fc.property(fc.oneof(text, fc.string()), (input) => {
      const memory = parseMemory(input);
      for (const value of Object.values(memory)) {
        expect(value === null || (Number.isSafeInteger(value) && value >= 0)).toBe(true);
      }
      expect(memory.memoryUsedBytes ?? 0).toBeLessThanOrEqual(memory.memoryTotalBytes ?? 0);
      expect(memory.swapUsedBytes ?? 0).toBeLessThanOrEqual(memory.swapTotalBytes ?? 0);
    }),
  );
});
