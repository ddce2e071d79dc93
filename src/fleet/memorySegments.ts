/**
 * The memory bar of a GPU: who holds how much, largest first, then what no process accounts for. The rest is free. It
 * knows no colours of a screen, only which of a palette's eight an owner has.
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

export const OWNER_COLOURS = 8;

/**
 * A palette place for each owner of one machine: by hash, so that a person keeps a colour from machine to machine, and
 * the next free place where two would be alike. From the ninth owner on places repeat.
 */
export function ownerColours(owners: Iterable<string>): Map<string, number> {
  const places = new Map<string, number>();
  const taken = new Set<number>();
  for (const owner of [...new Set(owners)].sort()) {
    let place = hash(owner) % OWNER_COLOURS;
    while (taken.has(place) && taken.size < OWNER_COLOURS) place = (place + 1) % OWNER_COLOURS;
    taken.add(place);
    places.set(owner, place);
  }
  return places;
}

/** Any number would do: this one gives the eight people of the simulated fleet eight colours. */
const SEED = 44_206;

/** FNV-1a over UTF-16 units, its middle bits: short, and even over names that differ in one letter. */
function hash(text: string): number {
  let value = SEED;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193) >>> 0;
  }
  return value >>> 13;
}
