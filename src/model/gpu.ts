/** A GPU: what the driver reads (GpuReading) and what a sample says of it (Gpu: the same, its processes known by name). */
import * as z from 'zod';
import { AgentRemarks } from './agentRemark.ts';
import { amount, count, instantMs, message, name, percent, pid } from './fields.ts';
import { MAX_PROCESSES_PER_GPU, MAX_XID_EVENTS } from './limits.ts';
import { GpuProcess, GpuProcessReading } from './process.ts';

/** `lost`: the driver counts it and it fell off the bus; `missing`: remembered, no longer counted; `asleep`: suspended; `failed`: could not be read. */
export const GpuState = z.enum(['ok', 'lost', 'missing', 'asleep', 'failed']);
export type GpuState = z.infer<typeof GpuState>;

/** Why the clocks are held below their maximum (NVML: nvmlClocksEventReasons); `other`: for a reason that has no word here. */
export const ThrottleReason = z.enum([
  'idle',
  'application-clocks',
  'software-power-cap',
  'hardware-slowdown',
  'sync-boost',
  'software-thermal',
  'hardware-thermal',
  'power-brake',
  'display-clocks',
  'other',
]);
export type ThrottleReason = z.infer<typeof ThrottleReason>;

export const ComputeMode = z.enum(['default', 'exclusive-thread', 'prohibited', 'exclusive-process']);
/** What the driver says would bring the GPU back (NVML: nvmlDeviceGpuRecoveryAction_t); `other`: something that has no word here. */
export const RecoveryAction = z.enum([
  'none',
  'gpu-reset',
  'node-reboot',
  'drain-p2p',
  'drain-and-reset',
  'other',
]);

export const XidEvent = z.object({
  code: count,
  meaning: message,
  /** Only the kernel log tells it. */
  pid: pid.nullable(),
  atMs: instantMs,
});
export type XidEvent = z.infer<typeof XidEvent>;

const gpuShape = {
  /** `GPU-…`; null when it cannot be read. */
  uuid: name.nullable(),
  index: count,
  name: name.nullable(),
  serial: name.nullable(),
  vbiosVersion: name.nullable(),
  pciBusId: name.nullable(),
  state: GpuState,
  message: message.nullable(),
  remarks: AgentRemarks,
  memoryTotalBytes: count.nullable(),
  /** Without what the driver reserves; with only the first memory call: as given. */
  memoryUsedBytes: count.nullable(),
  memoryFreeBytes: count.nullable(),
  memoryReservedBytes: count.nullable(),
  utilizationPercent: percent.nullable(),
  memoryUtilizationPercent: percent.nullable(),
  encoderUtilizationPercent: percent.nullable(),
  decoderUtilizationPercent: percent.nullable(),
  temperatureCelsius: z.number().nullable(),
  memoryTemperatureCelsius: z.number().nullable(),
  slowdownTemperatureCelsius: z.number().nullable(),
  shutdownTemperatureCelsius: z.number().nullable(),
  powerWatts: amount.nullable(),
  powerLimitWatts: amount.nullable(),
  /** Since the driver was loaded. */
  energyJoules: amount.nullable(),
  /** The fastest fan. */
  fanPercent: percent.nullable(),
  graphicsClockMHz: count.nullable(),
  smClockMHz: count.nullable(),
  memoryClockMHz: count.nullable(),
  videoClockMHz: count.nullable(),
  maxGraphicsClockMHz: count.nullable(),
  maxMemoryClockMHz: count.nullable(),
  /** 0 (fastest) to 15. */
  performanceState: z.int().min(0).max(15).nullable(),
  throttleReasons: z.array(ThrottleReason).max(16).nullable(),
  pcie: z.object({
    generation: count.nullable(),
    width: count.nullable(),
    maxGeneration: count.nullable(),
    maxWidth: count.nullable(),
    receiveBytesPerSecond: count.nullable(),
    transmitBytesPerSecond: count.nullable(),
    replays: count.nullable(),
  }),
  ecc: z.object({
    enabled: z.boolean().nullable(),
    volatileCorrected: count.nullable(),
    volatileUncorrected: count.nullable(),
    aggregateCorrected: count.nullable(),
    aggregateUncorrected: count.nullable(),
  }),
  retiredPages: z.object({
    singleBit: count.nullable(),
    doubleBit: count.nullable(),
    pending: z.boolean().nullable(),
  }),
  remappedRows: z.object({
    correctable: count.nullable(),
    uncorrectable: count.nullable(),
    pending: z.boolean().nullable(),
    failed: z.boolean().nullable(),
  }),
  migMode: z.boolean().nullable(),
  persistenceMode: z.boolean().nullable(),
  computeMode: ComputeMode.nullable(),
  recoveryAction: RecoveryAction.nullable(),
  /** Newest first. */
  xidEvents: z.array(XidEvent).max(MAX_XID_EVENTS),
  /** When the slow figures (every 5 s) were read. */
  slowTakenAtMs: instantMs.nullable(),
};

/** One GPU as the driver gives it. */
export const GpuReading = z.object({
  ...gpuShape,
  processes: z.array(GpuProcessReading).max(MAX_PROCESSES_PER_GPU),
});
export type GpuReading = z.infer<typeof GpuReading>;

/** One GPU in a sample. */
export const Gpu = z.object({
  ...gpuShape,
  /** Used minus the sum of its processes; null where either is unknown. */
  memoryUnaccountedBytes: count.nullable(),
  /** By memory, largest first. */
  processes: z.array(GpuProcess).max(MAX_PROCESSES_PER_GPU),
});
export type Gpu = z.infer<typeof Gpu>;

/** What a GPU is remembered by: its uuid, else its PCI bus id, else its index. */
export function gpuIdentity(gpu: { uuid: string | null; pciBusId: string | null; index: number }): string {
  return gpu.uuid ?? gpu.pciBusId ?? `index-${gpu.index}`;
}
