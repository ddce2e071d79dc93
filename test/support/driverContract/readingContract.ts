/**
 * Claims on a driver that nobody disturbs, so that the real one can be held to them too: whatever cards a machine has (one
 * that drives a display, one without memory of its own, one cut by MIG, an old driver, a sick card), busy or idle.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DriverReading } from '../../../src/agent/drivers/driver.ts';
import { GpuReading } from '../../../src/model/gpu.ts';
import { type DriverBed, readUntil } from './bed.ts';

/** Drivers from here on tell what they keep for themselves (nvmlDeviceGetMemoryInfo_v2). */
const FIRST_WITH_RESERVED = 510;

const within = (value: number | null, least: number, most: number): boolean =>
  value === null || (value >= least && value <= most);

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

    /** Those that are read; a machine may have a sick one beside them. */
    const healthy = () => first.gpus.filter((gpu) => gpu.state === 'ok');

    test('reads a GPU at least, and says of one that it cannot read what is wrong', () => {
      expect(healthy().length).toBeGreaterThan(0);
      for (const gpu of first.gpus) if (gpu.state !== 'ok') expect(gpu.message).not.toBeNull();
    });

    test('knows every GPU by a uuid of its own, a name and a bus id', () => {
      expect(new Set(healthy().map((gpu) => gpu.uuid)).size).toBe(healthy().length);
      for (const gpu of healthy()) {
        expect(gpu.uuid).toMatch(/^GPU-/);
        expect(gpu.name).not.toBeNull();
        // A GPU inside the processor may be on no bus.
        expect(gpu.pciBusId ?? '0:00:00.0').toMatch(/^[0-9A-F]+:[0-9A-F]{2}:[0-9A-F]{2}\.\d$/i);
      }
    });

    test('tells of memory what fits together, and of a card without its own nothing', () => {
      for (const gpu of healthy()) {
        const parts = [gpu.memoryUsedBytes, gpu.memoryFreeBytes];
        if (gpu.memoryTotalBytes === null) expect(parts).toEqual([null, null]);
        else {
          expect(parts).not.toContain(null);
          expect(gpu.memoryTotalBytes).toBeGreaterThan(64 * 2 ** 20);
          const sum = parts.reduce<number>(
            (whole, part) => whole + (part ?? 0),
            gpu.memoryReservedBytes ?? 0,
          );
          expect(sum).toBeLessThanOrEqual(gpu.memoryTotalBytes);
          const major = Number(first.driver.version?.split('.')[0]);
          if (major >= FIRST_WITH_RESERVED) expect(gpu.memoryReservedBytes).not.toBeNull();
        }
        // Of this reading or, where one passed unseen, of one before it.
        const answeredAtMs = first.driver.answeredAtMs ?? 0;
        expect(gpu.slowTakenAtMs).toBeLessThanOrEqual(answeredAtMs);
        expect(gpu.slowTakenAtMs).toBeGreaterThan(answeredAtMs - 6_000);
      }
    });

    test('tells figures that a card can have', () => {
      for (const gpu of healthy()) {
        const { pcie } = gpu;
        const told = {
          temperature: within(gpu.temperatureCelsius, -20, 130),
          memoryTemperature: within(gpu.memoryTemperatureCelsius, -20, 150),
          power: within(gpu.powerWatts, 0, 5_000),
          powerLimit: within(gpu.powerLimitWatts, 1, 5_000),
          clocks: [gpu.graphicsClockMHz, gpu.smClockMHz, gpu.videoClockMHz, gpu.memoryClockMHz].every(
            (clock) => within(clock, 0, 20_000),
          ),
          generation: within(pcie.generation, 0, pcie.maxGeneration ?? 10),
          width: within(pcie.width, 0, pcie.maxWidth ?? 32),
          processes: gpu.processes.every(({ memoryUsedBytes }) =>
            within(memoryUsedBytes, 0, gpu.memoryTotalBytes ?? Number.MAX_SAFE_INTEGER),
          ),
        };
        expect(Object.entries(told).filter(([, fits]) => !fits)).toEqual([]);
      }
    });

    test('refuses nothing, but utilisation of processes, which drivers are known to make up', () => {
      const { 'gpu.processes.utilization': _, ...refused } = first.refusedFigures;
      expect(refused).toEqual({});
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
