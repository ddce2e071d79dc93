import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRatePeriod, ratePerSecond } from './rate.ts';

test('a rate is the growth per second', () => {
  expect(ratePerSecond(1000, 3000, 2000)).toBe(1000);
});

test('without a reading before, and for a counter that went back, there is no rate', () => {
  expect(ratePerSecond(undefined, 3000, 1000)).toBeNull();
  expect(ratePerSecond(3000, 10, 1000)).toBeNull();
});

test('a clock that jumped tells no rate', () => {
  for (const elapsedMs of [0, -5000, 199, 3_600_000, Number.NaN]) {
    expect(isRatePeriod(elapsedMs)).toBe(false);
    expect(ratePerSecond(1, 2, elapsedMs)).toBeNull();
  }
});

test('a rate is never negative nor infinite', () => {
  fc.assert(
    fc.property(fc.nat(), fc.nat(), fc.double(), (before, after, elapsedMs) => {
      const rate = ratePerSecond(before, after, elapsedMs);
      expect(rate === null || (Number.isFinite(rate) && rate >= 0)).toBe(true);
    }),
  );
});
