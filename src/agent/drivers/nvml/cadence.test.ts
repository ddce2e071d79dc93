/** What is due when: slow figures every 5 s, PCIe throughput every second, whatever the interval. */
import { describe, expect, test } from 'vitest';
import { createCadence } from './cadence.ts';

/** Seconds at which samples every `intervalMs` have a figure due. */
function dueTimes(intervalMs: number, figure: 'slow' | 'pcieGpus', jitterMs = 0): number[] {
  const cadence = createCadence(5_000, 1);
  const times: number[] = [];
  for (let nowMs = 0; nowMs <= 12_000; nowMs += intervalMs) {
    // Every other sample comes a little early.
    const atMs = (nowMs / intervalMs) % 2 === 1 ? nowMs - jitterMs : nowMs;
    if (cadence.next(atMs)[figure]) times.push(nowMs / 1_000);
  }
  return times;
}

describe('the cadence', () => {
  test('slow figures are due at first and then every 5 s', () => {
    expect(dueTimes(1_000, 'slow')).toEqual([0, 5, 10]);
  });

  test('a sample that comes a little early does not put them off by a second', () => {
    expect(dueTimes(1_000, 'slow', 30)).toEqual([0, 5, 10]);
  });

  test('with an interval of 10 s they are in every sample', () => {
    expect(dueTimes(10_000, 'slow')).toEqual([0, 10]);
  });

  test('PCIe throughput is due once a second, also when samples come more often', () => {
    expect(dueTimes(200, 'pcieGpus').slice(0, 4)).toEqual([0, 1, 2, 3]);
    expect(dueTimes(1_000, 'pcieGpus', 30).slice(0, 4)).toEqual([0, 1, 2, 3]);
  });

  test('a new child has everything due', () => {
    const cadence = createCadence(5_000, 1);
    cadence.next(0);
    expect(cadence.next(100)).toEqual({ slow: false, pcieGpus: 0 });
    cadence.restart();
    expect(cadence.next(200)).toEqual({ slow: true, pcieGpus: 1 });
  });
});
