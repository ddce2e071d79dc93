/** The kernel's constants and clock: what turns ticks after boot into instants, and pages into bytes. */
import { readFileSync } from 'node:fs';
import { parseUptime } from '../host/system.ts';
import { readKernelFile } from '../kernelFile.ts';

/** Keys of the auxiliary vector that the kernel hands each program (getauxval(3)). */
const AT_PAGESZ = 6n;
const AT_CLKTCK = 17n;

export interface KernelConstants {
  pageBytes: number;
  ticksPerSecond: number;
}

/** This machine's page size (4 KiB; 64 KiB on some ARM kernels) and ticks a second, from /proc/self/auxv. */
export function readKernelConstants(): KernelConstants {
  const constants = { pageBytes: 4096, ticksPerSecond: 100 };
  try {
    const vector = readFileSync('/proc/self/auxv');
    for (let at = 0; at + 16 <= vector.length; at += 16) {
      const value = Number(vector.readBigUInt64LE(at + 8));
      if (vector.readBigUInt64LE(at) === AT_PAGESZ) constants.pageBytes = value;
      if (vector.readBigUInt64LE(at) === AT_CLKTCK) constants.ticksPerSecond = value;
    }
  } catch {
    // A sandbox without it: what is above is true of nearly every machine.
  }
  return constants;
}

/** A difference that somebody set, rather than the clock's slow correction. */
const CLOCK_STEP_MS = 2000;
/** How long a set clock may go unnoticed. */
const CHECKED_EACH_MS = 10_000;

/**
 * When the machine booted, as an instant. Remembered, because each calculation differs by some milliseconds and start
 * times must not jitter between readings; taken anew where the clock was set (a machine that booted with a wrong time).
 */
export function createBootClock(
  root: string,
  readNowMs: () => number,
  readClockMs: () => number,
): () => number {
  let bootedAtMs: number | null = null;
  let checkedAtMs = 0;
  return () => {
    const clockMs = readClockMs();
    if (bootedAtMs !== null && clockMs - checkedAtMs < CHECKED_EACH_MS) return bootedAtMs;
    checkedAtMs = clockMs;
    const uptimeSeconds = parseUptime(readKernelFile(`${root}/proc/uptime`) ?? '') ?? 0;
    const calculated = Math.round(readNowMs() - uptimeSeconds * 1000);
    if (bootedAtMs === null || Math.abs(calculated - bootedAtMs) > CLOCK_STEP_MS) bootedAtMs = calculated;
    return bootedAtMs;
  };
}
