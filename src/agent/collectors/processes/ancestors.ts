/** Who started a process, and who started that one: what sessions, tasks and our own processes are known by. */
import { readKernelFile } from '../kernelFile.ts';
import { type ProcessStat, parseProcessStat } from './processText.ts';

/** Pids of parent, grandparent and so on, nearest first, at most so many. */
export function readAncestors(
  stat: Pick<ProcessStat, 'parentPid'>,
  atMost: number,
  parentOf: (pid: number) => number,
): number[] {
  const ancestors: number[] = [];
  for (let pid = stat.parentPid; pid > 0 && ancestors.length < atMost; pid = parentOf(pid))
    ancestors.push(pid);
  return ancestors;
}

/** The pid of its parent, read now; 0 for the first process and for one that is gone. */
export function readParent(root: string, pid: number): number {
  return parseProcessStat(readKernelFile(`${root}/proc/${pid}/stat`, 2048) ?? '')?.parentPid ?? 0;
}
