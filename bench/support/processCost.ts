/** What a process costs, as the kernel counts it: time on a processor, and memory that is its own or shared with others. */
import { readdirSync, readFileSync } from 'node:fs';

export interface Memory {
  /** Private pages and its share of those that several processes use (smaps_rollup's Pss). */
  proportionalMiB: number;
  /** Pages that nobody else uses: what ending the process would free. */
  privateMiB: number;
  /** Pages that are no file's: what cannot be read again from a disk. */
  anonymousMiB: number;
}

/** Time on a processor since the start, of all threads that still live. */
export function cpuMilliseconds(pid: number): number {
  let nanoseconds = 0;
  for (const thread of readdirSync(`/proc/${pid}/task`)) {
    // `runtime waited slices`, in ns: stat's ticks of 10 ms are too coarse for what costs 2 ms a second.
    const [runtime = '0'] = readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ');
    nanoseconds += Number(runtime);
  }
  return nanoseconds / 1e6;
}

/** Time that its main thread was ready and found every processor taken: what others cost it. */
export function waitedMilliseconds(pid: number): number {
  const [, waited = '0'] = readFileSync(`/proc/${pid}/task/${pid}/schedstat`, 'utf8').split(' ');
  return Number(waited) / 1e6;
}

/** Its memory now. */
export function memoryOf(pid: number): Memory {
  const text = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
  const kilobytes = (name: string): number =>
    Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0);
  return {
    proportionalMiB: kilobytes('Pss') / 1024,
    privateMiB: (kilobytes('Private_Clean') + kilobytes('Private_Dirty')) / 1024,
    anonymousMiB: kilobytes('Anonymous') / 1024,
  };
}
