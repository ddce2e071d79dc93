/** Utilisation per process: no sample older than those seen, only percentages, the newest of each process. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admitSamples, type UtilizationSample } from './utilizationGate.ts';

function sample(pid: number, timestampUs: number, smPercent: number | null): UtilizationSample {
  return { pid, timestampUs, smPercent, memoryPercent: 1, encoderPercent: null, decoderPercent: 0 };
}

describe('utilisation samples', () => {
  test('one that is older than the last seen is refused, the last seen one again is not', () => {
    const { byPid, lastSeenUs, refused } = admitSamples(100, [
      sample(1, 99, 10),
      sample(2, 100, 10),
      sample(3, 101, 10),
    ]);
    expect([...byPid.keys()]).toEqual([2, 3]);
    expect([lastSeenUs, refused]).toEqual([101, 1]);
  });

  test('one above 100 % is refused, and its time is not remembered', () => {
    const { byPid, lastSeenUs, refused } = admitSamples(0, [sample(1, 5_000, 101), sample(2, 7, null)]);
    expect([...byPid.keys()]).toEqual([2]);
    expect([lastSeenUs, refused]).toEqual([7, 1]);
  });

  test('of several of one process the newest counts', () => {
    const { byPid } = admitSamples(0, [sample(1, 5, 50), sample(1, 9, 90), sample(1, 7, 70)]);
    expect(byPid.get(1)?.smPercent).toBe(90);
  });

  test('the last seen time never goes back, and nothing admitted is older than it was', () => {
    const anySample = fc.record({
      pid: fc.integer({ min: 1, max: 5 }),
      timestampUs: fc.nat(1000),
      smPercent: fc.option(fc.nat(200)),
      memoryPercent: fc.option(fc.nat(200)),
      encoderPercent: fc.constant(null),
      decoderPercent: fc.constant(null),
    });
    fc.assert(
      fc.property(fc.nat(1000), fc.array(anySample), (lastSeenUs, samples) => {
        const admitted = admitSamples(lastSeenUs, samples);
        expect(admitted.lastSeenUs).toBeGreaterThanOrEqual(lastSeenUs);
        for (const { timestampUs, smPercent, memoryPercent } of admitted.byPid.values()) {
          expect(timestampUs).toBeGreaterThanOrEqual(lastSeenUs);
          expect(Math.max(smPercent ?? 0, memoryPercent ?? 0)).toBeLessThanOrEqual(100);
        }
      }),
    );
  });
});
