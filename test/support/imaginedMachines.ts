/** Imagined machines to start tests from. */

import { xidMeaning } from '../../src/agent/drivers/xid.ts';
import { blankReading } from '../../src/model/blankReading.ts';
import type { GpuReading, XidEvent } from '../../src/model/gpu.ts';
import type { GpuProcessReading } from '../../src/model/process.ts';
import type { ImaginedGpu, ImaginedMachine } from '../../src/simulator/imagined.ts';

const MEBIBYTE = 1024 * 1024;

export function imagineMachine(gpuCount: number, processesPerGpu = 0): ImaginedMachine {
  return {
    driver: { behaviour: 'ok', version: '570.86.15', cudaVersion: '12.8', delayMs: 0 },
    gpus: Array.from({ length: gpuCount }, (_, index) => imagineGpu(index, processesPerGpu)),
  };
}

export function imagineGpu(index: number, processCount = 0): ImaginedGpu {
  const processes = Array.from({ length: processCount }, (_, place) =>
    imagineProcess(index * 100 + place + 1000),
  );
  return { reading: { ...healthyReading(index), processes }, fault: 'none' };
}

export function imagineProcess(pid: number): GpuProcessReading {
  return {
    pid,
    type: 'compute',
    memoryUsedBytes: 1024 * MEBIBYTE,
    smUtilizationPercent: 40,
    memoryUtilizationPercent: 12,
    encoderUtilizationPercent: 0,
    decoderUtilizationPercent: 0,
  };
}

export function imagineXid(code: number): XidEvent {
  return { code, meaning: xidMeaning(code), pid: null, atMs: 0 };
}

function healthyReading(index: number): GpuReading {
  return {
    ...blankReading(index),
    uuid: `GPU-00000000-0000-4000-8000-${String(index).padStart(12, '0')}`,
    name: 'NVIDIA H100 80GB HBM3',
    serial: `13225230${index}`,
    vbiosVersion: '96.00.74.00.01',
    pciBusId: `00000000:${(0x18 + index).toString(16).toUpperCase()}:00.0`,
    memoryTotalBytes: 81559 * MEBIBYTE,
    memoryUsedBytes: 6200 * MEBIBYTE,
    memoryFreeBytes: 74818 * MEBIBYTE,
    memoryReservedBytes: 541 * MEBIBYTE,
    utilizationPercent: 87,
    memoryUtilizationPercent: 35,
    encoderUtilizationPercent: 0,
    decoderUtilizationPercent: 0,
    temperatureCelsius: 54,
    memoryTemperatureCelsius: 61,
    slowdownTemperatureCelsius: 87,
    shutdownTemperatureCelsius: 92,
    powerWatts: 412.35,
    powerLimitWatts: 700,
    energyJoules: 123456.789,
    graphicsClockMHz: 1980,
    smClockMHz: 1980,
    memoryClockMHz: 2619,
    videoClockMHz: 1545,
    maxGraphicsClockMHz: 1980,
    maxMemoryClockMHz: 2619,
    performanceState: 0,
    throttleReasons: ['software-power-cap'],
    pcie: {
      generation: 5,
      width: 16,
      maxGeneration: 5,
      maxWidth: 16,
      receiveBytesPerSecond: 1_250_000,
      transmitBytesPerSecond: 740_000,
      replays: 0,
    },
    ecc: {
      enabled: true,
      volatileCorrected: 0,
      volatileUncorrected: 0,
      aggregateCorrected: 2,
      aggregateUncorrected: 0,
    },
    remappedRows: { correctable: 1, uncorrectable: 0, pending: false, failed: false },
    migMode: false,
    persistenceMode: true,
    computeMode: 'default',
    recoveryAction: 'none',
  };
}
