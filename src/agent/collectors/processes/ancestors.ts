/** Who started a process, and who started that one: what sessions, tasks and our own processes are known by. */
import { readKernelRecord } from '../kernelFile.ts';
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
  return parseProcessStat(readKernelRecord(`${root}/proc/${pid}/stat`) ?? '')?.parentPid ?? 0;
}

/** Siblings are read one right after the other and have the same ancestors: so long each parent is remembered. */
const REMEMBERED_MS = 200;

/** Reads parents for a list that is read at one instant or nearly: each of them once. */
export function createParentReader(root: string, readClockMs: () => number): (pid: number) => number {
  const parents = new Map<number, number>();
  let sinceMs = Number.NEGATIVE_INFINITY;
  return (pid) => {
    const nowMs = readClockMs();
    if (nowMs - sinceMs >= REMEMBERED_MS || nowMs < sinceMs) {
      parents.clear();
      sinceMs = nowMs;
    }
    const parentPid = parents.get(pid) ?? readParent(root, pid);
    parents.set(pid, parentPid);
    return parentPid;
  };
}
