/**
 * Writes an imagined machine as the stand-in library's state file: from the product's words and units into NVML's. The
 * file's lines are told in native/state.h. Replaced whole, so that the library never reads half of one.
 */
import { renameSync, writeFileSync } from 'node:fs';
import type { GpuReading } from '../../src/model/gpu.ts';
import type { GpuProcessReading } from '../../src/model/process.ts';
import type { ImaginedGpu, ImaginedMachine } from '../../src/simulator/imagined.ts';

export interface StandInState {
  /**
   * Makes the library see the machine as it is now, from its next call on.
   * @param more lines of the file that no imagined machine has, by GPU: errors of single calls, odd samples
   */
  write(machine: ImaginedMachine, more?: ReadonlyMap<number, readonly string[]>): void;
}

/** @param path of the state file, as FLOWLINE_STANDIN_STATE names it */
export function createStandInState(path: string): StandInState {
  const events = createEventNumbers();
  /** The driver's clock for utilisation samples, in µs: never the same twice. */
  let timestampUs = Date.now() * 1000;

  function write(machine: ImaginedMachine, more: ReadonlyMap<number, readonly string[]> = new Map()): void {
    timestampUs = Math.max(timestampUs + 1, Date.now() * 1000);
    const lines = [driverLine(machine)];
    for (const [key, gpu] of machine.gpus.entries()) {
      lines.push(`gpu ${key} ${faultCodes[gpu.fault]}`, ...gpuLines(gpu.reading), ...events.linesOf(gpu));
      for (const process of gpu.reading.processes) lines.push(...processLines(process, timestampUs));
      lines.push(...(more.get(key) ?? []));
    }
    writeFileSync(`${path}.new`, `${lines.join('\n')}\n`);
    renameSync(`${path}.new`, path);
  }

  return { write };
}

const SENTINEL_32 = 4294967295;
const SENTINEL_64 = '18446744073709551615';

/** nvmlReturn_t: none, GPU_IS_LOST, UNKNOWN; −1 is the state file's word for "not counted". */
const faultCodes: Record<ImaginedGpu['fault'], number> = { none: 0, lost: 15, failing: 999, vanished: -1 };

/** nvmlReturn_t: fine, LIB_RM_VERSION_MISMATCH, UNKNOWN. An absent library is the caller's to take away. */
const driverFaultCodes: Record<ImaginedMachine['driver']['behaviour'], number> = {
  ok: 0,
  absent: 0,
  mismatch: 18,
  failing: 999,
  hanging: 0,
};

function driverLine({ driver }: ImaginedMachine): string {
  const [major = 0, minor = 0] = driver.cudaVersion.split('.').map(Number);
  const hanging = driver.behaviour === 'hanging' ? 1 : 0;
  const fault = driverFaultCodes[driver.behaviour];
  return `driver ${driver.version} ${major * 1000 + minor * 10} ${fault} ${driver.delayMs} ${hanging}`;
}

function gpuLines(gpu: GpuReading): string[] {
  return [
    ...textLines({
      uuid: gpu.uuid,
      name: gpu.name,
      serial: gpu.serial,
      vbios: gpu.vbiosVersion,
      pciBusId: gpu.pciBusId,
    }),
    ...figuresTogether64({
      memoryTotal: gpu.memoryTotalBytes,
      memoryUsed: gpu.memoryUsedBytes,
      memoryFree: gpu.memoryFreeBytes,
      memoryReserved: gpu.memoryReservedBytes,
    }),
    ...figuresTogether32({
      utilizationGpu: gpu.utilizationPercent,
      utilizationMemory: gpu.memoryUtilizationPercent,
    }),
    ...figuresTogether32({
      remappedCorrectable: gpu.remappedRows.correctable,
      remappedUncorrectable: gpu.remappedRows.uncorrectable,
      remappedPending: gpu.remappedRows.pending,
      remappedFailed: gpu.remappedRows.failed,
    }),
    ...figures({
      encoder: gpu.encoderUtilizationPercent,
      decoder: gpu.decoderUtilizationPercent,
      temperature: gpu.temperatureCelsius,
      memoryTemperature: gpu.memoryTemperatureCelsius,
      slowdownTemperature: gpu.slowdownTemperatureCelsius,
      shutdownTemperature: gpu.shutdownTemperatureCelsius,
      power: thousandfold(gpu.powerWatts),
      powerLimit: thousandfold(gpu.powerLimitWatts),
      energy: thousandfold(gpu.energyJoules),
      fanCount: gpu.fanPercent === null ? null : 2,
      fan: gpu.fanPercent,
      clockGraphics: gpu.graphicsClockMHz,
      clockSm: gpu.smClockMHz,
      clockMemory: gpu.memoryClockMHz,
      clockVideo: gpu.videoClockMHz,
      maxClockGraphics: gpu.maxGraphicsClockMHz,
      maxClockMemory: gpu.maxMemoryClockMHz,
      performanceState: gpu.performanceState,
      throttleReasons: throttleBits(gpu.throttleReasons),
      pcieGeneration: gpu.pcie.generation,
      pcieWidth: gpu.pcie.width,
      pcieMaxGeneration: gpu.pcie.maxGeneration,
      pcieMaxWidth: gpu.pcie.maxWidth,
      pcieReceive: thousandth(gpu.pcie.receiveBytesPerSecond),
      pcieTransmit: thousandth(gpu.pcie.transmitBytesPerSecond),
      pcieReplays: gpu.pcie.replays,
      eccMode: gpu.ecc.enabled,
      eccVolatileCorrected: gpu.ecc.volatileCorrected,
      eccVolatileUncorrected: gpu.ecc.volatileUncorrected,
      eccAggregateCorrected: gpu.ecc.aggregateCorrected,
      eccAggregateUncorrected: gpu.ecc.aggregateUncorrected,
      retiredSingleBit: gpu.retiredPages.singleBit,
      retiredDoubleBit: gpu.retiredPages.doubleBit,
      retiredPending: gpu.retiredPages.pending,
      migMode: gpu.migMode,
      persistenceMode: gpu.persistenceMode,
      computeMode: position(
        ['default', 'exclusive-thread', 'prohibited', 'exclusive-process'],
        gpu.computeMode,
      ),
      recoveryAction: position(
        ['none', 'gpu-reset', 'node-reboot', 'drain-p2p', 'drain-and-reset', 'other'],
        gpu.recoveryAction,
      ),
      processes: 1,
    }),
  ];
}

/** A client of MPS is a compute process too. */
const listsOf: Record<GpuProcessReading['type'], string[]> = {
  compute: ['compute'],
  graphics: ['graphics'],
  both: ['compute', 'graphics'],
  mps: ['compute', 'mps'],
};

function processLines(process: GpuProcessReading, timestampUs: number): string[] {
  const memory = process.memoryUsedBytes ?? SENTINEL_64;
  const lists = listsOf[process.type];
  const percentages = [
    process.smUtilizationPercent,
    process.memoryUtilizationPercent,
    process.encoderUtilizationPercent,
    process.decoderUtilizationPercent,
  ];
  const lines = lists.map((list) => `process ${list} ${process.pid} ${memory}`);
  if (percentages.every((percent) => percent === null)) return lines;
  const words = percentages.map((percent) => percent ?? SENTINEL_32).join(' ');
  return [...lines, `sample ${process.pid} ${timestampUs} ${words} 0`];
}

type Values = Record<string, number | boolean | null>;

/** Figures with a call each: one that is null is one that the call says it does not have. */
function figures(values: Values): string[] {
  return Object.entries(values)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `figure ${name} ${Number(value)}`);
}

/** Figures that one call answers together: one that is null alone is a sentinel beside the others. */
function figuresTogether32(values: Values): string[] {
  return together(values, String(SENTINEL_32));
}

function figuresTogether64(values: Values): string[] {
  return together(values, SENTINEL_64);
}

function together(values: Values, sentinel: string): string[] {
  const entries = Object.entries(values);
  if (entries.every(([, value]) => value === null)) return [];
  return entries.map(([name, value]) => `figure ${name} ${value === null ? sentinel : Number(value)}`);
}

function textLines(texts: Record<string, string | null>): string[] {
  return Object.entries(texts)
    .filter(([, text]) => text !== null)
    .map(([name, text]) => `text ${name} ${text}`);
}

function thousandfold(value: number | null): number | null {
  return value === null ? null : Math.round(value * 1000);
}

function thousandth(value: number | null): number | null {
  return value === null ? null : Math.round(value / 1000);
}

function position(words: readonly string[], word: string | null): number | null {
  return word === null ? null : words.indexOf(word);
}

/** Bits of nvmlClocksEventReasons. */
const throttleBit: Record<NonNullable<GpuReading['throttleReasons']>[number], number> = {
  idle: 0x1,
  'application-clocks': 0x2,
  'software-power-cap': 0x4,
  'hardware-slowdown': 0x8,
  'sync-boost': 0x10,
  'software-thermal': 0x20,
  'hardware-thermal': 0x40,
  'power-brake': 0x80,
  'display-clocks': 0x100,
  other: 0x200,
};

function throttleBits(reasons: GpuReading['throttleReasons']): number | null {
  return reasons === null ? null : reasons.reduce((bits, reason) => bits | throttleBit[reason], 0);
}

/** Numbers each imagined Xid once, so that the library tells it once. */
function createEventNumbers(): { linesOf(gpu: ImaginedGpu): string[] } {
  const numbers = new WeakMap<object, number>();
  let last = 0;

  function linesOf(gpu: ImaginedGpu): string[] {
    // Newest first in the product, oldest first in the library.
    return gpu.reading.xidEvents.toReversed().map((event) => {
      const number = numbers.get(event) ?? ++last;
      numbers.set(event, number);
      return `event ${number} ${event.code}`;
    });
  }

  return { linesOf };
}
