/** Whatever calls fail with whatever error: only their own figures are missing, and no other GPU notices. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutTimes } from '../../../../test/support/driverContract/bed.ts';
import { imagineMachine } from '../../../../test/support/imaginedMachines.ts';
import { arbitraryReading } from '../../../../test/support/readings.ts';
import { createStandInBed, type StandInBed } from '../../../../test/support/standInBed.ts';
import { whyNoStandIn } from '../../../../test/support/standInLibrary.ts';
import type { GpuReading } from '../../../model/gpu.ts';
import type { ImaginedGpu } from '../../../simulator/imagined.ts';

/** What a failing call of the stand-in leaves null: its word for the call, and our fields. */
const figures: Record<string, readonly string[]> = {
  memoryTotal: ['memoryTotalBytes', 'memoryUsedBytes', 'memoryFreeBytes', 'memoryReservedBytes'],
  utilizationGpu: ['utilizationPercent', 'memoryUtilizationPercent'],
  encoder: ['encoderUtilizationPercent'],
  decoder: ['decoderUtilizationPercent'],
  temperature: ['temperatureCelsius'],
  memoryTemperature: ['memoryTemperatureCelsius'],
  slowdownTemperature: ['slowdownTemperatureCelsius'],
  power: ['powerWatts'],
  powerLimit: ['powerLimitWatts'],
  energy: ['energyJoules'],
  fan: ['fanPercent'],
  clockGraphics: ['graphicsClockMHz'],
  clockMemory: ['memoryClockMHz'],
  maxClockGraphics: ['maxGraphicsClockMHz'],
  performanceState: ['performanceState'],
  throttleReasons: ['throttleReasons'],
  pcieWidth: ['pcie.width'],
  pcieTransmit: ['pcie.transmitBytesPerSecond'],
  pcieReplays: ['pcie.replays'],
  eccMode: ['ecc.enabled'],
  eccAggregateUncorrected: ['ecc.aggregateUncorrected'],
  retiredDoubleBit: ['retiredPages.doubleBit'],
  remappedCorrectable: [
    'remappedRows.correctable',
    'remappedRows.uncorrectable',
    'remappedRows.pending',
    'remappedRows.failed',
  ],
  migMode: ['migMode'],
  persistenceMode: ['persistenceMode'],
  computeMode: ['computeMode'],
  recoveryAction: ['recoveryAction'],
  processes: ['processes'],
};

/**
 * Every error of nvmlReturn_t, and some that are none. Not 15, which is the whole card's, and not 7, which of lists means
 * that there is more.
 */
const errors = [1, 2, 3, 4, 5, 6, ...range(8, 14), ...range(16, 31), 77, 999, -3];

const faults = fc.dictionary(fc.constantFrom(...Object.keys(figures)), fc.constantFrom(...errors), {
  maxKeys: 8,
  noNullPrototype: true,
});
const cardFault = fc.constantFrom<ImaginedGpu['fault']>('none', 'none', 'none', 'lost', 'failing');
const gpu = (index: number) => fc.record({ reading: arbitraryReading(index), faults, cardFault });

const whyNot = whyNoStandIn(process.env.CI === 'true');

describe.skipIf(whyNot !== null)(`random faults${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  const machine = imagineMachine(4);
  let bed: StandInBed;
  beforeAll(async () => {
    bed = createStandInBed(machine);
    await bed.driver.read(15_000);
  });
  afterAll(() => bed.stop());

  test('120 machines with failing calls are read as far as they answer', async () => {
    let states = 0;
    await fc.assert(
      fc.asyncProperty(fc.tuple(...[0, 1, 2, 3].map(gpu)), async (imagined) => {
        // Another number of GPUs each time: they are met anew, and their statics read again.
        states += 1;
        const present = imagined.slice(0, 1 + (states % 4));
        machine.gpus = present.map(({ reading, cardFault: fault }) => ({ reading, fault }));
        bed.apply(
          new Map(
            present.map(({ faults: failing }, index) => [
              index,
              Object.entries(failing).map(([figure, error]) => `error ${figure} ${error}`),
            ]),
          ),
        );
        const { driver, gpus, refusedFigures } = await bed.driver.read(8_000);
        const counted = gpus.filter((known) => known.state !== 'missing');
        expect(driver.state).toBe('ok');
        expect(refusedFigures).toEqual({});
        expect(counted).toHaveLength(present.length);
        for (const [place, { reading, faults: failing, cardFault: fault }] of present.entries()) {
          const told = counted[place];
          if (told === undefined) continue;
          if (fault !== 'none') {
            expect([told.state, told.powerWatts]).toEqual([fault === 'lost' ? 'lost' : 'failed', null]);
            continue;
          }
          expect(figuresOf(told)).toEqual(figuresOf(without(reading, Object.keys(failing))));
        }
      }),
      { numRuns: 120 },
    );
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, place) => from + place);
}

/** Without words: what is said of a fault is told by tests of its own. */
function figuresOf(reading: GpuReading) {
  const [figuresOnly] = withoutTimes([reading]);
  return { ...figuresOnly, message: null, remarks: null };
}

function without(reading: GpuReading, failing: readonly string[]): GpuReading {
  const left = structuredClone(reading);
  for (const path of failing.flatMap((call) => figures[call] ?? [])) {
    const [group = '', field] = path.split('.');
    if (field === undefined) Object.assign(left, { [group]: group === 'processes' ? [] : null });
    else Object.assign(left[group as keyof GpuReading] as object, { [field]: null });
  }
  return left;
}
