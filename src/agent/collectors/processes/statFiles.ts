/**
 * The kernel's line about each process (/proc/PID/stat). Of the processes that are read each second the files stay open,
 * which halves what a reading costs. An open one belongs to its very process: once that has ended it reads as nothing, and
 * whoever has its pid by then is looked for anew.
 */
import { type KernelRecord, openKernelRecord, readKernelRecord } from '../kernelFile.ts';
import { type ProcessStat, parseProcessStat } from './processText.ts';

export interface StatFiles {
  /** Null where the process is gone or hidden. */
  read(pid: number): ProcessStat | null;
  /** Closes the files of all processes but these. */
  keepOnly(pids: ReadonlySet<number>): void;
}

/** `mostOpen`: how many may stay open; those of further processes are opened for each reading. */
export function createStatFiles(root: string, mostOpen: number): StatFiles {
  const open = new Map<number, KernelRecord>();
  const pathOf = (pid: number) => `${root}/proc/${pid}/stat`;

  function close(pid: number, record: KernelRecord): void {
    record.close();
    open.delete(pid);
  }

  function readOpen(pid: number, record: KernelRecord): ProcessStat | null {
    const stat = parseProcessStat(record.read() ?? '');
    if (stat === null) close(pid, record);
    return stat;
  }

  return {
    read(pid) {
      const known = open.get(pid);
      const stat = known ? readOpen(pid, known) : null;
      if (stat !== null) return stat;
      if (open.size >= mostOpen) return parseProcessStat(readKernelRecord(pathOf(pid)) ?? '');
      const record = openKernelRecord(pathOf(pid));
      if (record === null) return null;
      open.set(pid, record);
      return readOpen(pid, record);
    },
    keepOnly(pids) {
      for (const [pid, record] of open) if (!pids.has(pid)) close(pid, record);
    },
  };
}
