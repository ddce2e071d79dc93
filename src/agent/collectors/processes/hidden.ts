/** Processes that are there and may not be looked at: where /proc is mounted with `hidepid`, by whoever is not root. */
import { readKernelRecord } from '../kernelFile.ts';

/** Whether a process of this pid is there though /proc does not show it. */
export function isHidden(root: string, pid: number): boolean {
  // Asked once more behind: one that ended in between is gone, and not hidden.
  return isThere(pid) && readKernelRecord(`${root}/proc/${pid}/status`) === null && isThere(pid);
}

/** Signal 0 reaches nobody; the kernel answers whether it could. */
function isThere(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
