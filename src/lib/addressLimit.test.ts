import { expect, test } from 'vitest';
import { addressLimit } from './addressLimit.ts';

test('each address has its own, and gets back so much a second', () => {
  let nowMs = 0;
  const limit = addressLimit({ perSecond: 1, burst: 2 }, () => nowMs);
  expect([limit.take('a'), limit.take('a'), limit.take('a'), limit.take('b')]).toEqual([
    true,
    true,
    false,
    true,
  ]);
  nowMs = 1000;
  expect([limit.take('a'), limit.take('a')]).toEqual([true, false]);
});

test('of whoever comes from ever more addresses ten thousand are remembered, the newest', () => {
  const limit = addressLimit({ perSecond: 1, burst: 1 }, () => 0);
  for (let count = 0; count <= 10_000; count++) limit.take(`address ${count}`);
  expect(limit.take('address 1')).toBe(false);
  expect(limit.take('address 0')).toBe(true);
});
