/** What is read is what there is, in every figure, and null where there is none. */
import { describe, expect, test } from 'vitest';
import { GpuReading } from '../../../src/model/gpu.ts';
import { imagineMachine, imagineProcess, imagineXid } from '../imaginedMachines.ts';
import { firstAnswer, readingOf, type StartBed, withoutTimes } from './bed.ts';

export function claimFigures(start: StartBed): void {
  describe('figures', () => {
    test('every figure of a healthy machine is read as it is', async () => {
      const machine = imagineMachine(3, 2);
      const { driver, gpus } = await firstAnswer(start(machine));
      expect(driver).toMatchObject({
        state: 'ok',
        message: null,
        version: '570.86.15',
        cudaVersion: '12.8',
      });
      expect(withoutTimes(gpus)).toEqual(withoutTimes(machine.gpus.map((gpu) => gpu.reading)));
    });

    test('every reading is one that the schema knows', async () => {
      const { gpus } = await firstAnswer(start(imagineMachine(2, 3)));
      for (const gpu of gpus) expect(GpuReading.parse(gpu)).toEqual(gpu);
    });

    test('the age of the slow figures is told', async () => {
      const beforeMs = Date.now();
      const { driver, gpus } = await firstAnswer(start(imagineMachine(1)));
      expect(gpus[0]?.slowTakenAtMs).toBeGreaterThanOrEqual(beforeMs);
      expect(driver.answeredAtMs).toBeGreaterThanOrEqual(beforeMs);
    });

    test('a figure that the card does not have is null', async () => {
      const machine = imagineMachine(1);
      const reading = readingOf(machine, 0);
      Object.assign(reading, {
        fanPercent: null,
        powerWatts: null,
        throttleReasons: null,
        migMode: null,
        serial: null,
      });
      reading.ecc = { ...reading.ecc, enabled: null, volatileCorrected: null };
      const { gpus, refusedFigures } = await firstAnswer(start(machine));
      expect(withoutTimes(gpus)).toEqual(withoutTimes([reading]));
      expect(refusedFigures).toEqual({});
    });

    test.each([4294967295, 2 ** 63, 2 ** 64])(
      'the sentinel %d is null and nobody counts it',
      async (sentinel) => {
        const machine = imagineMachine(1);
        Object.assign(readingOf(machine, 0), {
          utilizationPercent: 4294967295,
          energyJoules: null,
          memoryUsedBytes: sentinel,
        });
        const { gpus, refusedFigures } = await firstAnswer(start(machine));
        expect(gpus[0]).toMatchObject({ utilizationPercent: null, memoryUsedBytes: null });
        expect(refusedFigures).toEqual({});
      },
    );

    test('a machine without GPUs has none, and its driver is fine', async () => {
      const { driver, gpus } = await firstAnswer(start(imagineMachine(0)));
      expect(driver.state).toBe('ok');
      expect(gpus).toEqual([]);
    });

    test('a process is told once, with its type, and its memory is null where the driver does not know', async () => {
      const machine = imagineMachine(1);
      readingOf(machine, 0).processes = [
        { ...imagineProcess(10), type: 'both', memoryUsedBytes: 3_000_000 },
        { ...imagineProcess(11), type: 'graphics', memoryUsedBytes: 2_000_000 },
        { ...imagineProcess(12), type: 'mps', memoryUsedBytes: 1_000_000 },
        { ...imagineProcess(13), type: 'compute', memoryUsedBytes: null, smUtilizationPercent: null },
      ];
      const { gpus } = await firstAnswer(start(machine));
      expect(gpus[0]?.processes).toEqual(readingOf(machine, 0).processes);
    });

    test('an Xid is told with its meaning, newest first, and stays', async () => {
      const machine = imagineMachine(2);
      const bed = start(machine);
      await firstAnswer(bed);
      readingOf(machine, 1).xidEvents = [imagineXid(31)];
      bed.apply();
      await bed.driver.read(3_000);
      readingOf(machine, 1).xidEvents = [imagineXid(79), ...readingOf(machine, 1).xidEvents];
      bed.apply();
      await bed.driver.read(3_000);
      const { gpus } = await bed.driver.read(3_000);
      expect(gpus[0]?.xidEvents).toEqual([]);
      expect(gpus[1]?.xidEvents.map((event) => event.code)).toEqual([79, 31]);
      expect(gpus[1]?.xidEvents[0]?.meaning).toContain('fallen off the bus');
    });
  });
}
