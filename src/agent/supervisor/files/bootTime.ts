/** Time since the machine booted: what the wrapper writes, and what a set clock does not move. */
import { parseUptime } from '../../collectors/host/system.ts';
import { readKernelFile } from '../../collectors/kernelFile.ts';

/** Seconds since boot, now; null where the kernel does not tell. */
export const uptimeSeconds = (): number | null => parseUptime(readKernelFile('/proc/uptime', 256) ?? '');

/** The instant at which the machine had been up so long, by the clock as it goes now; null where that cannot be told. */
export function instantOf(uptime: number, nowMs: number): number | null {
  const now = uptimeSeconds();
  return now === null ? null : Math.round(nowMs - Math.max(0, now - uptime) * 1000);
}

/** Whether so many seconds have passed since the machine had been up so long; never where there is no limit. */
export function isPast(uptime: number, limitSeconds: number | null): boolean {
  const now = uptimeSeconds();
  return limitSeconds !== null && now !== null && now - uptime >= limitSeconds;
}

/** Processes that the kernel ended for want of memory since it booted, from /proc/vmstat (`oom_kill 3`); null where it does not count. */
export function kernelOomKills(): number | null {
  const told = /^oom_kill (\d+)$/m.exec(readKernelFile('/proc/vmstat') ?? '')?.[1];
  return told === undefined ? null : Number(told);
}
