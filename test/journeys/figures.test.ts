/** Every figure of random GPUs, from the library's bytes to the interface's JSON: what is told is what is so. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { unaccountedBytes } from '../../src/agent/sampler.ts';
import { Gpu, type GpuReading } from '../../src/model/gpu.ts';
import { GpuProcessReading } from '../../src/model/process.ts';
import { imagineMachine } from '../support/imaginedMachines.ts';
import { arbitraryReading } from '../support/readings.ts';
import { whyNoStandIn } from '../support/standInLibrary.ts';
import { waitFor } from '../support/waitFor.ts';
import { watchMachine } from '../support/watchedMachine.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');
const GPUS = 4;
const ROUNDS = process.env.FLOWLINE_SOAK === 'true' ? 75 : 10;
/** Two run at once, and each takes some 5 s: this is patience for a busy machine. */
const MOST_MS_A_ROUND = 12_000;

describe.skipIf(whyNot !== null)(`random GPUs${whyNot === null ? '' : `: ${whyNot}`}`, () => {
  test(
    `${GPUS * ROUNDS} of them, through a fresh \`up\` each ${GPUS}, are told without a difference`,
    async () => {
      // Two at a time: a round mostly waits until each GPU's PCIe throughput has had its turn.
      const machines = fc.sample(
        fc.tuple(...Array.from({ length: GPUS }, (_, index) => arbitraryReading(index))),
        ROUNDS,
      );
      const walk = async (): Promise<void> => {
        for (let readings = machines.pop(); readings !== undefined; readings = machines.pop()) {
          await expectTold(readings);
        }
      };
      await Promise.all([walk(), walk()]);
    },
    ROUNDS * MOST_MS_A_ROUND,
  );
});

/** Starts the product over these GPUs and waits until it tells every figure of them. */
async function expectTold(readings: readonly GpuReading[]): Promise<void> {
  const machine = imagineMachine(0);
  machine.gpus = readings.map((reading) => ({ reading, fault: 'none' }));
  const watched = await watchMachine(machine);
  const expected = readings.map(asTold);
  let told: unknown[] = [];
  try {
    await waitFor(
      'every figure',
      async () => {
        const sample = (await watched.node())?.sample;
        told = (sample?.gpus ?? []).map(comparable);
        expect(told).toEqual(expected);
        expect(sample?.refusedFigures).toEqual({});
        return true;
      },
      15_000,
    );
  } catch {
    // With the difference, field by field.
    expect(told).toEqual(expected);
  } finally {
    await watched.end();
  }
}

/** The fields of which the driver alone decides: not what /proc adds, nor when it was read, nor events of the past. */
function comparable(gpu: Gpu): Record<string, unknown> {
  const { slowTakenAtMs: _readAt, xidEvents: _past, processes, ...figures } = gpu;
  return { ...figures, processes: processes.map((process) => GpuProcessReading.parse(process)) };
}

function asTold(reading: GpuReading): Record<string, unknown> {
  const { processes, ...figures } = reading;
  const told = Gpu.parse({ ...figures, memoryUnaccountedBytes: unaccountedBytes(reading), processes: [] });
  return { ...comparable(told), processes };
}
