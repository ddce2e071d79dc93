/** Joins what /proc tells of a process with the containers, sessions and tasks around it. Pure. */
import type { ProcessDetails } from '../../model/process.ts';
import { findOwner } from './owner.ts';
import type { FoundContainer, FoundSession, ProcessFacts } from './sources.ts';

/** One of our own tasks, with the processes at its root: those below them belong to it. */
export interface RunningTask {
  /** Like `t42`. */
  id: string;
  owner: string | null;
  rootPids: readonly number[];
}

/** What a sample knows around its processes. */
export interface Surroundings {
  containers: readonly FoundContainer[];
  sessions: readonly FoundSession[];
  tasks: readonly RunningTask[];
}

/** The details of one process: its container by its control group, session and task by its ancestors. */
export function joinDetails(
  facts: ProcessFacts,
  { containers, sessions, tasks }: Surroundings,
): ProcessDetails {
  const found = containers.find(({ container }) => container.id === facts.containerId) ?? null;
  const lineage = [facts.pid, ...facts.ancestorPids];
  const session = nearest(lineage, sessions)?.session ?? null;
  const task = nearest(lineage, tasks);
  // An engine that may not be asked still leaves the id in the control group.
  const container = found?.container.name ?? facts.containerId?.slice(0, 12) ?? null;
  const { owner, ownerRule } = findOwner({
    taskOwner: task?.owner ?? null,
    uid: facts.uid,
    user: facts.user,
    container:
      container === null
        ? null
        : { name: container, ownerLabel: found?.ownerLabel ?? null, homeMounts: found?.homeMounts ?? [] },
    session,
  });
  // Name by name: to copy all but a few takes V8 several times as long, for each process of each second.
  return {
    name: facts.name,
    command: facts.command,
    executable: facts.executable,
    workingDirectory: facts.workingDirectory,
    pythonEnvironment: facts.pythonEnvironment,
    uid: facts.uid,
    user: facts.user,
    owner,
    ownerRule,
    startedAtMs: facts.startedAtMs,
    cpuPercent: facts.cpuPercent,
    hostMemoryBytes: facts.hostMemoryBytes,
    container,
    session: session === null ? null : `${session.kind}:${session.name}`.slice(0, 256),
    task: task?.id ?? null,
  };
}

/** The one whose root is nearest above the process: a tmux inside a screen is the tmux. */
function nearest<T extends { rootPids: readonly number[] }>(
  lineage: readonly number[],
  candidates: readonly T[],
): T | null {
  for (const pid of lineage) {
    const found = candidates.find(({ rootPids }) => rootPids.includes(pid));
    if (found) return found;
  }
  return null;
}
