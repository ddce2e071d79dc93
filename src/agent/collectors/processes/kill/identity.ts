/** What the right to end a process hangs on, read in full and anew for each request; nothing of it leaves this machine. */
import { readKernelFile } from '../../kernelFile.ts';
import { readAncestors, readParent } from '../ancestors.ts';
import { type ProcessStat, type ProcessUids, parseArguments, parseUids } from '../processText.ts';

export interface ProcessIdentity {
  uids: ProcessUids | null;
  /** As they were given, secrets too: only to be compared with. Empty where they may not be asked for. */
  argv: readonly string[];
  /** Every one up to the first process; null where the tree is deeper than anybody builds by accident. */
  ancestorPids: readonly number[] | null;
}

/** A program could nest itself to escape what is said of its ancestors: past this it is refused instead. */
const DEEPEST_TREE = 4096;
/** The program, its script and what it was told to do stand at the beginning. */
const ARGUMENT_BYTES = 16 * 1024;

/** A reader for one request, in which the ancestors that several targets share are read once. */
export function createIdentityReader(
  root: string,
  deepestTree = DEEPEST_TREE,
): (pid: number, stat: ProcessStat) => ProcessIdentity {
  const parents = new Map<number, number>();
  function parentOf(pid: number): number {
    const parentPid = parents.get(pid) ?? readParent(root, pid);
    parents.set(pid, parentPid);
    return parentPid;
  }
  return (pid, stat) => {
    const ancestorPids = readAncestors(stat, deepestTree + 1, parentOf);
    return {
      uids: parseUids(readKernelFile(`${root}/proc/${pid}/status`, 1024) ?? ''),
      argv: stat.state === 'D' ? [] : readArguments(root, pid),
      ancestorPids: ancestorPids.length > deepestTree ? null : ancestorPids,
    };
  };
}

function readArguments(root: string, pid: number): string[] {
  const text = readKernelFile(`${root}/proc/${pid}/cmdline`, ARGUMENT_BYTES) ?? '';
  return parseArguments(text, Buffer.byteLength(text) >= ARGUMENT_BYTES);
}
