/**
 * The claims that every implementation of GpuDriver keeps, as tests: NVML's and the simulator's register the same ones.
 * An implementation brings a bed: a driver, and a way to make it see the imagined machine as it is now.
 */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { DriverReading, GpuDriver } from '../../src/agent/drivers/driver.ts';
import { GpuReading } from '../../src/model/gpu.ts';
import type { ImaginedMachine } from '../../src/simulator/imagined.ts';
import { imagineMachine, imagineProcess, imagineXid } from './imaginedMachines.ts';

export interface DriverBed {
  driver: GpuDriver;
  /** The machine was changed: the driver sees it from now on. */
  apply(): void;
  stop(): Promise<void>;
}

export interface BedDeadlines {
  initialiseMs?: number;
  sampleMs?: number;
}

/** Every read gives every figure anew, and a driver in trouble is looked at again without long pauses. */
export type MakeBed = (machine: ImaginedMachine, deadlines: BedDeadlines) => DriverBed;

export function describeDriverContract(name: string, makeBed: MakeBed): void {
  describe(name, () => {
    const beds: DriverBed[] = [];
    afterEach(async () => {
      for (const bed of beds.splice(0)) await bed.stop();
    });

    function start(machine: ImaginedMachine, deadlines: BedDeadlines = {}): DriverBed {
      const bed = makeBed(machine, deadlines);
      beds.push(bed);
      return bed;
    }

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
        for (const process of reading.processes)
          process.memoryUsedBytes = (reading.memoryTotalBytes ?? 0) + 1;
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

    describe('the driver', () => {
      test('that differs from its library says: reboot', async () => {
        const machine = imagineMachine(1);
        machine.driver.behaviour = 'mismatch';
        const { driver, gpus } = await firstAnswer(start(machine));
        expect(driver).toMatchObject({ state: 'mismatch', version: null, answeredAtMs: null });
        expect(driver.message).toContain('reboot');
        expect(gpus).toEqual([]);
      });

      test('that cannot be initialised is failed, with its words', async () => {
        const machine = imagineMachine(1);
        machine.driver.behaviour = 'failing';
        const { driver } = await firstAnswer(start(machine));
        expect(driver.state).toBe('failed');
        expect(driver.message).toContain('could not be initialised');
      });

      test('that is absent is found once it is there', async () => {
        const machine = imagineMachine(1);
        machine.driver.behaviour = 'absent';
        const bed = start(machine);
        expect((await firstAnswer(bed)).driver.state).toBe('absent');
        machine.driver.behaviour = 'ok';
        bed.apply();
        const { gpus } = await readUntil(bed, ({ driver }) => driver.state === 'ok');
        expect(gpus).toHaveLength(1);
      });

      test('that fails while it runs keeps what it last said, and comes back', async () => {
        const machine = imagineMachine(2);
        const bed = start(machine);
        const { driver: before } = await firstAnswer(bed);
        machine.driver.behaviour = 'failing';
        bed.apply();
        const failed = await readUntil(bed, ({ driver }) => driver.state === 'failed');
        expect(failed.driver).toMatchObject({ answeredAtMs: before.answeredAtMs, version: '570.86.15' });
        expect(failed.gpus.map((gpu) => gpu.powerWatts)).toEqual([412.35, 412.35]);
        machine.driver.behaviour = 'ok';
        bed.apply();
        await readUntil(bed, ({ driver }) => driver.state === 'ok');
      });

      test('that hangs is unresponsive past its deadline, keeps what it last said, and comes back', async () => {
        const machine = imagineMachine(2);
        const bed = start(machine, { sampleMs: 300 });
        const { driver: before } = await firstAnswer(bed);
        machine.driver.behaviour = 'hanging';
        bed.apply();
        const waiting = await bed.driver.read(50);
        expect(waiting.driver.state).toBe('ok');
        const hung = await readUntil(bed, ({ driver }) => driver.state === 'unresponsive');
        expect(hung.driver).toMatchObject({ answeredAtMs: before.answeredAtMs, version: '570.86.15' });
        expect(hung.driver.message).toContain('has not answered for 0.3 s');
        expect(hung.gpus.map((gpu) => gpu.powerWatts)).toEqual([412.35, 412.35]);
        machine.driver.behaviour = 'ok';
        bed.apply();
        const back = await readUntil(bed, ({ driver }) => driver.state === 'ok');
        expect(back.driver.answeredAtMs).toBeGreaterThan(before.answeredAtMs ?? 0);
        expect(back.driver.message).toBeNull();
      });

      test('that hangs from the start is starting, and unresponsive past the longer deadline', async () => {
        const machine = imagineMachine(1);
        machine.driver.behaviour = 'hanging';
        const bed = start(machine, { initialiseMs: 700 });
        expect((await bed.driver.read(30)).driver.state).toBe('starting');
        const { driver } = await readUntil(bed, (reading) => reading.driver.state !== 'starting');
        expect(driver.state).toBe('unresponsive');
      });

      test('that is slow is not waited for longer than the patience', async () => {
        const machine = imagineMachine(2);
        const bed = start(machine);
        await firstAnswer(bed);
        machine.driver.delayMs = 20;
        bed.apply();
        const beforeMs = performance.now();
        const { driver, gpus } = await bed.driver.read(40);
        expect(performance.now() - beforeMs).toBeLessThan(300);
        expect(driver.state).toBe('ok');
        expect(gpus).toHaveLength(2);
      });

      test('that was stopped still answers with what it last said', async () => {
        const bed = start(imagineMachine(1));
        await firstAnswer(bed);
        await bed.driver.stop();
        const { gpus } = await bed.driver.read(3_000);
        expect(gpus).toHaveLength(1);
      });
    });
  });
}

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

/** What the driver says first: one reading, however long its process takes to start here. */
function firstAnswer(bed: DriverBed): Promise<DriverReading> {
  return bed.driver.read(15_000);
}

/** @throws when the condition does not come true in time: with what was read last */
export async function readUntil(
  bed: Pick<DriverBed, 'driver'>,
  isTrue: (reading: DriverReading) => boolean,
  withinMs = 15_000,
): Promise<DriverReading> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const reading = await bed.driver.read(100);
    if (isTrue(reading)) return reading;
    if (performance.now() > deadlineMs)
      throw new Error(`not in ${withinMs} ms: ${JSON.stringify(reading.driver)}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** When a figure was taken differs from what was imagined, and is told by tests of its own. */
export function withoutTimes(gpus: readonly GpuReading[]) {
  return gpus.map(({ slowTakenAtMs, xidEvents, ...figures }) => figures);
}

function readingOf(machine: ImaginedMachine, index: number): GpuReading {
  const gpu = machine.gpus[index];
  if (gpu === undefined) throw new RangeError(`no imagined GPU ${index}`);
  return gpu.reading;
}

function faultOf(
  machine: ImaginedMachine,
  index: number,
  fault: ImaginedMachine['gpus'][number]['fault'],
): void {
  const gpu = machine.gpus[index];
  if (gpu !== undefined) gpu.fault = fault;
}
