/**
 * One GPU being read: its handle, and what its calls answered so far. A figure that the card does not have is null and
 * nobody's fault; a lost card and other errors are kept, for the GPU's state.
 */
import type { Nvml } from './library.ts';
import { GPU_IS_LOST, meansNoFigure, SUCCESS } from './returns.ts';

export interface Probe {
  nvml: Nvml;
  /** NVML's handle (nvmlDevice_t). */
  device: number;
  /** Calls that gave a figure. */
  answered: number;
  lost: boolean;
  /** The first call that failed for no reason of the card's. */
  trouble: { figure: string; result: number } | null;
  /** What the last call said that has no figure here. */
  lack: number | null;
}

/**
 * A fresh one for each group of calls: what went wrong in one is then kept apart from the others, and told until that
 * one is read again.
 */
export function createProbe(nvml: Nvml, device: number): Probe {
  return { nvml, device, answered: 0, lost: false, trouble: null, lack: null };
}

/** Whether a call gave its figure; remembers why not. */
export function gave(probe: Probe, figure: string, result: number): boolean {
  if (result === SUCCESS) {
    probe.answered += 1;
    return true;
  }
  if (result === GPU_IS_LOST) probe.lost = true;
  else if (meansNoFigure(result)) probe.lack = result;
  else probe.trouble ??= { figure, result };
  return false;
}

/** Where calls put what they answer: made once, because a fresh buffer a call would cost more than the call. */
export const out = new Uint32Array(64);
export const second = new Uint32Array(2);
export const third = new Uint32Array(2);
export const fourth = new Uint32Array(2);
