import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { bareSample } from '../../test/support/samples.ts';
import { type NodeRecord, nodeStatus, rebootBetween } from './nodeState.ts';

const NOW = Date.UTC(2026, 0, 1);
const record = (changes: Partial<NodeRecord> = {}): NodeRecord => ({
  id: 'a1',
  name: 'atlas',
  alias: null,
  address: null,
  mayRun: false,
  goodbye: null,
  maintenance: null,
  rebooted: null,
  source: null,
  offlineAfterMs: null,
  disconnectedAtMs: null,
  lastSeenAtMs: NOW - 500,
  sample: { ...bareSample('atlas', NOW), bootId: 'first' },
  ...changes,
});
const told = (changes: Partial<NodeRecord>) => {
  const { state, absence } = nodeStatus(record(changes), NOW);
  return [state, absence];
};

test('gone on purpose, gone to reboot and silent are three words', () => {
  expect(told({})).toEqual(['online', null]);
  expect(told({ goodbye: 'stopped' })).toEqual(['offline', 'goodbye']);
  expect(told({ goodbye: 'rebooting' })).toEqual(['offline', 'rebooting']);
  expect(told({ lastSeenAtMs: NOW - 60_000 })).toEqual(['offline', 'silent']);
  expect(told({ lastSeenAtMs: NOW - 5000 })).toEqual(['stale', null]);
});

test.each([60_000, 1000])('without a connection a sample each %d ms keeps nobody fresh', (intervalMs) => {
  const sample = { ...bareSample('atlas', NOW), intervalMs };
  const away = (ms: number) => told({ sample, disconnectedAtMs: NOW - ms })[0];
  // A restart takes a second or two, and is not told.
  expect(away(2000)).toBe('online');
  expect(away(2001)).toBe('stale');
  expect(away(10_000)).toBe('stale');
  expect(away(10_001)).toBe('offline');
});

describe('maintenance', () => {
  const maintenance = { sinceMs: NOW - 1000, untilMs: null, message: 'new fans', by: 'lw' };

  test('is said whether the machine is connected or not; how fresh it is stays what it is', () => {
    expect(told({ maintenance })).toEqual(['online', 'maintenance']);
    expect(told({ maintenance, goodbye: 'rebooting' })).toEqual(['offline', 'maintenance']);
    expect(told({ maintenance, lastSeenAtMs: null, sample: null })).toEqual(['unknown', 'maintenance']);
    expect(nodeStatus(record({ maintenance }), NOW).maintenance).toEqual(maintenance);
  });

  test('with an end is over by itself, exactly then', () => {
    const ending = { ...maintenance, untilMs: NOW + 1 };
    expect(nodeStatus(record({ maintenance: ending }), NOW).absence).toBe('maintenance');
    expect(nodeStatus(record({ maintenance: ending }), NOW + 1)).toMatchObject({
      absence: null,
      maintenance: null,
    });
  });
});

describe('a boot between two samples', () => {
  const sample = (bootId: string | null, uptimeSeconds: number | null) => {
    const bare = bareSample('atlas', NOW);
    return { ...bare, bootId, host: { ...bare.host, uptimeSeconds } };
  };

  test('is told by another boot id: when, and that nobody had said it', () => {
    expect(rebootBetween(record({ lastSeenAtMs: NOW - 300_000 }), sample('second', 40), NOW)).toEqual({
      bootedAtMs: NOW - 40_000,
      lastHeardAtMs: NOW - 300_000,
      announced: false,
    });
    expect(rebootBetween(record({ goodbye: 'rebooting' }), sample('second', null), NOW)).toMatchObject({
      bootedAtMs: NOW,
      announced: true,
    });
  });

  test('is not told where a boot id is the same or missing; what was noticed before stays', () => {
    const before = { bootedAtMs: 5, lastHeardAtMs: null, announced: true };
    expect(rebootBetween(record({ rebooted: before }), sample('first', 40), NOW)).toBe(before);
    expect(rebootBetween(record(), sample(null, 40), NOW)).toBeNull();
    expect(rebootBetween(record({ sample: null }), sample('second', 40), NOW)).toBeNull();
    expect(rebootBetween(record({ sample: sample(null, 1) }), sample('second', 40), NOW)).toBeNull();
  });

  test('is never before 1970, whatever a machine claims', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, noNaN: true }), (uptime) => {
        const { bootedAtMs = -1 } = rebootBetween(record(), sample('second', uptime), NOW) ?? {};
        expect(Number.isSafeInteger(bootedAtMs) && bootedAtMs >= 0 && bootedAtMs <= NOW).toBe(true);
      }),
    );
  });
});

test('a machine whose own system gives it longer is offline later, and stale as soon as every other', () => {
  const at = (ageMs: number) => told({ lastSeenAtMs: NOW - ageMs, offlineAfterMs: 60_000 })[0];
  expect([at(2000), at(3000), at(59_000), at(61_000)]).toEqual(['online', 'stale', 'stale', 'offline']);
});
