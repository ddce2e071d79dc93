/**
 * What the agent and the driver's process say to each other: one JSON value a line. A GPU's figures come in three
 * groups by how often they change, and a group that was not read again is not sent again. Types only, and names:
 * the child must stay small, so the schemas are the parent's (messageSchema.ts).
 */
import type { GpuReading, XidEvent } from '../../../model/gpu.ts';
import type { Trouble } from './library.ts';

export const staticFigures = [
  'uuid',
  'name',
  'serial',
  'vbiosVersion',
  'pciBusId',
  'slowdownTemperatureCelsius',
  'shutdownTemperatureCelsius',
  'maxGraphicsClockMHz',
  'maxMemoryClockMHz',
] as const satisfies (keyof GpuReading)[];

export const slowFigures = [
  'memoryTemperatureCelsius',
  'powerLimitWatts',
  'energyJoules',
  'fanPercent',
  'pcie',
  'ecc',
  'retiredPages',
  'remappedRows',
  'migMode',
  'persistenceMode',
  'computeMode',
  'recoveryAction',
  'slowTakenAtMs',
] as const satisfies (keyof GpuReading)[];

export const fastFigures = [
  'index',
  'state',
  'message',
  'remarks',
  'memoryTotalBytes',
  'memoryUsedBytes',
  'memoryFreeBytes',
  'memoryReservedBytes',
  'utilizationPercent',
  'memoryUtilizationPercent',
  'encoderUtilizationPercent',
  'decoderUtilizationPercent',
  'temperatureCelsius',
  'powerWatts',
  'graphicsClockMHz',
  'smClockMHz',
  'memoryClockMHz',
  'videoClockMHz',
  'performanceState',
  'throttleReasons',
  'processes',
] as const satisfies (keyof GpuReading)[];

export type StaticFigures = Pick<GpuReading, (typeof staticFigures)[number]>;
export type SlowFigures = Pick<GpuReading, (typeof slowFigures)[number]>;
export type FastFigures = Pick<GpuReading, (typeof fastFigures)[number]>;

/** Said first: the child ends by itself if that parent is gone already. */
export interface StartRequest {
  ask: 'start';
  parentPid: number;
}

export interface SampleRequest {
  ask: 'sample';
  /** Whether the slow figures are due. */
  slow: boolean;
  /** Of how many GPUs, in turn, the PCIe throughput is due. */
  pcieGpus: number;
}

export type ChildRequest = StartRequest | SampleRequest;

export interface GpuLine {
  statics?: StaticFigures | undefined;
  slow?: SlowFigures | undefined;
  fast: FastFigures;
  /** Those since the last sample, newest first. */
  xidEvents: XidEvent[];
}

export interface SampleMessage {
  say: 'sample';
  takenAtMs: number;
  /** As many as the driver counts, in its order. */
  gpus: GpuLine[];
  /** What the gate refused in this sample. */
  refusedFigures: Record<string, number>;
}

export interface ReadyMessage {
  say: 'ready';
  version: string | null;
  cudaVersion: string | null;
}

/** There is nothing to read, and the child ends after saying so. */
export interface TroubleMessage extends Trouble {
  say: 'trouble';
}

export type ChildMessage = ReadyMessage | TroubleMessage | SampleMessage;
