/**
 * The process tree of one attempt: everything below its wrapper, of its session, with its mark, in its control group,
 * and whatever once was one of these. The wrapper itself is left out: it is what tells how the program ended.
 */
import type { ControlGroup } from './controlGroup.ts';
import type { ProcessTable, TableEntry } from './processTable.ts';
import type { SignalMember } from './signalMember.ts';

export interface TreeMember {
  pid: number;
  startTicks: number;
  name: string;
  state: string;
  residentPages: number;
}

export interface ProcessTree {
  /** Those that live now: all of /proc is looked through. */
  members(): TreeMember[];
  /** The same, looked at after the call. */
  membersAnew(): Promise<TreeMember[]>;
  /** Whether one of those that were there at the last look still lives: cheap. */
  livesOn(): boolean;
  /** As of the last look. */
  lastPids(): number[];
  /** Every process that was ever seen to be of the tree, up to a bound, by pid with its start: whose memory on a card is waited for. */
  seen(): ReadonlyMap<number, number>;
  /** Told by a sample that it is of the tree. */
  noteSeen(pid: number): void;
  /** SIGKILL to each, also to those that are born meanwhile, where the kernel has control groups for it. */
  kill(): void;
}

export interface ProcessTreeOptions {
  table: ProcessTable;
  signalMember: SignalMember;
  mark: string;
  /** The wrapper, once it is known. */
  wrapper: () => { pid: number; startTicks: number } | null;
  group: () => ControlGroup | null;
}

/** A training that starts a million short processes must not be remembered whole. */
const MOST_SEEN = 4096;

/** A tree that is looked up anew at every question. */
export function createProcessTree(options: ProcessTreeOptions): ProcessTree {
  const { table, mark } = options;
  /** Start time by pid. */
  const known = new Map<number, number>();
  const seen = new Map<number, number>();

  function membersOf(all: ReadonlyMap<number, TableEntry>): TreeMember[] {
    const wrapper = options.wrapper();
    const inGroup = new Set(options.group()?.pids() ?? []);
    const found = new Map<number, TableEntry>();
    const isOwn = (entry: TableEntry) =>
      entry.mark === mark ||
      inGroup.has(entry.pid) ||
      known.get(entry.pid) === entry.startTicks ||
      (wrapper !== null && entry.sessionId === wrapper.pid && entry.startTicks >= wrapper.startTicks);
    for (const entry of all.values()) if (isOwn(entry)) found.set(entry.pid, entry);
    addDescendants(found, all, wrapper?.pid ?? null);
    if (wrapper !== null) found.delete(wrapper.pid);
    known.clear();
    for (const { pid, startTicks } of found.values()) {
      known.set(pid, startTicks);
      if (seen.size < MOST_SEEN) seen.set(pid, startTicks);
    }
    return [...found.values()];
  }

  const members = () => membersOf(table.read());

  return {
    members,
    membersAnew: async () => membersOf(await table.readAnew()),
    livesOn: () => [...known].some(([pid, startTicks]) => table.readOne(pid)?.startTicks === startTicks),
    lastPids: () => [...known.keys()],
    seen: () => seen,
    noteSeen(pid) {
      const now = seen.has(pid) ? null : table.readOne(pid);
      if (now !== null && seen.size < MOST_SEEN) seen.set(pid, now.startTicks);
    },
    kill() {
      options.group()?.kill();
      for (const member of members()) options.signalMember(member, 'SIGKILL');
    },
  };
}

/** Children of what was found, and theirs: they may have changed their environment and session. */
function addDescendants(
  found: Map<number, TableEntry>,
  all: ReadonlyMap<number, TableEntry>,
  wrapperPid: number | null,
): void {
  const children = new Map<number, TableEntry[]>();
  for (const entry of all.values()) {
    const siblings = children.get(entry.parentPid);
    if (siblings) siblings.push(entry);
    else children.set(entry.parentPid, [entry]);
  }
  const queue = [...found.keys(), ...(wrapperPid === null ? [] : [wrapperPid])];
  for (const pid of queue) {
    for (const child of children.get(pid) ?? []) {
      if (found.has(child.pid)) continue;
      found.set(child.pid, child);
      queue.push(child.pid);
    }
  }
}
