/** Claims on a driver that nobody disturbs, so that the real one can be held to them too. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DriverReading } from '../../../src/agent/drivers/driver.ts';
import { GpuReading } from '../../../src/model/gpu.ts';
import { type DriverBed, readUntil } from './bed.ts';

/**
 * The claims that need nobody to change the machine: kept by a driver of imagined machines, and by the real one where a
 * machine has it.
 */
export function describeReadingContract(
  name: string,
  makeDriver: () => Pick<DriverBed, 'driver' | 'stop'>,
): void {
  describe(name, () => {
    let bed: Pick<DriverBed, 'driver' | 'stop'>;
    let first: DriverReading;
    beforeAll(async () => {
      bed = makeDriver();
      first = await readUntil(bed, ({ driver }) => driver.state === 'ok', 60_000);
    }, 65_000);
    afterAll(() => bed.stop());

    test('tells its version and that of CUDA', () => {
      expect(first.driver.version).toMatch(/^\d+\.\d+/);
      expect(first.driver.cudaVersion).toMatch(/^\d+\.\d+$/);
    });

    test('gives readings that the schema knows, in its order', () => {
      expect(first.gpus.length).toBeGreaterThan(0);
      for (const [place, gpu] of first.gpus.entries())
        expect(GpuReading.parse(gpu)).toMatchObject({ index: place });
    });

    test('knows every GPU by a uuid of its own, a name and a bus id', () => {
      expect(new Set(first.gpus.map((gpu) => gpu.uuid)).size).toBe(first.gpus.length);
      for (const gpu of first.gpus) {
        expect(gpu.uuid).toMatch(/^GPU-/);
        expect(gpu.name).not.toBeNull();
        expect(gpu.pciBusId).toMatch(/^[0-9A-F]+:[0-9A-F]{2}:[0-9A-F]{2}\.\d$/i);
      }
    });

    test('gives the figures that every card has', () => {
      for (const gpu of first.gpus) {
        expect(gpu).toMatchObject({ state: 'ok', message: null });
        const figures = [gpu.memoryTotalBytes, gpu.memoryUsedBytes, gpu.temperatureCelsius, gpu.smClockMHz];
        expect(figures).not.toContain(null);
        const parts =
          (gpu.memoryUsedBytes ?? 0) + (gpu.memoryFreeBytes ?? 0) + (gpu.memoryReservedBytes ?? 0);
        expect(parts).toBeLessThanOrEqual(gpu.memoryTotalBytes ?? 0);
        expect(gpu.slowTakenAtMs).toBe(first.driver.answeredAtMs);
      }
    });

    test('refuses nothing of what a healthy machine says', () => {
      expect(first.refusedFigures).toEqual({});
    });

    test('says who is who the same way again, and counts energy upwards', async () => {
      const second = await bed.driver.read(5_000);
      expect(second.driver.answeredAtMs).toBeGreaterThanOrEqual(first.driver.answeredAtMs ?? 0);
      for (const [place, gpu] of second.gpus.entries()) {
        expect(gpu.uuid).toBe(first.gpus[place]?.uuid);
        expect(gpu.energyJoules ?? 0).toBeGreaterThanOrEqual(first.gpus[place]?.energyJoules ?? 0);
      }
    });

    test('answers at once who has no patience', async () => {
      const beforeMs = performance.now();
      const { gpus } = await bed.driver.read(0);
      expect(performance.now() - beforeMs).toBeLessThan(200);
      expect(gpus).toHaveLength(first.gpus.length);
    });

    test('may be stopped twice', async () => {
      await bed.driver.stop();
      await bed.driver.stop();
    });
  });
}
