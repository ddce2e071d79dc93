/**
 * The memory bar of a GPU: who holds how much, largest first, then what no process accounts for. The rest is free.
 */
import type { FleetGpu } from './view.ts';

export interface MemorySegment {
  /** `nobody`: processes whose owner could not be told; `unaccounted`: used, and no process holds it. */
  kind: 'owner' | 'nobody' | 'unaccounted';
  owner: string | null;
  bytes: number;
  /** Of the whole memory, 0 to 1. */
  share: number;
}

/** Segments of the bar, which never add up to more than the whole. Empty where the memory is unknown. */
export function memorySegments(
  gpu: Pick<FleetGpu, 'holders' | 'memoryTotalBytes' | 'memoryUsedBytes' | 'memoryUnaccountedBytes'>,
): MemorySegment[] {
  const total = gpu.memoryTotalBytes;
  if (total === null || total === 0) return [];
  const segments: MemorySegment[] = [];
  let left = total;
  const add = (kind: MemorySegment['kind'], owner: string | null, wanted: number | null): void => {
    const bytes = Math.min(wanted ?? 0, left);
    if (bytes <= 0) return;
    left -= bytes;
    segments.push({ kind, owner, bytes, share: bytes / total });
  };
  for (const holder of gpu.holders) {
    add(holder.owner === null ? 'nobody' : 'owner', holder.owner, holder.memoryUsedBytes);
  }
  const told = total - left;
  const rest = Math.max(0, (gpu.memoryUsedBytes ?? 0) - told);
  add('unaccounted', null, gpu.memoryUnaccountedBytes ?? rest);
  return segments;
}

/**
 * What the queue has promised of a card and nobody uses yet: the ghost behind the used part of the bar. What others used in
 * the last minute stays counted in `committedBytes`, so it may be a little more than what is promised to run.
 */
export function promisedAhead(
  gpu: Pick<FleetGpu, 'memoryTotalBytes' | 'memoryUsedBytes'>,
  { externalBytes, promisedBytes }: { externalBytes: number | null; promisedBytes: number },
): number {
  const used = gpu.memoryUsedBytes ?? 0;
  const ahead = Math.min(promisedBytes, (externalBytes ?? 0) + promisedBytes - used);
  return Math.max(0, Math.min(ahead, (gpu.memoryTotalBytes ?? 0) - used));
}

/** Below this the unaccounted memory is the driver's own. */
const UNACCOUNTED_ROW_BYTES = 0.8 * 2 ** 30;

/** Whether a list of who holds a GPU names the unaccounted memory in a row of its own. */
export const hasUnaccountedRow = ({
  memoryUnaccountedBytes,
}: Pick<FleetGpu, 'memoryUnaccountedBytes'>): boolean =>
  (memoryUnaccountedBytes ?? 0) >= UNACCOUNTED_ROW_BYTES;
