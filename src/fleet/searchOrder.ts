/** The order in which found processes are answered, by each agent and again by the hub over all of them. */
import type { FoundProcess } from '../model/process.ts';

/** Those with most GPU memory first, then with most host memory; what is not known counts as less than nothing. */
export const bySearchOrder = (a: FoundProcess, b: FoundProcess): number =>
  (b.gpuMemoryBytes ?? -1) - (a.gpuMemoryBytes ?? -1) ||
  (b.hostMemoryBytes ?? -1) - (a.hostMemoryBytes ?? -1) ||
  a.pid - b.pid;
