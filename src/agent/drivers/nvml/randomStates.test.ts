/** Whatever state a driver may be in, over every figure: what is read through the foreign functions is what it is. */
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { withoutTimes } from '../../../../test/support/driverContract/bed.ts';
import { imagineMachine } from '../../../../test/support/imaginedMachines.ts';
import { arbitraryReading } from '../../../../test/support/readings.ts';
import { createStandInBed, type StandInBed } from '../../../../test/support/standInBed.ts';
import { whyNoStandIn } from '../../../../test/support/standInLibrary.ts';
import type { GpuReading } from '../../../model/gpu.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');

describe.skipIf(whyNot !== null)(`random driver states${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  const machine = imagineMachine(4);
  let bed: StandInBed;
  beforeAll(async () => {
    bed = createStandInBed(machine);
    // The library tells the Xid that come after each GPU was met.
    await bed.driver.read(5_000);
  });
  afterAll(() => bed.stop());

  test('400 states are read back without a difference', async () => {
    const fourGpus = fc.tuple(...[0, 1, 2, 3].map(arbitraryReading));
    const oddPids = fc.array(fc.constantFrom(0, 2 ** 31, 2 ** 32 - 1), { maxLength: 2 });
    let states = 0;
    let countedBefore = 4;
    let refusedPids = 0;
    await fc.assert(
      fc.asyncProperty(fourGpus, oddPids, async (imagined, pids) => {
        // Another number of GPUs each time: they are met anew, and their statics read again.
        states += 1;
        const expected = imagined.slice(0, 1 + (states % 4));
        machine.gpus = expected.map((reading) => ({ reading, fault: 'none' }));
        bed.apply(new Map([[0, pids.map((pid) => `process graphics ${pid} 4096`)]]));
        refusedPids += pids.length;
        const { driver, gpus, refusedFigures } = await bed.driver.read(5_000);
        const counted = gpus.filter((gpu) => gpu.state !== 'missing');
        expect(driver.state).toBe('ok');
        expect(withoutTimes(counted)).toEqual(withoutTimes(expected));
        // One that is back was not asked for its Xid while it was away.
        const known = expected.slice(0, countedBefore);
        expect(newestXids(counted.slice(0, countedBefore), known)).toEqual(known.map(codes));
        countedBefore = expected.length;
        expect(refusedFigures).toEqual(refusedPids === 0 ? {} : { 'gpu.processes.pid': refusedPids });
      }),
      { numRuns: 400 },
    );
  });
});

/** As many as were imagined in this state: a GPU without identity is taken for the one that was there before. */
function newestXids(gpus: readonly GpuReading[], expected: readonly GpuReading[]): number[][] {
  return gpus.map((gpu, place) => codes(gpu).slice(0, expected[place]?.xidEvents.length ?? 0));
}

function codes(gpu: GpuReading): number[] {
  return gpu.xidEvents.map((event) => event.code);
}
