import { describe, expect, test } from 'vitest';
import { estimateRun, estimateTable } from './estimate.ts';
import { decayed, HALF_LIFE_MS, withUse } from './usage.ts';

describe('when a run will be done', () => {
  test('is not told where nothing is known, or where it is longer than all before', () => {
    expect(estimateRun([], 0, 0)).toBeNull();
    expect(estimateRun([10, 20], 0, 21_000)).toBeNull();
  });

  test('is the mean of those that took as long, with how much they differ', () => {
    expect(estimateRun([60], 1000, 1000)).toEqual({ doneAtMs: 61_000, errorMs: null });
    expect(estimateRun([50, 70], 0, 0)).toEqual({ doneAtMs: 60_000, errorMs: 14_142 });
    expect(estimateRun([10, 50, 70], 0, 20_000)?.doneAtMs).toBe(60_000);
  });
});

describe('when a table will be done', () => {
  const progress = { durationSeconds: [100, 100], runningSinceMs: [0, 0], waiting: 0, isStopped: false };

  test('is not told while it is stopped, nothing of it runs, or nothing is known', () => {
    expect(estimateTable({ ...progress, isStopped: true }, 0)).toBeNull();
    expect(estimateTable({ ...progress, runningSinceMs: [] }, 0)).toBeNull();
    expect(estimateTable({ ...progress, durationSeconds: [] }, 0)).toBeNull();
  });

  test('is when the last of those that run is done', () => {
    expect(estimateTable({ ...progress, runningSinceMs: [0, 50_000] }, 60_000)).toEqual({
      doneAtMs: 150_000,
      errorMs: 0,
    });
  });

  test('is within its error of what happens, for lengths that differ', () => {
    // A fixed sequence: lengths between 50 and 150 s.
    const lengths = Array.from({ length: 200 }, (_, place) => 50 + ((place * 7919) % 101));
    const known = lengths.slice(0, 40);
    const waiting = lengths.slice(44);
    const slots = lengths.slice(40, 44).map((seconds) => seconds * 1000);
    for (const seconds of waiting) {
      const next = slots.indexOf(Math.min(...slots));
      slots[next] = (slots[next] ?? 0) + seconds * 1000;
    }
    const estimate = estimateTable(
      { durationSeconds: known, runningSinceMs: [0, 0, 0, 0], waiting: waiting.length, isStopped: false },
      0,
    );
    const errorMs = estimate?.errorMs ?? 0;
    expect(errorMs).toBeGreaterThan(0);
    expect(Math.abs((estimate?.doneAtMs ?? 0) - Math.max(...slots))).toBeLessThan(2 * errorMs);
  });
});

test('GPU time is halved every seven days', () => {
  const used = withUse(null, 1000, 0);
  expect(decayed(used, HALF_LIFE_MS)).toBeCloseTo(500);
  expect(withUse(used, 100, HALF_LIFE_MS).gpuSeconds).toBeCloseTo(600);
  expect(decayed(null, 0)).toBe(0);
  // A clock that jumped back takes nothing away.
  expect(decayed(used, -5)).toBe(1000);
});
