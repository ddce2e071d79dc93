/** A GPU that is lost, fails or vanished is told as that, and hides nobody. */
import { describe, expect, test } from 'vitest';
import { imagineMachine } from '../imaginedMachines.ts';
import { faultOf, firstAnswer, readingOf, type StartBed, withoutTimes } from './bed.ts';

export function claimSickGpus(start: StartBed): void {
  describe('a sick GPU', () => {
    test('one that is lost from the start does not hide the others', async () => {
      const machine = imagineMachine(3, 1);
      faultOf(machine, 1, 'lost');
      const { driver, gpus } = await firstAnswer(start(machine));
      expect(driver.state).toBe('ok');
      expect(gpus.map((gpu) => gpu.state)).toEqual(['ok', 'lost', 'ok']);
      expect(gpus.map((gpu) => gpu.index)).toEqual([0, 1, 2]);
      expect(gpus[1]?.message).toContain('fallen off the bus');
      expect(gpus[2]?.processes).toHaveLength(1);
    });

    test('one that is lost later keeps its name, loses its figures, and may come back', async () => {
      const machine = imagineMachine(2, 1);
      const bed = start(machine);
      await firstAnswer(bed);
      faultOf(machine, 0, 'lost');
      bed.apply();
      const lost = await bed.driver.read(3_000);
      expect(lost.gpus[0]).toMatchObject({
        state: 'lost',
        uuid: readingOf(machine, 0).uuid,
        powerWatts: null,
      });
      expect(lost.gpus[0]).toMatchObject({ memoryUsedBytes: null, energyJoules: null, processes: [] });
      expect(lost.gpus[1]).toMatchObject({ state: 'ok', powerWatts: 412.35 });
      faultOf(machine, 0, 'none');
      bed.apply();
      const back = await bed.driver.read(3_000);
      expect(withoutTimes(back.gpus)).toEqual(withoutTimes(machine.gpus.map((gpu) => gpu.reading)));
    });

    test('one that answers nothing but errors is failed, in words', async () => {
      const machine = imagineMachine(2);
      const bed = start(machine);
      await firstAnswer(bed);
      faultOf(machine, 1, 'failing');
      bed.apply();
      const { gpus } = await bed.driver.read(3_000);
      expect(gpus.map((gpu) => gpu.state)).toEqual(['ok', 'failed']);
      expect(gpus[1]?.message).toContain('could not be read');
    });

    test('one that vanished is missing, under its uuid, until it is counted again', async () => {
      const machine = imagineMachine(3);
      const bed = start(machine);
      await firstAnswer(bed);
      faultOf(machine, 0, 'vanished');
      bed.apply();
      const { gpus } = await bed.driver.read(3_000);
      expect(gpus.map((gpu) => gpu.state)).toEqual(['ok', 'ok', 'missing']);
      expect(gpus.map((gpu) => gpu.uuid)).toEqual([1, 2, 0].map((index) => readingOf(machine, index).uuid));
      expect(gpus[2]).toMatchObject({ memoryTotalBytes: null, processes: [], slowTakenAtMs: null });
      faultOf(machine, 0, 'none');
      bed.apply();
      const back = await bed.driver.read(3_000);
      expect(back.gpus.map((gpu) => [gpu.state, gpu.index])).toEqual([
        ['ok', 0],
        ['ok', 1],
        ['ok', 2],
      ]);
    });
  });
}
