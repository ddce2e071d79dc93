/**
 * The processes of an imagined machine at the agent's own seam. Ending one takes it out of the imagination and nothing
 * else: no pid that is named here ever reaches the kernel, though a real process may have the same number.
 */
import { setTimeout as wait } from 'node:timers/promises';
import { gone, refusalOf } from '../agent/collectors/processes/kill/refusal.ts';
import type {
  KillAuthority,
  KillResult,
  KillTarget,
  ProcessFacts,
  ProcessSource,
} from '../agent/collectors/sources.ts';
import { endJobs } from './jobs.ts';
import type { Look } from './machineSources.ts';
import type { ImaginedNode, ImaginedProcess } from './world.ts';

/** Looks at the machine through `look`, and leaves it without the processes that were ended through `change`. */
export function imaginedProcesses(look: Look, change: (node: ImaginedNode) => void): ProcessSource {
  const stopped = new AbortController();
  const end = (process: ImaginedProcess): void =>
    change(
      endJobs(look(), ({ pid, startedAtMs }) => pid === process.pid && startedAtMs === process.startedAtMs),
    );

  const find = (pid: number): ImaginedProcess | undefined =>
    look().processes.find((process) => process.visible && process.pid === pid);

  /** By pid: one that works on two cards is imagined twice, and told as it was first. */
  function everybody(): Map<number, ProcessFacts> {
    const facts = new Map<number, ProcessFacts>();
    for (const process of look().processes) {
      if (process.visible && !facts.has(process.pid)) facts.set(process.pid, factsOf(process));
    }
    return facts;
  }

  async function killOne(target: KillTarget, authority: KillAuthority, graceMs: number): Promise<KillResult> {
    const { pid } = target;
    const process = find(pid);
    if (!process) return { pid, ...gone(pid) };
    const protection = process.onSignal === 'protected' ? PROTECTED : null;
    const refusal = refusalOf(target, factsOf(process), protection, authority);
    if (refusal) return { pid, ...refusal };
    if (process.onSignal === 'ends') {
      end(process);
      return { pid, outcome: 'done', reason: 'asked', message: 'It ended after SIGTERM.' };
    }
    await wait(graceMs, undefined, { signal: stopped.signal, ref: false }).catch(() => {});
    if (find(pid)?.startedAtMs !== process.startedAtMs) {
      return { pid, outcome: 'done', reason: 'asked', message: 'It ended after SIGTERM.' };
    }
    if (process.onSignal === 'unkillable') {
      const message =
        'It is still there after SIGKILL: it waits in the kernel (state D), often on a file server.';
      return { pid, outcome: 'unkillable', reason: null, message };
    }
    end(process);
    return {
      pid,
      outcome: 'done',
      reason: 'forced',
      message: `It ignored SIGTERM for ${graceMs / 1000} s and ended after SIGKILL.`,
    };
  }

  return {
    inspect: async (pids) => {
      const asked = new Set(pids);
      return new Map([...everybody()].filter(([pid]) => asked.has(pid)));
    },
    all: async () => [...everybody().values()],
    hides: () => false,
    kill: (targets, authority, graceMs) =>
      Promise.all(targets.map((target) => killOne(target, authority, graceMs))),
    stop: async () => stopped.abort(),
  };
}

const PROTECTED = 'belongs to the system and is never ended from here';

const factsOf = ({ pid, parentPid, startedAtMs, cpuPercent, program }: ImaginedProcess): ProcessFacts => ({
  pid,
  parentPid,
  ancestorPids: parentPid === null ? [] : [parentPid],
  containerId: program.containerId,
  name: program.name,
  command: program.command,
  executable: program.executable,
  workingDirectory: program.workingDirectory,
  pythonEnvironment: program.pythonEnvironment,
  uid: program.person.uid,
  user: program.person.login,
  startedAtMs,
  cpuPercent: Math.round(cpuPercent * 10) / 10,
  hostMemoryBytes: program.hostMemoryBytes,
});
