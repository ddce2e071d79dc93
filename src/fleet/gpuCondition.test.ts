import { describe, expect, test } from 'vitest';
import type { Driver } from '../model/node.ts';
import {
  type ConditionInput,
  FREE_MEMORY_BYTES,
  figuresAreNow,
  gpuCondition,
  isSlowed,
} from './gpuCondition.ts';

const driver: Driver = {
  state: 'ok',
  version: '550',
  cudaVersion: '12.4',
  message: null,
  remarks: null,
  answeredAtMs: 1,
};
const holder = { owner: 'alice', memoryUsedBytes: 10, processes: 1, computeProcesses: 1, sinceMs: null };
const quiet: ConditionInput['gpu'] = {
  state: 'ok',
  utilizationPercent: 0,
  memoryUsedBytes: 0,
  holders: [],
  throttleReasons: [],
  recoveryAction: 'none',
  ecc: {
    enabled: true,
    volatileCorrected: 4,
    volatileUncorrected: 0,
    aggregateCorrected: 9,
    aggregateUncorrected: 0,
  },
  remappedRows: { correctable: 0, uncorrectable: 0, pending: false, failed: false },
  retiredPages: { singleBit: 0, doubleBit: 0, pending: false },
};
const condition = (gpu: Partial<ConditionInput['gpu']>, more: Partial<ConditionInput> = {}) =>
  gpuCondition({ nodeState: 'online', absence: null, driver, ...more, gpu: { ...quiet, ...gpu } });

describe('what a GPU is doing', () => {
  test('nobody holds it and hardly anything is used: free', () => {
    expect(condition({})).toBe('free');
    expect(condition({ memoryUsedBytes: FREE_MEMORY_BYTES - 1 })).toBe('free');
  });
  test("a desktop's X server alone does not take a card", () => {
    expect(condition({ holders: [{ ...holder, computeProcesses: 0 }], memoryUsedBytes: 300e6 })).toBe('free');
  });
  test('held and not used: holding idle, also where the holder cannot be seen', () => {
    expect(condition({ holders: [holder] })).toBe('holding-idle');
    expect(condition({ memoryUsedBytes: FREE_MEMORY_BYTES })).toBe('holding-idle');
  });
  test('used: working', () => {
    expect(condition({ utilizationPercent: 5 })).toBe('working');
  });
  test('an unknown utilisation is not idleness', () => {
    expect(condition({ utilizationPercent: null, holders: [holder] })).toBe('working');
    expect(condition({ utilizationPercent: null, memoryUsedBytes: null })).toBe('unknown');
  });
  test.each(['lost', 'missing', 'failed'] as const)('%s: sick', (state) => {
    expect(condition({ state })).toBe('sick');
  });
  test('a repair that waits for a reset: sick, though it still works', () => {
    expect(
      condition({ utilizationPercent: 90, remappedRows: { ...quiet.remappedRows, pending: true } }),
    ).toBe('sick');
    expect(condition({ recoveryAction: 'gpu-reset' })).toBe('sick');
    expect(condition({ recoveryAction: 'other' })).toBe('sick');
  });
  test('what is not answered, starting, asleep or offline is said so before anything else', () => {
    for (const state of ['unresponsive', 'mismatch', 'failed', 'absent'] as const)
      expect(condition({}, { driver: { ...driver, state } })).toBe('no-answer');
    expect(condition({}, { driver: { ...driver, state: 'starting' } })).toBe('starting');
    expect(condition({ state: 'asleep' })).toBe('asleep');
    expect(condition({}, { nodeState: 'offline' })).toBe('offline');
  });
  test('slowed is by heat or power, not by rest or by choice', () => {
    expect(isSlowed({ throttleReasons: ['hardware-thermal'] })).toBe(true);
    expect(isSlowed({ throttleReasons: ['idle', 'application-clocks', 'software-power-cap'] })).toBe(false);
    expect(isSlowed({ throttleReasons: ['other'] })).toBe(false);
    expect(isSlowed({ throttleReasons: null })).toBe(false);
  });
});

test('figures are of now for two intervals, and for two seconds at least, while the driver answers', () => {
  const sample = (ageMs: number, intervalMs: number, state: Driver['state'] = 'ok') => ({
    driver: { ...driver, state, answeredAtMs: 100_000 - ageMs },
    takenAtMs: 100_000,
    intervalMs,
  });
  expect([0, 2000, 2001].map((ageMs) => figuresAreNow(sample(ageMs, 1000)))).toEqual([true, true, false]);
  expect([2001, 10_000, 10_001].map((ageMs) => figuresAreNow(sample(ageMs, 5000)))).toEqual([
    true,
    true,
    false,
  ]);
  expect(figuresAreNow(sample(2000, 200))).toBe(true);
  expect(figuresAreNow(sample(0, 1000, 'mismatch'))).toBe(false);
});
