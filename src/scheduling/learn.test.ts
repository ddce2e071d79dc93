import { describe, expect, test } from 'vitest';
import {
  KEPT_DURATIONS,
  learned,
  type Profile,
  profileOf,
  promiseFor,
  SETTLED_MS,
  settled,
} from './learn.ts';

const GIB = 2 ** 30;
const MIB = 2 ** 20;
const ended = (peakGib: number | null, change: object = {}) => ({
  class: 'ok' as const,
  peakBytes: peakGib === null ? null : peakGib * GIB,
  roomBytes: 77 * GIB,
  durationSeconds: 60,
  ...change,
});

describe('a profile', () => {
  test('is a table and its command, or the program of a single command', () => {
    expect(profileOf('b1', 'python train.py --lr {lr}')).toBe('b1 python train.py --lr {lr}');
    expect(profileOf(null, 'python train.py --lr 0.1')).toBe('command python train.py');
    expect(profileOf(null, 'python train.py --lr 0.2')).toBe('command python train.py');
    expect(profileOf(null, './run 7')).toBe('command ./run');
  });

  test('is promised the most that a run of it took, in steps', () => {
    const first = learned(null, ended(10));
    expect(first).toMatchObject({ runs: 1, peakBytes: 10 * GIB, promisedBytes: 10 * GIB });
    const second = learned(first, ended(10.01));
    expect(second?.promisedBytes).toBe(10 * GIB + 64 * MIB);
    expect(learned(second, ended(3))?.promisedBytes).toBe(10 * GIB + 64 * MIB);
  });

  test('learns nothing from an attempt that showed nothing, or whose first seconds failed', () => {
    expect(learned(null, ended(null, { durationSeconds: null }))).toBeNull();
    expect(learned(null, ended(1, { class: 'program' }))).toBeNull();
    expect(learned(null, ended(1, { class: 'gpu_oom' }))).toBeNull();
    const known = learned(null, ended(10));
    expect(learned(known, ended(20, { class: 'program' }))?.promisedBytes).toBe(20 * GIB);
  });

  test('what takes nearly all of a card is promised a little less than it had', () => {
    expect(promiseFor(79 * GIB, 77 * GIB)).toBeLessThanOrEqual(77 * GIB * 0.98);
    expect(promiseFor(79 * GIB, null)).toBe(79 * GIB);
  });

  test('is known from a peak that has stood for ten minutes, and not before', () => {
    const alive = { peakBytes: 10 * GIB, peakAtMs: 1000, roomBytes: 77 * GIB };
    expect(settled(null, { ...alive, nowMs: 1000 + SETTLED_MS - 1 })).toBeNull();
    expect(settled(null, { ...alive, nowMs: 1000 + SETTLED_MS })?.promisedBytes).toBe(10 * GIB);
    expect(settled(null, { ...alive, peakBytes: null, nowMs: 10 * SETTLED_MS })).toBeNull();
  });

  test('remembers the newest lengths of successes, and no more than it needs', () => {
    let profile: Profile | null = null;
    for (let run = 0; run < 100; run++) profile = learned(profile, ended(1, { durationSeconds: run }));
    expect(profile?.durationSeconds).toHaveLength(KEPT_DURATIONS);
    expect(profile?.durationSeconds.at(-1)).toBe(99);
    expect(learned(profile, ended(1, { class: 'program', durationSeconds: 5 }))?.durationSeconds.at(-1)).toBe(
      99,
    );
  });
});
