/** NVML's numbers that stand for words: clocks event reasons, compute mode, recovery action, CUDA version. Pure. */
import type { GpuReading, ThrottleReason } from '../../../model/gpu.ts';

/** By bit of nvmlClocksEventReasons, from 0x1 up. */
const throttleReasonByBit: readonly ThrottleReason[] = [
  'idle',
  'application-clocks',
  'software-power-cap',
  'hardware-slowdown',
  'sync-boost',
  'software-thermal',
  'hardware-thermal',
  'power-brake',
  'display-clocks',
];

/** The reasons among the bits, lowest first; bits of a newer driver that have no word here are one `other` together. */
export function throttleReasonWords(bits: number): ThrottleReason[] {
  const known = throttleReasonByBit.filter((_, bit) => (bits & (1 << bit)) !== 0);
  return bits < 2 ** throttleReasonByBit.length ? known : [...known, 'other'];
}

/** nvmlComputeMode_t. */
const computeModes: readonly GpuReading['computeMode'][] = [
  'default',
  'exclusive-thread',
  'prohibited',
  'exclusive-process',
];

/** Null for a number without a word here, too. */
export function computeModeWord(mode: number | null): GpuReading['computeMode'] {
  return mode === null ? null : (computeModes[mode] ?? null);
}

/**
 * nvmlDeviceGpuRecoveryAction_t, as far as all of NVIDIA's headers agree: 5 is "recover the IMEX domain" in nvml.h of
 * CUDA 13.3 and "reset the bus" in a Python binding of theirs.
 */
const recoveryActions: readonly GpuReading['recoveryAction'][] = [
  'none',
  'gpu-reset',
  'node-reboot',
  'drain-p2p',
  'drain-and-reset',
];

/** A number without a word is `other`, never null: a card for which the driver asks something must not look healthy. */
export function recoveryActionWord(action: number | null): GpuReading['recoveryAction'] {
  return action === null ? null : (recoveryActions[action] ?? 'other');
}

/** NVML_PSTATE_UNKNOWN: not a state that the card is in. */
const UNKNOWN_PERFORMANCE_STATE = 32;

/**
 * 0 (P0, the fastest) to 15 as they are, the driver’s word for unknown as null; any other number is left to the gate to
 * refuse.
 */
export function knownPerformanceState(state: number | null): number | null {
  return state === UNKNOWN_PERFORMANCE_STATE ? null : state;
}

/** 12040 → `12.4`. */
export function cudaVersionWords(version: number | null): string | null {
  return version === null ? null : `${Math.floor(version / 1000)}.${Math.floor((version % 1000) / 10)}`;
}
