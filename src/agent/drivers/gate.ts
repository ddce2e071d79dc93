/**
 * The gate at the node: figures that cannot be true are dropped to null and counted by name, before anybody joins or
 * sends them. It looks at one GPU's reading at a time; which process utilisation is too old is utilizationGate.ts's.
 */
import type { GpuReading } from '../../model/gpu.ts';

export interface Gate {
  /**
   * Drops from `reading`, in place, what cannot be true. `gpu` is whatever stands for the same card each time: the
   * counters of its last reading are remembered by it.
   */
  admit(gpu: object, reading: GpuReading): void;
  /** Counts a figure that somebody else refused. */
  count(name: string): void;
  /** What was refused since the last call, by name; then forgotten. */
  takeRefused(): Record<string, number>;
}

/**
 * One for each driver. A card’s counters are remembered for as long as the object that stands for it lives: it is not
 * held by them.
 */
export function createGate(): Gate {
  const counters = new WeakMap<object, Map<string, number>>();
  let refused: Record<string, number> = {};

  function count(name: string): void {
    refused[name] = (refused[name] ?? 0) + 1;
  }

  function admit(gpu: object, reading: GpuReading): void {
    for (const group of groupsOf(reading)) dropSentinels(group);
    for (const name of percentages) {
      if (within(reading[name], 0, 100)) continue;
      reading[name] = null;
      count(`gpu.${name}`);
    }
    if (!within(reading.performanceState, 0, 15)) {
      reading.performanceState = null;
      count('gpu.performanceState');
    }
    for (const [group, [least, most], prefix, names] of boundsOf(reading)) {
      admitNumbers(group, least, most, prefix, names);
    }
    for (const name of partsOfMemory) {
      if (within(reading[name], 0, reading.memoryTotalBytes ?? Number.MAX_SAFE_INTEGER)) continue;
      reading[name] = null;
      count(`gpu.${name}`);
    }
    admitProcesses(reading);
    let seen = counters.get(gpu);
    if (seen === undefined) {
      seen = new Map();
      counters.set(gpu, seen);
    }
    for (const [prefix, group, names] of countersOf(reading)) admitCounters(seen, prefix, group, names);
  }

  function admitProcesses(reading: GpuReading): void {
    for (const process of reading.processes) {
      dropSentinels(process);
      for (const name of processPercentages) {
        if (within(process[name], 0, 100)) continue;
        process[name] = null;
        count(`gpu.processes.${name}`);
      }
      if (within(process.memoryUsedBytes, 0, reading.memoryTotalBytes ?? Number.MAX_SAFE_INTEGER)) continue;
      process.memoryUsedBytes = null;
      count('gpu.processes.memoryUsedBytes');
    }
  }

  function admitNumbers(group: Group, least: number, most: number, prefix: string, names: readonly string[]) {
    for (const name of names) {
      const value = group[name];
      if (typeof value !== 'number' || within(value, least, most)) continue;
      group[name] = null;
      count(prefix + name);
    }
  }

  /**
   * A counter that fell is refused once. If the next reading stands by it, the driver was loaded anew or the card
   * reset, and counting began again: refusing it until it has caught up would hide it for days.
   */
  function admitCounters(
    seen: Map<string, number>,
    prefix: string,
    group: Record<string, unknown>,
    names: readonly string[],
  ) {
    for (const name of names) {
      const value = group[name];
      if (typeof value !== 'number') continue;
      const before = seen.get(prefix + name);
      seen.set(prefix + name, value);
      if (before === undefined || value >= before) continue;
      group[name] = null;
      count(prefix + name);
    }
  }

  function takeRefused(): Record<string, number> {
    const taken = refused;
    refused = {};
    return taken;
  }

  return { admit, count, takeRefused };
}

const percentages = [
  'utilizationPercent',
  'memoryUtilizationPercent',
  'encoderUtilizationPercent',
  'decoderUtilizationPercent',
  'fanPercent',
] as const;

const processPercentages = [
  'smUtilizationPercent',
  'memoryUtilizationPercent',
  'encoderUtilizationPercent',
  'decoderUtilizationPercent',
] as const;

const partsOfMemory = ['memoryUsedBytes', 'memoryFreeBytes', 'memoryReservedBytes'] as const;

type Group = Record<string, unknown>;
type Bounds = readonly [least: number, most: number];

/** Absolute zero, and hotter than silicon lives. */
const temperatureBounds: Bounds = [-273, 1000];
/** From 2^31 on a number of 32 bits is a negative one, written where none is expected. */
const LARGEST_32 = 2 ** 31 - 1;
const numberBounds: Bounds = [0, LARGEST_32];
/** NVML tells mW and kB/s. */
const wattBounds: Bounds = [0, LARGEST_32 / 1000];
const throughputBounds: Bounds = [0, LARGEST_32 * 1000];

function boundsOf(
  reading: GpuReading,
): [group: Group, bounds: Bounds, prefix: string, names: readonly string[]][] {
  return [
    [reading, temperatureBounds, 'gpu.', temperatures],
    [reading, wattBounds, 'gpu.', ['powerWatts', 'powerLimitWatts']],
    [reading, numberBounds, 'gpu.', clocks],
    [reading.pcie, numberBounds, 'gpu.pcie.', pcieNumbers],
    [reading.pcie, throughputBounds, 'gpu.pcie.', ['receiveBytesPerSecond', 'transmitBytesPerSecond']],
    [reading.retiredPages, numberBounds, 'gpu.retiredPages.', ['singleBit', 'doubleBit']],
    [reading.remappedRows, numberBounds, 'gpu.remappedRows.', ['correctable', 'uncorrectable']],
  ];
}

const temperatures = [
  'temperatureCelsius',
  'memoryTemperatureCelsius',
  'slowdownTemperatureCelsius',
  'shutdownTemperatureCelsius',
];

const clocks = [
  'graphicsClockMHz',
  'smClockMHz',
  'memoryClockMHz',
  'videoClockMHz',
  'maxGraphicsClockMHz',
  'maxMemoryClockMHz',
];

const pcieNumbers = ['generation', 'width', 'maxGeneration', 'maxWidth', 'replays'];

function groupsOf(reading: GpuReading): Group[] {
  return [reading, reading.pcie, reading.ecc, reading.retiredPages, reading.remappedRows];
}

function countersOf(reading: GpuReading): [prefix: string, group: Group, names: readonly string[]][] {
  return [
    ['gpu.', reading, ['energyJoules']],
    ['gpu.pcie.', reading.pcie, ['replays']],
    [
      'gpu.ecc.',
      reading.ecc,
      ['volatileCorrected', 'volatileUncorrected', 'aggregateCorrected', 'aggregateUncorrected'],
    ],
    ['gpu.retiredPages.', reading.retiredPages, ['singleBit', 'doubleBit']],
    ['gpu.remappedRows.', reading.remappedRows, ['correctable', 'uncorrectable']],
  ];
}

/** A driver's words for "not available", where a figure was expected: 2^32 − 1, 2^63 − 1, 2^64 − 1. */
export function isSentinel(value: number): boolean {
  return value === 4294967295 || value > Number.MAX_SAFE_INTEGER;
}

/** Missing is null, and nobody's mistake: not counted. */
function dropSentinels(group: Group): void {
  for (const name of Object.keys(group)) {
    const value = group[name];
    if (typeof value === 'number' && isSentinel(value)) group[name] = null;
  }
}

function within(value: number | null, least: number, most: number): boolean {
  return value === null || (value >= least && value <= most);
}
