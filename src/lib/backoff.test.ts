import { expect, test } from 'vitest';
import { backoff } from './backoff.ts';

test('each wait is spread over the upper half of a step that doubles, up to its maximum', () => {
  const waits = (random: () => number) => {
    const wait = backoff({ firstMs: 500, maximumMs: 30_000, random });
    return Array.from({ length: 9 }, () => wait.next());
  };
  expect(waits(() => 0)).toEqual([250, 500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  expect(waits(() => 1)).toEqual([500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000]);
});

test('a success begins anew', () => {
  const wait = backoff({ firstMs: 500, maximumMs: 30_000, random: () => 1 });
  wait.next();
  wait.next();
  wait.reset();
  expect(wait.next()).toBe(500);
});
