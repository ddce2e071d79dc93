/**
 * A supervisor for an imagined machine, behind the agent's own door: leases go in, and the world gets a process that takes
 * memory, works, prints and ends; reports come out until they are acknowledged. Nothing is executed, and no file is
 * written: its attempts end with the demo.
 *
 * An imagined program keeps to what it was promised, as one that sets its share of a card does: what needs more runs out
 * of memory, learns, and succeeds with the larger promise.
 */

import { LogNotThere } from '../../agent/supervisor/logs/logNotThere.ts';
import type { Supervisor } from '../../agent/supervisor/supervisor.ts';
import { bareOutOfMemory, type EndClass, type OutOfMemory } from '../../model/task.ts';
import type { AttemptReport } from '../../protocol/supervision.ts';
import { endJobs } from '../jobs.ts';
import type { Look } from '../machineSources.ts';
import { seededRandom } from '../random.ts';
import { GIB, type ImaginedNode, MIB, type Person } from '../world.ts';
import { type ImaginedLog, imaginedLog } from './imaginedLog.ts';
import {
  firstReport,
  isLower,
  peaksOf,
  print,
  processesOf,
  type Running,
  shortage,
  taskOf,
} from './runningTask.ts';
import { DONE_LINE, headLines, LOADING_MS, NAN_EPOCH, NAN_LINES, outOfMemoryLine, workOf } from './work.ts';

export interface ImaginedSupervisorOptions {
  look: Look;
  change: (node: ImaginedNode) => void;
  /** As whom this machine runs tasks. */
  user: Person;
}

export interface ImaginedSupervisor extends Supervisor {
  /** Time went on: attempts work, print and end. */
  advance(nowMs: number): void;
}

/** What is not acknowledged is told again so often. */
const TOLD_AGAIN_MS = 3000;
interface End {
  class: EndClass;
  exitCode: number | null;
  signal?: string;
  message?: string;
  outOfMemory?: OutOfMemory;
}

/** An imagined machine's supervisor. */
export function imaginedSupervisor({ look, change, user }: ImaginedSupervisorOptions): ImaginedSupervisor {
  const attempts = new Map<string, Running>();
  /** Logs stay when the hub has acknowledged an end. */
  const logs = new Map<string, ImaginedLog>();
  const listeners = new Set<(reports: AttemptReport[]) => void>();

  function tell(attempt: Running, part: Partial<AttemptReport>, nowMs: number): void {
    attempt.report = { ...attempt.report, ...part, sequence: attempt.report.sequence + 1 };
    attempt.toldAtMs = nowMs;
    for (const listener of listeners) listener([attempt.report]);
  }

  function finish(attempt: Running, end: End, nowMs: number): void {
    const pids = new Set(attempt.pids);
    change(endJobs(look(), ({ pid }) => pids.has(pid)));
    attempt.log.close();
    tell(
      attempt,
      {
        state: 'ended',
        endedAtMs: nowMs,
        exitCode: end.exitCode,
        signal: end.signal ?? null,
        class: end.class,
        outOfMemory: end.outOfMemory ?? null,
        stopReason: attempt.stop?.reason ?? null,
        message: end.message ?? null,
        cpuSeconds: Math.round((nowMs - attempt.startedAtMs) / 950),
        hostMemoryPeakBytes: 6 * GIB,
        gpuMemoryPeakBytes: peaksOf(attempt),
        cardsFree: true,
      },
      nowMs,
    );
  }

  function step(attempt: Running, nowMs: number): void {
    const { work, log, lease, stop } = attempt;
    const node = look();
    const processes = node.processes.filter(({ pid }) => attempt.pids.includes(pid));
    if (processes.length < attempt.pids.length)
      return finish(
        attempt,
        { class: 'program', exitCode: 137, signal: 'SIGKILL', message: 'killed by somebody' },
        nowMs,
      );
    if (stop !== null) {
      if (nowMs < stop.killAtMs) return;
      const isLimit = stop.reason === 'time-limit';
      log.print('out', '\nSIGTERM: saving and ending\n');
      return finish(
        attempt,
        {
          class: isLimit ? 'timeout' : stop.reason === 'preempted' ? 'preempted' : 'user_kill',
          exitCode: 143,
          signal: 'SIGTERM',
        },
        nowMs,
      );
    }
    if (lease.timeLimitSeconds !== null && nowMs - attempt.startedAtMs > lease.timeLimitSeconds * 1000) {
      attempt.stop = { reason: 'time-limit', killAtMs: nowMs + 1000 };
      return tell(attempt, { state: 'stopping', stopReason: 'time-limit' }, nowMs);
    }
    const held = Math.max(0, ...processes.map((process) => process.work?.memoryBytes ?? 0));
    attempt.peakBytes = Math.max(attempt.peakBytes, held);
    const outOfMemory = shortage(node, attempt, processes);
    if (outOfMemory !== null && nowMs - attempt.startedAtMs > LOADING_MS) {
      const line = outOfMemoryLine(outOfMemory.triedBytes, outOfMemory.totalBytes, outOfMemory.freeBytes);
      log.print(
        'err',
        `Traceback (most recent call last):\n  File "train.py", line 96, in forward\n${line}\n`,
      );
      return finish(
        attempt,
        { class: 'gpu_oom', exitCode: 1, outOfMemory: bareOutOfMemory(line, outOfMemory.triedBytes) },
        nowMs,
      );
    }
    print(attempt, nowMs);
    if (work.ends === 'nan' && attempt.epoch > NAN_EPOCH) {
      log.print('err', NAN_LINES);
      return finish(attempt, { class: 'program', exitCode: 1, message: 'ValueError: loss is nan' }, nowMs);
    }
    if (nowMs - attempt.startedAtMs >= work.durationMs) {
      log.print('out', DONE_LINE);
      return finish(attempt, { class: 'ok', exitCode: 0 }, nowMs);
    }
    const known = attempt.report.gpuMemoryPeakBytes[0]?.bytes ?? 0;
    if (attempt.peakBytes - known > 256 * MIB || attempt.report.state === 'starting')
      tell(attempt, { state: 'running', gpuMemoryPeakBytes: peaksOf(attempt) }, nowMs);
  }

  return {
    async launch(lease) {
      const before = attempts.get(lease.attempt);
      if (before) return { kind: 'launched' };
      const node = look();
      const cards = lease.gpus.map(({ uuid }) => node.cards.find((card) => card.uuid === uuid));
      if (cards.some((card) => card === undefined || card.fault !== 'none'))
        return {
          kind: 'refused',
          code: 'not-here',
          message: 'that GPU is not in this machine any more',
          remarks: null,
        };
      const work = workOf(lease);
      const processes = processesOf(node, lease, work, user);
      change({
        ...node,
        processes: [...node.processes, ...processes],
        nextPid: node.nextPid + processes.length + 3,
        nextJob: node.nextJob + 1,
      });
      const nowMs = node.atMs;
      const log = imaginedLog();
      log.print(
        'out',
        headLines(
          lease.command,
          work,
          lease.gpus.map(({ uuid }) => uuid),
        ),
      );
      const pids = processes.map(({ pid }) => pid);
      const attempt: Running = {
        lease,
        work,
        log,
        random: seededRandom(lease.attempt),
        pids,
        startedAtMs: nowMs,
        epoch: 0,
        peakBytes: 0,
        stop: null,
        report: firstReport(lease, pids[0] ?? null, nowMs),
        toldAtMs: nowMs,
      };
      attempts.set(lease.attempt, attempt);
      logs.set(lease.attempt, log);
      tell(attempt, { state: 'running' }, nowMs);
      return { kind: 'launched' };
    },
    async stop({ attempt: id, fence, reason, graceSeconds }) {
      const attempt = attempts.get(id);
      if (!attempt || attempt.report.state === 'ended' || isLower(fence, attempt.lease.fence)) return false;
      const nowMs = look().atMs;
      // It saves and ends by itself, well within its grace.
      const neededMs = Math.min(1500, 1000 * (graceSeconds ?? attempt.lease.graceSeconds));
      attempt.stop = { reason, killAtMs: nowMs + neededMs };
      tell(attempt, { state: 'stopping', stopReason: reason }, nowMs);
      return true;
    },
    inventory: () => ({
      user: user.login,
      uid: user.uid,
      reports: [...attempts.values()].map(({ report }) => report),
    }),
    onReport(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    acknowledge(acknowledgements) {
      for (const { attempt: id, sequence } of acknowledgements) {
        const attempt = attempts.get(id);
        if (attempt?.report.state === 'ended' && sequence >= attempt.report.sequence) attempts.delete(id);
      }
    },
    async readLog({ attempt, ...request }) {
      const log = logs.get(attempt);
      if (!log) throw new LogNotThere(`there is no log of ${attempt} on this imagined machine`);
      return log.read(request);
    },
    // What it imagines is nowhere on a disk.
    cleanLogs: async () => ({ cleaned: [], isMore: false }),
    async orderGpus() {
      throw new Error('an imagined machine runs no programs of its owners');
    },
    runningTasks: () =>
      alive().map(({ lease, pids }) => ({ id: taskOf(lease.attempt), owner: lease.owner, rootPids: pids })),
    tasksOf(pids) {
      const tasks = new Map<number, string>();
      for (const { lease, pids: own } of alive())
        for (const pid of own) if (pids.includes(pid)) tasks.set(pid, taskOf(lease.attempt));
      return tasks;
    },
    noteSample() {},
    async close() {},
    advance(nowMs) {
      for (const attempt of attempts.values()) {
        if (attempt.report.state !== 'ended') step(attempt, nowMs);
        else if (nowMs - attempt.toldAtMs >= TOLD_AGAIN_MS) {
          attempt.toldAtMs = nowMs;
          for (const listener of listeners) listener([attempt.report]);
        }
      }
    },
  };

  function alive(): Running[] {
    return [...attempts.values()].filter(({ report }) => report.state !== 'ended');
  }
}
