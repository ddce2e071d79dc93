/**
 * Whether a process is over. `stat` tells the state of its first thread only: where that ended, others may go on, or hang in
 * the driver with a GPU's memory in their hands (docs/decisions/0031-what-ended-means.md).
 */
import { readKernelFile } from '../kernelFile.ts';
import { type ProcessStat, parseThreadCount } from './processText.ts';

/** Its threads that have not ended, one at least while it is there; null where it is gone. */
export function readThreadCount(root: string, pid: number): number | null {
  // Whole: it stands behind all groups of the user, who may be in thousands.
  return parseThreadCount(readKernelFile(`${root}/proc/${pid}/status`) ?? '');
}

/** True where nothing of it runs, though it may wait to be collected. The threads are counted of a zombie only. */
export function isOver({ state }: Pick<ProcessStat, 'state'>, countThreads: () => number | null): boolean {
  return state === 'X' || (state === 'Z' && (countThreads() ?? 0) <= 1);
}
