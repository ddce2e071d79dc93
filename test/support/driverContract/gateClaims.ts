/** What cannot be true is dropped and counted, whoever says it. */
import { describe, expect, test } from 'vitest';
import { imagineMachine } from '../imaginedMachines.ts';
import { firstAnswer, readingOf, type StartBed } from './bed.ts';

export function claimGate(start: StartBed): void {
  describe('the gate', () => {
    test('a percentage above 100 is dropped and counted', async () => {
      const machine = imagineMachine(2);
      readingOf(machine, 1).utilizationPercent = 250;
      const { gpus, refusedFigures } = await firstAnswer(start(machine));
      expect(gpus.map((gpu) => gpu.utilizationPercent)).toEqual([87, null]);
      expect(gpus[1]?.memoryUtilizationPercent).toBe(35);
      expect(refusedFigures).toEqual({ 'gpu.utilizationPercent': 1 });
    });

    test('more memory used than there is, is dropped and counted', async () => {
      const machine = imagineMachine(1, 1);
      const reading = readingOf(machine, 0);
      reading.memoryUsedBytes = (reading.memoryTotalBytes ?? 0) + 1;
      for (const process of reading.processes) process.memoryUsedBytes = (reading.memoryTotalBytes ?? 0) + 1;
      const { gpus, refusedFigures } = await firstAnswer(start(machine));
      expect(gpus[0]).toMatchObject({ memoryUsedBytes: null, memoryTotalBytes: reading.memoryTotalBytes });
      expect(gpus[0]?.processes[0]?.memoryUsedBytes).toBeNull();
      expect(refusedFigures).toEqual({ 'gpu.memoryUsedBytes': 1, 'gpu.processes.memoryUsedBytes': 1 });
    });

    test('a counter that falls is refused once, and believed when it stands by it', async () => {
      const machine = imagineMachine(1);
      const bed = start(machine);
      await firstAnswer(bed);
      readingOf(machine, 0).energyJoules = 5;
      bed.apply();
      const fallen = await bed.driver.read(3_000);
      expect(fallen.gpus[0]?.energyJoules).toBeNull();
      expect(fallen.refusedFigures).toEqual({ 'gpu.energyJoules': 1 });
      const again = await bed.driver.read(3_000);
      expect(again.gpus[0]?.energyJoules).toBe(5);
      expect(again.refusedFigures).toEqual({ 'gpu.energyJoules': 1 });
    });

    test('a process that uses more than all of a GPU is refused, and the process stays', async () => {
      const machine = imagineMachine(1, 2);
      const [first] = readingOf(machine, 0).processes;
      if (first !== undefined) first.smUtilizationPercent = 3000;
      const { gpus, refusedFigures } = await firstAnswer(start(machine));
      expect(gpus[0]?.processes.map((process) => process.smUtilizationPercent)).toEqual([null, 40]);
      expect(Object.values(refusedFigures)).toEqual([1]);
    });
  });
}
