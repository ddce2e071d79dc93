/** What the gate lets through cannot be impossible, whatever a driver says; and what it drops is counted. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { arbitraryReading } from '../../../test/support/readings.ts';
import { blankReading } from '../../model/blankReading.ts';
import { GpuReading } from '../../model/gpu.ts';
import { createGate } from './gate.ts';

/** Any number a driver might answer for any figure: sentinels, negatives, beyond what a number holds exactly. */
const anyNumber = fc.oneof(
  fc.integer({ min: 0, max: 200 }),
  fc.constantFrom(4294967295, 2 ** 63, 2 ** 64, 2 ** 53, 255, 101, 1e12),
  fc.nat(),
);

function nonsense(names: readonly string[]): fc.Arbitrary<Record<string, number | null>> {
  return fc.record(Object.fromEntries(names.map((name) => [name, fc.option(anyNumber)])));
}

const anyReading = fc
  .record({
    top: nonsense([
      'memoryTotalBytes',
      'memoryUsedBytes',
      'memoryFreeBytes',
      'memoryReservedBytes',
      'utilizationPercent',
      'memoryUtilizationPercent',
      'encoderUtilizationPercent',
      'decoderUtilizationPercent',
      'fanPercent',
      'performanceState',
      'graphicsClockMHz',
      'energyJoules',
    ]),
    pcie: nonsense(['replays', 'receiveBytesPerSecond', 'width']),
    ecc: nonsense(['volatileCorrected', 'aggregateUncorrected']),
    processes: fc.array(nonsense(['memoryUsedBytes', 'smUtilizationPercent']), { maxLength: 3 }),
  })
  .map(({ top, pcie, ecc, processes }) => {
    const blank = blankReading(0);
    const blankProcess = {
      type: 'compute',
      memoryUtilizationPercent: null,
      encoderUtilizationPercent: null,
      decoderUtilizationPercent: null,
    };
    return Object.assign(blank, top, {
      pcie: { ...blank.pcie, ...pcie },
      ecc: { ...blank.ecc, ...ecc },
      processes: processes.map((process, place) => ({ ...blankProcess, pid: place + 1, ...process })),
    });
  });

describe('the gate', () => {
  test('whatever comes, what it lets through is a reading that the schema knows', () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        createGate().admit({}, reading);
        GpuReading.parse(reading);
      }),
    );
  });

  test('no part of memory is larger than the whole, and no process holds more than the card has', () => {
    fc.assert(
      fc.property(anyReading, (reading) => {
        createGate().admit({}, reading);
        const total = reading.memoryTotalBytes ?? Number.POSITIVE_INFINITY;
        expect(reading.memoryUsedBytes ?? 0).toBeLessThanOrEqual(total);
        expect(reading.memoryFreeBytes ?? 0).toBeLessThanOrEqual(total);
        for (const process of reading.processes)
          expect(process.memoryUsedBytes ?? 0).toBeLessThanOrEqual(total);
      }),
    );
  });

  test('a possible reading passes untouched', () => {
    fc.assert(
      fc.property(arbitraryReading(0), (reading) => {
        const gate = createGate();
        const before = structuredClone(reading);
        gate.admit({}, reading);
        expect(reading).toEqual(before);
        expect(gate.takeRefused()).toEqual({});
      }),
    );
  });

  test('what is dropped, beside sentinels, is counted by its name, once', () => {
    const gate = createGate();
    const reading = {
      ...blankReading(0),
      utilizationPercent: 101,
      fanPercent: 4294967295,
      memoryTotalBytes: 10,
    };
    reading.memoryUsedBytes = 11;
    gate.admit({}, reading);
    expect(reading).toMatchObject({ utilizationPercent: null, fanPercent: null, memoryUsedBytes: null });
    expect(gate.takeRefused()).toEqual({ 'gpu.utilizationPercent': 1, 'gpu.memoryUsedBytes': 1 });
    expect(gate.takeRefused()).toEqual({});
  });

  test('a counter that is let through twice in a row has not fallen between the two', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(), { minLength: 2 }), (values) => {
        const gate = createGate();
        const card = {};
        const told = values.map((joules) => {
          const reading = { ...blankReading(0), energyJoules: joules };
          gate.admit(card, reading);
          return reading.energyJoules;
        });
        for (const [place, joules] of told.entries()) {
          const before = told[place - 1];
          if (joules !== null && before !== null && before !== undefined)
            expect(joules).toBeGreaterThanOrEqual(before);
        }
        const falls = values.filter((value, place) => value < (values[place - 1] ?? 0)).length;
        expect(gate.takeRefused()).toEqual(falls === 0 ? {} : { 'gpu.energyJoules': falls });
      }),
    );
  });

  test('the counters of one card are not held against another', () => {
    const gate = createGate();
    for (const joules of [100, 50]) {
      const reading = { ...blankReading(0), energyJoules: joules };
      gate.admit({}, reading);
      expect(reading.energyJoules).toBe(joules);
    }
  });
});
