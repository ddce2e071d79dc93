/** Remembers the last Xid errors of each GPU, newest first, for as long as the agent runs. */
import { type GpuReading, gpuIdentity, type XidEvent } from '../../model/gpu.ts';
import { MAX_GPUS_PER_NODE, MAX_XID_EVENTS } from '../../model/limits.ts';

export interface XidLog {
  /** The reading with what is known of its GPU's errors; `fresh` ones are new, newest first. */
  remember(gpu: GpuReading, fresh: readonly XidEvent[]): GpuReading;
}

/**
 * By what a GPU is remembered by (`gpuIdentity`), so that errors stay with a card that got another index. NVML itself
 * tells each only once.
 */
export function createXidLog(): XidLog {
  const byGpu = new Map<string, XidEvent[]>();

  function remember(gpu: GpuReading, fresh: readonly XidEvent[]): GpuReading {
    const identity = gpuIdentity(gpu);
    const xidEvents = [...fresh, ...(byGpu.get(identity) ?? [])].slice(0, MAX_XID_EVENTS);
    if (fresh.length > 0) {
      byGpu.set(identity, xidEvents);
      for (const oldest of [...byGpu.keys()].slice(0, -MAX_GPUS_PER_NODE)) byGpu.delete(oldest);
    }
    return { ...gpu, xidEvents };
  }

  return { remember };
}
