/**
 * Reads one process after the other from /proc and remembers of each what rarely changes, so that a reading costs
 * one small file. What may not be read (another's process, `hidepid`) is null; a process that is gone is null as a whole.
 */
import { readKernelRecord } from '../kernelFile.ts';
import { ratePerSecond, SHORTEST_RATE_MS } from '../rate.ts';
import type { ProcessFacts } from '../sources.ts';
import { createParentReader } from './ancestors.ts';
import { readKernelConstants } from './bootClock.ts';
import { type ProcessProfile, readProcessProfile } from './processProfile.ts';
import { type ProcessStat, parseProcessId } from './processText.ts';
import { createStatFiles } from './statFiles.ts';
import type { UserNames } from './userNames.ts';

export interface ProcessReader {
  /** The kernel's line about it; null where it is gone or hidden, or the pid is one of a thread. */
  readStat(pid: number): ProcessStat | null;
  /** The process as it is now; null where it is gone, hidden, or ends meanwhile. */
  read(pid: number): ProcessFacts | null;
  /** The same, for a whole machine's list: threads of the kernel (some per core) are left out. */
  readProgram(pid: number): ProcessFacts | null;
  /** Forgets every process but these. */
  keepOnly(pids: ReadonlySet<number>): void;
}

export interface ProcessReaderOptions {
  /** Where /proc is looked for. */
  root: string;
  userNames: UserNames;
  /** How long a profile is believed, half more or less. */
  rememberMs: number;
  /** Of how many processes a file stays open between readings (statFiles.ts); none if left out. */
  mostOpenFiles?: number;
  /** Whether a python's loaded modules are looked at for its environment: too dear for a whole machine's list. */
  looksAtModules?: boolean;
  /** When the machine booted: one answer for all readers, so that start times compare. */
  readBootedAtMs: () => number;
  readClockMs?: () => number;
}

interface Known {
  startTicks: number;
  /** What the kernel said of its program then: it changes when the process executes another one. */
  program: Pick<ProcessStat, 'name' | 'stackStart'>;
  profile: ProcessProfile;
  profileAtMs: number;
  usedTicks: number;
  usedAtMs: number;
  cpuPercent: number | null;
}

/** A reader with a memory of its own: two that read at different intervals do not disturb each other's rates. */
export function createProcessReader(options: ProcessReaderOptions): ProcessReader {
  const { root, userNames, rememberMs, readBootedAtMs } = options;
  const { mostOpenFiles = 0, looksAtModules = false, readClockMs = () => performance.now() } = options;
  const { pageBytes, ticksPerSecond } = readKernelConstants();
  const known = new Map<number, Known>();
  const stats = createStatFiles(root, mostOpenFiles);
  const parentOf = createParentReader(root, readClockMs);
  const readProfile = (pid: number, stat: ProcessStat, before: ProcessProfile | null) =>
    readProcessProfile(`${root}/proc/${pid}`, stat, parentOf, before, looksAtModules);

  function describe(pid: number, stat: ProcessStat): ProcessFacts {
    const { profile, cpuPercent } = recall(pid, stat);
    return {
      pid,
      name: fullName(stat.name, profile.launch?.programName ?? null),
      command: profile.launch?.command ?? null,
      pythonEnvironment: profile.launch?.pythonEnvironment ?? null,
      ...profile.facts,
      user: profile.facts.uid === null ? null : userNames.nameOf(profile.facts.uid),
      startedAtMs: readBootedAtMs() + Math.round((stat.startTicks * 1000) / ticksPerSecond),
      cpuPercent,
      hostMemoryBytes: stat.residentPages * pageBytes,
      parentPid: stat.parentPid === 0 ? null : stat.parentPid,
    };
  }

  /** What is known of the process, brought up to date. Another process under a pid that was known starts anew. */
  function recall(pid: number, stat: ProcessStat): Known {
    const now = readClockMs();
    const before = known.get(pid);
    const process = before?.startTicks === stat.startTicks ? before : meet(pid, stat, now);
    known.set(pid, process);
    const isOld = now - process.profileAtMs >= rememberMs * staggerOf(pid) || process.profile.launch === null;
    if (isOld || isOther(process.program, stat)) {
      process.profile = readProfile(pid, stat, process.profile);
      process.profileAtMs = now;
      process.program = stat;
    }
    const elapsedMs = now - process.usedAtMs;
    if (elapsedMs < 0 || elapsedMs >= SHORTEST_RATE_MS) {
      const ticks = ratePerSecond(process.usedTicks, stat.usedTicks, elapsedMs);
      process.cpuPercent = ticks === null ? null : (ticks * 100) / ticksPerSecond;
      process.usedTicks = stat.usedTicks;
      process.usedAtMs = now;
    }
    return process;
  }

  function meet(pid: number, stat: ProcessStat, now: number): Known {
    return {
      startTicks: stat.startTicks,
      program: stat,
      profile: readProfile(pid, stat, null),
      profileAtMs: now,
      usedTicks: stat.usedTicks,
      usedAtMs: now,
      cpuPercent: null,
    };
  }

  return {
    readStat(pid) {
      const isProcess = parseProcessId(readKernelRecord(`${root}/proc/${pid}/status`) ?? '') === pid;
      return isProcess ? stats.read(pid) : null;
    },
    read(pid) {
      const stat = stats.read(pid);
      return stat === null ? null : describe(pid, stat);
    },
    readProgram(pid) {
      const stat = stats.read(pid);
      return stat === null || stat.isKernelThread ? null : describe(pid, stat);
    },
    keepOnly(pids) {
      for (const pid of known.keys()) if (!pids.has(pid)) known.delete(pid);
      stats.keepOnly(pids);
    },
  };
}

const isOther = (before: Known['program'], now: Known['program']): boolean =>
  before.name !== now.name || before.stackStart !== now.stackStart;

/** The kernel cuts names after 15 bytes: where the program's own name goes on from there, it is the whole one. */
function fullName(comm: string, programName: string | null): string {
  const isCut = comm.length >= 15 && programName?.startsWith(comm);
  return isCut && programName ? programName.slice(0, 256) : comm;
}

/** Half to one and a half: the workers of one training, first seen together, are not all looked at again together. */
function staggerOf(pid: number): number {
  return 0.5 + (pid % 64) / 64;
}
