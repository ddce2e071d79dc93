import { expect, test } from 'vitest';
import { linkLimits } from './linkLimits.ts';

const MEBIBYTE = 1024 * 1024;

/** How many pass in one instant before the first that does not, and what is said of that. */
function count(take: () => string | null): [passed: number, said: string] {
  for (let passed = 0; passed < 100_000; passed++) {
    const said = take();
    if (said !== null) return [passed, said];
  }
  return [Number.POSITIVE_INFINITY, ''];
}

test('a link may say 64 MiB at once and 16 a second, in 20,000 messages', () => {
  const limits = linkLimits();
  expect(count(() => limits.takeBytes(4 * MEBIBYTE, 0))).toEqual([16, 'more than 16 MiB a second']);
  expect(count(() => limits.takeBytes(4 * MEBIBYTE, 1000))[0]).toBe(4);
  const small = linkLimits();
  expect(count(() => small.takeBytes(1, 0))).toEqual([20_000, 'more than 5000 messages a second']);
});

test.each([
  ['sample', 100],
  ['reports', 10_000],
  ['inventory', 100],
  ['table-edits', 100],
] as const)('of %s that nobody asked for %d come at once', (type, most) => {
  const limits = linkLimits();
  expect(count(() => limits.takeMessage(type, 0))[0]).toBe(most);
});
