/** A supervisor over a folder of its own, with real processes and imagined cards, and what its reports say. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { startSupervisor } from '../../src/agent/supervisor/startSupervisor.ts';
import type { Supervisor } from '../../src/agent/supervisor/supervisor.ts';
import { systemClock } from '../../src/io/clock.ts';
import { silentLog } from '../../src/io/log.ts';
import type { TaskCommand } from '../../src/model/command.ts';
import type { GpuReading } from '../../src/model/gpu.ts';
import type { AttemptReport, Lease } from '../../src/protocol/supervision.ts';
import { answeredDriver } from './samples.ts';
import { waitFor } from './waitFor.ts';

/** A lease of a shell script, unless another command is given. */
export function leaseOf(attempt: string, command: string | TaskCommand, other: Partial<Lease> = {}): Lease {
  return {
    attempt,
    fence: { epoch: 1, number: 1 },
    owner: userInfo().username,
    taskName: 'Task:0',
    command: typeof command === 'string' ? { kind: 'shell', script: command, parameters: [] } : command,
    parameters: [],
    workingDirectory: '/tmp',
    environment: { PATH: process.env.PATH ?? '/usr/bin:/bin', HOME: '/tmp' },
    gpus: [],
    timeLimitSeconds: null,
    graceSeconds: 5,
    outOfMemoryExitCodes: [],
    outOfMemoryTexts: [],
    logHeadBytes: 1024 * 1024,
    logTailBytes: 1024 * 1024,
    ...other,
  };
}

export interface SupervisorBed {
  folder: string;
  supervisor: Supervisor;
  /** Every report that was told, in order. */
  reports: AttemptReport[];
  /** The newest of an attempt. */
  report(attempt: string): AttemptReport | null;
  until(
    attempt: string,
    what: string,
    isTrue: (report: AttemptReport) => boolean,
    withinMs?: number,
  ): Promise<AttemptReport>;
  /** Once it has ended and its cards are free. */
  untilOver(attempt: string, withinMs?: number): Promise<AttemptReport>;
  /** A stream of an attempt, whole. */
  log(attempt: string, stream?: 'out' | 'err'): Promise<string>;
  /** Lets go, and opens the same folder again, as a restarted agent does. */
  reopen(): Promise<void>;
  close(): Promise<void>;
}

export interface BedOptions {
  folder?: string;
  gpus?: () => GpuReading[];
  bootId?: () => string;
  /** As an agent that was started from a login: it may make no control groups. */
  isWithoutControlGroups?: boolean;
}

/** Starts it. */
export async function openSupervisorBed({
  folder: named,
  gpus = () => [],
  bootId,
  isWithoutControlGroups = false,
}: BedOptions = {}): Promise<SupervisorBed> {
  const folder = named ?? mkdtempSync(join(tmpdir(), 'flowline-supervisor-'));
  const reports: AttemptReport[] = [];
  async function open(): Promise<Supervisor> {
    const supervisor = await startSupervisor({
      dataFolder: folder,
      environment: { PATH: process.env.PATH },
      readGpus: async () => ({
        driver: answeredDriver(Date.now() + 1),
        gpus: gpus(),
        refusedFigures: {},
      }),
      clock: systemClock,
      log: silentLog,
      ...(bootId ? { bootId: bootId() } : {}),
      ...(isWithoutControlGroups ? { groupParent: null } : {}),
    });
    supervisor.onReport((told) => reports.push(...told));
    return supervisor;
  }
  const bed: SupervisorBed = {
    folder,
    supervisor: await open(),
    reports,
    report: (attempt) =>
      bed.supervisor.inventory().reports.find((report) => report.attempt === attempt) ??
      reports.findLast((report) => report.attempt === attempt) ??
      null,
    until: (attempt, what, isTrue, withinMs) =>
      waitFor(
        `${attempt} ${what}`,
        () => {
          const report = bed.report(attempt);
          return report !== null && isTrue(report) && report;
        },
        withinMs,
      ),
    untilOver: (attempt, withinMs) =>
      bed.until(
        attempt,
        'to be over',
        ({ state, cardsFree }) => (state === 'ended' || state === 'never-started') && cardsFree,
        withinMs,
      ),
    async log(attempt, stream = 'out') {
      const slice = await bed.supervisor.readLog({
        attempt,
        stream,
        place: { fromByte: 0 },
        maxBytes: 512 * 1024,
        waitMs: 0,
      });
      return Buffer.from(slice.base64, 'base64').toString('utf8');
    },
    async reopen() {
      await bed.supervisor.close();
      bed.supervisor = await open();
    },
    async close() {
      for (const { attempt, fence } of bed.supervisor.inventory().reports)
        await bed.supervisor.stop({ attempt, fence, reason: 'user', graceSeconds: 0 });
      await waitFor('everything to be over', () =>
        bed.supervisor
          .inventory()
          .reports.every(({ state }) => state === 'ended' || state === 'never-started'),
      );
      await bed.supervisor.close();
      if (named === undefined) rmSync(folder, { recursive: true, force: true });
    },
  };
  return bed;
}
