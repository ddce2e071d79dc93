/** A GPU of which nothing is known but its place: every driver starts from it, so that missing is null by default. */
import type { GpuReading } from './gpu.ts';

/** Its `state` is `ok`: whoever cannot read the card says so. All new objects, so that it may be filled in place. */
export function blankReading(index: number): GpuReading {
  return {
    uuid: null,
    index,
    name: null,
    serial: null,
    vbiosVersion: null,
    pciBusId: null,
    state: 'ok',
    message: null,
    remarks: null,
    slowdownTemperatureCelsius: null,
    shutdownTemperatureCelsius: null,
    maxGraphicsClockMHz: null,
    maxMemoryClockMHz: null,
    ...blankFastFigures(),
    ...blankSlowFigures(),
    xidEvents: [],
  };
}

/** What is read every second, unknown. */
export function blankFastFigures() {
  return {
    memoryTotalBytes: null,
    memoryUsedBytes: null,
    memoryFreeBytes: null,
    memoryReservedBytes: null,
    utilizationPercent: null,
    memoryUtilizationPercent: null,
    encoderUtilizationPercent: null,
    decoderUtilizationPercent: null,
    temperatureCelsius: null,
    powerWatts: null,
    graphicsClockMHz: null,
    smClockMHz: null,
    memoryClockMHz: null,
    videoClockMHz: null,
    performanceState: null,
    throttleReasons: null,
    processes: [],
  } satisfies Partial<GpuReading>;
}

/** What is read every five seconds, unknown. */
export function blankSlowFigures() {
  return {
    memoryTemperatureCelsius: null,
    powerLimitWatts: null,
    energyJoules: null,
    fanPercent: null,
    pcie: {
      generation: null,
      width: null,
      maxGeneration: null,
      maxWidth: null,
      receiveBytesPerSecond: null,
      transmitBytesPerSecond: null,
      replays: null,
    },
    ecc: {
      enabled: null,
      volatileCorrected: null,
      volatileUncorrected: null,
      aggregateCorrected: null,
      aggregateUncorrected: null,
    },
    retiredPages: { singleBit: null, doubleBit: null, pending: null },
    remappedRows: { correctable: null, uncorrectable: null, pending: null, failed: null },
    migMode: null,
    persistenceMode: null,
    computeMode: null,
    recoveryAction: null,
    slowTakenAtMs: null,
  } satisfies Partial<GpuReading>;
}
