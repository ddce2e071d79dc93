/** What a driver under the contract is given, and the small questions that its claims share. */
import type { DriverReading, GpuDriver } from '../../../src/agent/drivers/driver.ts';
import type { GpuReading } from '../../../src/model/gpu.ts';
import type { ImaginedMachine } from '../../../src/simulator/imagined.ts';

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

/** Makes a bed that is stopped after its test. */
export type StartBed = (machine: ImaginedMachine, deadlines?: BedDeadlines) => DriverBed;

/** What the driver says first: one reading, however long its process takes to start here. */
export function firstAnswer(bed: DriverBed): Promise<DriverReading> {
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

export function readingOf(machine: ImaginedMachine, index: number): GpuReading {
  const gpu = machine.gpus[index];
  if (gpu === undefined) throw new RangeError(`no imagined GPU ${index}`);
  return gpu.reading;
}

export function faultOf(
  machine: ImaginedMachine,
  index: number,
  fault: ImaginedMachine['gpus'][number]['fault'],
): void {
  const gpu = machine.gpus[index];
  if (gpu !== undefined) gpu.fault = fault;
}
