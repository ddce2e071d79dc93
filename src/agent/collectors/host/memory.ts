/** What /proc/meminfo tells of memory and swap. Pure. */
import type { Host } from '../../../model/host.ts';

export type MemoryFigures = Pick<
  Host,
  'memoryTotalBytes' | 'memoryUsedBytes' | 'memoryAvailableBytes' | 'swapTotalBytes' | 'swapUsedBytes'
>;

/**
 * Figures from /proc/meminfo (proc(5)), which counts in KiB:
 *
 *     MemTotal:       24684084 kB
 *     MemFree:        24314988 kB
 *     MemAvailable:   24313552 kB
 *     SwapTotal:             0 kB
 *     SwapFree:              0 kB
 *
 * Used is what could not be had without swapping (total − available): caches count as free. Null where unknown.
 */
export function parseMemory(text: string): MemoryFigures {
  const bytes = (field: string): number | null => {
    const match = new RegExp(`^${field}:\\s+(\\d{1,12}) kB$`, 'm').exec(text);
    return match ? Number(match[1]) * 1024 : null;
  };
  const memoryTotalBytes = bytes('MemTotal');
  const memoryAvailableBytes = bytes('MemAvailable');
  const swapTotalBytes = bytes('SwapTotal');
  return {
    memoryTotalBytes,
    memoryAvailableBytes,
    memoryUsedBytes: difference(memoryTotalBytes, memoryAvailableBytes),
    swapTotalBytes,
    swapUsedBytes: difference(swapTotalBytes, bytes('SwapFree')),
  };
}

function difference(total: number | null, free: number | null): number | null {
  return total === null || free === null || free > total ? null : total - free;
}
