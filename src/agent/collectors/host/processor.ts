/** What /proc and /sys tell of the processor: its model, its cores, how busy it is, its load. Pure functions on text. */

/** Time since boot in the kernel's ticks, all cores together. */
export interface ProcessorTicks {
  busy: number;
  total: number;
}

/**
 * The first line of /proc/stat (proc(5)): user nice system idle iowait irq softirq steal guest guest_nice.
 *
 *     cpu  7021 0 3927 191666 468 0 81 100 0 0
 *
 * Guest time is part of user time already. Waiting for a disk is not being busy.
 */
export function parseProcessorTicks(text: string): ProcessorTicks | null {
  const match = /^cpu +([\d ]+)(?:\n|$)/.exec(text);
  const ticks = match?.[1]?.trim().split(/ +/).slice(0, 8).map(Number) ?? [];
  if (ticks.length < 4 || !ticks.every(Number.isFinite)) return null;
  const total = ticks.reduce((sum, value) => sum + value, 0);
  const resting = (ticks[3] ?? 0) + (ticks[4] ?? 0);
  return { busy: total - resting, total };
}

/** Percent of all cores that were busy between two readings; null without both, and where the counters went back. */
export function busyPercent(before: ProcessorTicks | null, after: ProcessorTicks | null): number | null {
  if (before === null || after === null) return null;
  const total = after.total - before.total;
  if (total <= 0) return null;
  // The kernel's idle counters are not exact and may run back by a tick or two.
  return Math.min(100, Math.max(0, ((after.busy - before.busy) * 100) / total));
}

/**
 * Load of 1, 5 and 15 minutes from /proc/loadavg:
 *
 *     0.07 0.10 0.08 2/89 7049
 */
export function parseLoadAverage(text: string): [number, number, number] | null {
  const match = /^(\d+\.\d+) (\d+\.\d+) (\d+\.\d+) /.exec(text);
  return match ? [Number(match[1]), Number(match[2]), Number(match[3])] : null;
}

/**
 * How many processors a list of /sys/devices/system/cpu names:
 *
 *     0-63,128-191
 */
export function countListed(text: string): number | null {
  let count = 0;
  for (const part of text.trim().split(',')) {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part);
    if (!match) return null;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last < first) return null;
    count += last - first + 1;
  }
  return count;
}

/**
 * The model from the beginning of /proc/cpuinfo. x86 names it, ARM gives numbers (its Main ID Register):
 *
 *     model name	: AMD EPYC 7742 64-Core Processor
 *
 *     CPU implementer	: 0x41
 *     CPU part	: 0xd4f
 */
export function parseProcessorModel(text: string): string | null {
  const named = /^model name[ \t]*:[ \t]*(\S.*)$/m.exec(text)?.[1];
  if (named) return named.trim().replace(/\s+/g, ' ').slice(0, 256);
  const implementer = /^CPU implementer[ \t]*:[ \t]*(0x[0-9a-f]+)/m.exec(text)?.[1];
  const part = /^CPU part[ \t]*:[ \t]*(0x[0-9a-f]+)/m.exec(text)?.[1];
  if (!implementer || !part) return null;
  return ARM_CORES.get(`${implementer} ${part}`) ?? `ARM ${implementer} ${part}`;
}

/** ARM cores found beside GPUs (MIDR numbers from Arm's and the vendors' technical reference manuals). */
const ARM_CORES = new Map([
  ['0x41 0xd0c', 'ARM Neoverse-N1'],
  ['0x41 0xd40', 'ARM Neoverse-V1'],
  ['0x41 0xd42', 'ARM Cortex-A78AE'],
  ['0x41 0xd49', 'ARM Neoverse-N2'],
  ['0x41 0xd4f', 'ARM Neoverse-V2'],
  ['0x4e 0x004', 'NVIDIA Carmel'],
]);
