/**
 * Ends processes, politely first, and says of each what became of it.
 *
 *   held → looked at → refused (not there, another one, protected, not his)
 *        → SIGTERM → ended? done : SIGKILL → ended? done : unkillable
 *
 * Held before it is looked at: so what was allowed and what is signalled are the same process. All at once, and none
 * waits for another: one in state D answers `unkillable` after its deadline and stays behind.
 *
 * Ended is what has no thread left. A program whose first thread ended looks like a zombie (`<defunct>`) while others go on,
 * or hang in the driver with the GPU's memory in their hands: that one is there, and unkillable where SIGKILL changes nothing.
 */
import { userInfo } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import type { KillAuthority, KillResult, KillTarget, ProcessFacts } from '../../sources.ts';
import type { ProcessStat } from '../processText.ts';
import { isOver } from '../threads.ts';
import type { ProcessIdentity } from './identity.ts';
import { openByPidfd, openByStartTime, type ProcessHandle, type SystemCall } from './processHandle.ts';
import { type Ourselves, protectionOf } from './protection.ts';
import { borrowedRefusalOf, called, gone, type Outcome, refusalOf } from './refusal.ts';

/** How a process is looked at; reads /proc each time. */
export interface ProcessLook {
  readStat(pid: number): ProcessStat | null;
  readFacts(pid: number): Promise<ProcessFacts | null>;
  readIdentity(pid: number, stat: ProcessStat): ProcessIdentity;
  /** It is there, and may not be looked at. */
  isHidden(pid: number): boolean;
  /** Threads that have not ended; null where the process is gone. */
  countThreads(pid: number): number | null;
}

export interface KillOptions {
  look: ProcessLook;
  ourselves: Ourselves;
  /** Null where the kernel's pidfds cannot be had. */
  systemCall: SystemCall | null;
  graceMs: number;
}

/** The kernel ends a process within milliseconds of SIGKILL, and one with much GPU memory within a second or so. */
const KILL_DEADLINE_MS = 3000;
const LOOK_EACH_MS = 50;

/** An answer for each target, in their order. Never throws. */
export async function killProcesses(
  targets: readonly KillTarget[],
  authority: KillAuthority,
  options: KillOptions,
): Promise<KillResult[]> {
  return await Promise.all(
    targets.map(async (target) => ({ pid: target.pid, ...(await killOne(target, authority, options)) })),
  );
}

async function killOne(target: KillTarget, authority: KillAuthority, options: KillOptions): Promise<Outcome> {
  const { look, systemCall } = options;
  const held = systemCall === null ? null : openByPidfd(target.pid, systemCall);
  if (held === 'gone') return gone(target.pid);
  const stat = look.readStat(target.pid);
  const isStillThere = () => isRunning(look.readStat(target.pid), stat, () => look.countThreads(target.pid));
  const handle = held ?? openByStartTime(target.pid, isStillThere);
  try {
    const facts = await look.readFacts(target.pid);
    const identity = stat === null ? null : look.readIdentity(target.pid, stat);
    if (stat === null || facts === null || identity === null)
      return look.isHidden(target.pid) ? hidden(target.pid) : gone(target.pid);
    if (!isStillThere()) return stat.state === 'Z' ? collected(facts, look) : gone(target.pid);
    const subject = { ...facts, ...identity, isKernelThread: stat.isKernelThread };
    const refusal =
      refusalOf(target, facts, protectionOf(subject, options.ourselves), authority) ??
      borrowedRefusalOf(facts, identity.uids, authority);
    return refusal ?? (await end({ facts, isStopped: stat.state === 'T' }, handle, isStillThere, options));
  } finally {
    handle.close();
  }
}

/** Another start time is another process; a zombie (Z) runs on while threads of it do, and is else only to be collected. */
function isRunning(
  now: ProcessStat | null,
  before: ProcessStat | null,
  countThreads: () => number | null,
): boolean {
  return now !== null && now.startTicks === before?.startTicks && !isOver(now, countThreads);
}

/** A zombie: there is nothing to end, and lists of processes show it until its parent has asked how it ended. */
function collected(facts: ProcessFacts, look: ProcessLook): Outcome {
  const parent = facts.parentPid === null ? null : look.readStat(facts.parentPid);
  const by = parent === null ? 'its parent' : called({ pid: facts.parentPid ?? 0, name: parent.name });
  return {
    outcome: 'gone',
    reason: null,
    message: `${called(facts)} has ended already and holds nothing: it stays in the list (a zombie) until ${by} collects it or ends`,
  };
}

/** Under `hidepid`: gone would be untrue, and what it is cannot be known. */
const hidden = (pid: number): Outcome => ({
  outcome: 'not-allowed',
  reason: 'agent-may-not',
  message: `process ${pid} is hidden from the agent, which runs as ${userInfo().username} (hidepid): that takes an agent that runs as root, or as its user`,
});

async function end(
  { facts, isStopped }: { facts: ProcessFacts; isStopped: boolean },
  handle: ProcessHandle,
  isStillThere: () => boolean,
  { graceMs }: KillOptions,
): Promise<Outcome> {
  const asked = handle.signal('SIGTERM');
  if (asked !== 'sent') return notSent(asked, facts);
  // One that was stopped (Ctrl+Z) hears of it only when it goes on, and would be killed without having been asked.
  if (isStopped) handle.signal('SIGCONT');
  if (await passes(() => !isStillThere(), graceMs))
    return { outcome: 'done', reason: 'asked', message: `${called(facts)} ended when asked (SIGTERM)` };
  const forced = handle.signal('SIGKILL');
  if (forced !== 'sent' && forced !== 'gone') return notSent(forced, facts);
  if (await passes(() => !isStillThere(), KILL_DEADLINE_MS)) {
    const patience = `${graceMs / 1000} s`;
    return {
      outcome: 'done',
      reason: 'forced',
      message: `${called(facts)} did not end within ${patience} of SIGTERM and was killed (SIGKILL)`,
    };
  }
  return {
    outcome: 'unkillable',
    reason: null,
    message: `${called(facts)} is still there after SIGKILL: it waits inside the kernel, for the GPU driver or a file system, and ends when that answers or the machine restarts`,
  };
}

function notSent(result: Exclude<ReturnType<ProcessHandle['signal']>, 'sent'>, facts: ProcessFacts): Outcome {
  if (result === 'gone') return gone(facts.pid);
  if (result !== 'denied')
    return {
      outcome: 'failed',
      reason: null,
      message: `the signal to ${called(facts)} failed: ${result.error}`,
    };
  return {
    outcome: 'not-allowed',
    reason: 'agent-may-not',
    message: `the agent runs as ${userInfo().username} and may not end ${called(facts)} of ${facts.user ?? 'another user'}: that takes an agent that runs as root, or as that user`,
  };
}

/** Whether a condition comes true in time. */
async function passes(condition: () => boolean, withinMs: number): Promise<boolean> {
  const deadlineMs = performance.now() + withinMs;
  while (!condition()) {
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) return false;
    await delay(Math.min(LOOK_EACH_MS, leftMs));
  }
  return true;
}
