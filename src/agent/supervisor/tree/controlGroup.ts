/**
 * A control group (cgroup v2) for an attempt, where this agent may make one: in its own group, if that is delegated to
 * it (a service of systemd's, a user's services), or if it is root. It holds every process the attempt ever starts,
 * whatever they do to hide, ends them in one stroke and counts those that the kernel ended for want of memory. Most
 * agents that were started from a login have none, and trees are found by other signs (processTree.ts).
 */
import {
  accessSync,
  constants,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

export interface ControlGroup {
  folder: string;
  pids(): number[];
  /** Ends everything in it, also what is born meanwhile (Linux 5.14). */
  kill(): void;
  /** Processes in it that the kernel ended for want of memory; null where it does not tell. */
  oomKills(): number | null;
  /** Removes it, once it is empty. */
  remove(): void;
}

/** The folder in which this process may make groups; null where there is none. */
export function ownGroupFolder(root = '/'): string | null {
  const mount = /^\S+ \S+ \S+ \S+ (\S+) .* - cgroup2 /m.exec(textOf(join(root, 'proc/self/mountinfo')))?.[1];
  const own = /^0::(\/.*)$/m.exec(textOf(join(root, 'proc/self/cgroup')))?.[1];
  if (mount === undefined || own === undefined || own.includes('/../')) return null;
  const folder = join(root, mount, own);
  try {
    accessSync(folder, constants.W_OK);
    accessSync(join(folder, 'cgroup.procs'), constants.W_OK);
    return folder;
  } catch {
    return null;
  }
}

/** Makes the group; null where that is not allowed, or its kernel cannot end a group at once. */
export function makeControlGroup(parent: string, attempt: string, mark: string): ControlGroup | null {
  const folder = join(parent, `flowline-${attempt}-${mark.slice(0, 8)}`);
  try {
    mkdirSync(folder);
    accessSync(join(folder, 'cgroup.kill'), constants.W_OK);
    return openControlGroup(folder);
  } catch {
    openControlGroup(folder).remove();
    return null;
  }
}

/** Younger than this an empty group may be one that is just being filled, by this agent or by another. */
const ABANDONED_MS = 60 * 60_000;

/**
 * Removes groups that agents left which were killed between making one and writing down whose it is. Those that hold a
 * process cannot be removed (cgroups(7)).
 * @param kept folders of attempts that are known here
 */
export function removeAbandonedGroups(parent: string, kept: ReadonlySet<string>, nowMs: number): void {
  for (const name of namesIn(parent)) {
    const folder = join(parent, name);
    if (!/^flowline-t\d+\.\d+\.\d+-[0-9a-f]{8}$/.test(name) || kept.has(folder)) continue;
    const madeAtMs = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? nowMs;
    if (nowMs - madeAtMs > ABANDONED_MS) openControlGroup(folder).remove();
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** A group that was made before. */
export function openControlGroup(folder: string): ControlGroup {
  return {
    folder,
    pids: () => [...textOf(join(folder, 'cgroup.procs')).matchAll(/^\d+$/gm)].map(([pid]) => Number(pid)),
    kill() {
      try {
        writeFileSync(join(folder, 'cgroup.kill'), '1');
      } catch {
        // Gone already; whoever is left is signalled one by one.
      }
    },
    oomKills() {
      const told = /^oom_kill (\d+)$/m.exec(textOf(join(folder, 'memory.events')))?.[1];
      return told === undefined ? null : Number(told);
    },
    remove() {
      try {
        rmdirSync(folder);
      } catch {
        // Not empty yet, or not there: what stays is removed by a later agent.
      }
    },
  };
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
