/** Random readings of GPUs over every figure, in numbers that NVML can say: what a driver is asked to read back. */
import fc from 'fast-check';
import { blankReading } from '../../src/model/blankReading.ts';
import { ComputeMode, type GpuReading, RecoveryAction, ThrottleReason } from '../../src/model/gpu.ts';
import type { GpuProcessReading } from '../../src/model/process.ts';
import { imagineXid } from './imaginedMachines.ts';

/** Above it a number of 32 bits is a negative one or a word for "not available". */
const LARGEST_32 = 2 ** 31 - 1;

const whole = (max: number) => orNull(fc.integer({ min: 0, max }));
const percent = whole(100);
const megahertz = whole(20_000);
const celsius = whole(150);
const flag = orNull(fc.boolean());
/** Exact to a thousandth, as milliwatts and millijoules are. */
const thousandths = (max: number) => orNull(fc.integer({ min: 0, max }).map((thousand) => thousand / 1000));
const kilobytes = orNull(fc.integer({ min: 0, max: LARGEST_32 }).map((thousand) => thousand * 1000));
const letters = (maxLength: number) =>
  orNull(
    fc
      .string({ unit: 'grapheme-ascii', minLength: 1, maxLength, size: 'max' })
      .filter((text) => text === text.trim()),
  );

export function arbitraryReading(index: number): fc.Arbitrary<GpuReading> {
  return fc
    .record({
      uuid: orNull(fc.uuid().map((uuid) => `GPU-${uuid}`)),
      name: letters(95),
      serial: letters(29),
      vbiosVersion: letters(31),
      pciBusId: letters(31),
      ...arbitraryMemory(),
      utilizationPercent: percent,
      memoryUtilizationPercent: percent,
      encoderUtilizationPercent: percent,
      decoderUtilizationPercent: percent,
      temperatureCelsius: celsius,
      memoryTemperatureCelsius: celsius,
      slowdownTemperatureCelsius: celsius,
      shutdownTemperatureCelsius: celsius,
      powerWatts: thousandths(3_000_000),
      powerLimitWatts: thousandths(3_000_000),
      energyJoules: thousandths(2 ** 45),
      fanPercent: percent,
      graphicsClockMHz: megahertz,
      smClockMHz: megahertz,
      memoryClockMHz: megahertz,
      videoClockMHz: megahertz,
      maxGraphicsClockMHz: megahertz,
      maxMemoryClockMHz: megahertz,
      performanceState: whole(15),
      throttleReasons: orNull(fc.subarray(ThrottleReason.options)),
      pcie: fc.record({
        generation: whole(7),
        width: whole(32),
        maxGeneration: whole(7),
        maxWidth: whole(32),
        receiveBytesPerSecond: kilobytes,
        transmitBytesPerSecond: kilobytes,
        replays: whole(LARGEST_32),
      }),
      ecc: fc.record({
        enabled: flag,
        volatileCorrected: whole(Number.MAX_SAFE_INTEGER),
        volatileUncorrected: whole(Number.MAX_SAFE_INTEGER),
        aggregateCorrected: whole(Number.MAX_SAFE_INTEGER),
        aggregateUncorrected: whole(Number.MAX_SAFE_INTEGER),
      }),
      retiredPages: fc.record({ singleBit: whole(64), doubleBit: whole(64), pending: flag }),
      remappedRows: fc.record({
        correctable: whole(512),
        uncorrectable: whole(512),
        pending: flag,
        failed: flag,
      }),
      migMode: flag,
      persistenceMode: flag,
      computeMode: orNull(fc.constantFrom(...ComputeMode.options)),
      recoveryAction: orNull(fc.constantFrom(...RecoveryAction.options)),
      xidEvents: fc.array(fc.integer({ min: 1, max: 200 }).map(imagineXid), { maxLength: 3 }),
      processes: arbitraryProcesses(),
    })
    .map((figures) => fitting({ ...blankReading(index), ...figures }));
}

function orNull<Value>(arbitrary: fc.Arbitrary<Value>): fc.Arbitrary<Value | null> {
  return fc.option(arbitrary, { nil: null, freq: 4 });
}

function arbitraryMemory() {
  const bytes = whole(2 ** 40);
  return {
    memoryTotalBytes: bytes,
    memoryUsedBytes: bytes,
    memoryFreeBytes: bytes,
    memoryReservedBytes: bytes,
  };
}

function arbitraryProcesses(): fc.Arbitrary<GpuProcessReading[]> {
  const process = fc.record({
    pid: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    type: fc.constantFrom('compute', 'graphics', 'both', 'mps'),
    memoryUsedBytes: whole(2 ** 40),
    smUtilizationPercent: percent,
    memoryUtilizationPercent: percent,
    encoderUtilizationPercent: percent,
    decoderUtilizationPercent: percent,
  });
  return fc.uniqueArray(process, { maxLength: 6, selector: ({ pid }) => pid });
}

/** No part of memory larger than the whole, and processes in the order they are told: the gate has nothing to do. */
function fitting(reading: GpuReading): GpuReading {
  const total = reading.memoryTotalBytes ?? Number.MAX_SAFE_INTEGER;
  const within = (bytes: number | null) => (bytes === null ? null : Math.min(bytes, total));
  return {
    ...reading,
    memoryUsedBytes: within(reading.memoryUsedBytes),
    memoryFreeBytes: within(reading.memoryFreeBytes),
    memoryReservedBytes: within(reading.memoryReservedBytes),
    processes: reading.processes
      .map((process) => ({ ...process, memoryUsedBytes: within(process.memoryUsedBytes) }))
      .sort((a, b) => (b.memoryUsedBytes ?? -1) - (a.memoryUsedBytes ?? -1) || a.pid - b.pid),
  };
}
