/**
 * The supervisor over one data folder: takes up what an earlier agent left, launches, stops, and tells until it is
 * acknowledged. What an attempt does is its own affair (attempt.ts); here is what concerns several of them: that no run
 * ever has two alive, which fence counts, and who is told.
 */
import { mkdir, readdir } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { clearHalfWritten } from '../../io/atomicFile.ts';
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { inParallel } from '../../lib/inParallel.ts';
import { AttemptId, parseAttemptId } from '../../model/task.ts';
import { ORDER_DEADLINE_MS } from '../../protocol/ownerProgram.ts';
import type { AttemptReport } from '../../protocol/supervision.ts';
import { readBootId } from '../collectors/host/system.ts';
import type { DriverReading } from '../drivers/driver.ts';
import { type Attempt, type AttemptSurroundings, openAttempt } from './attempt.ts';
import { createCardWatch } from './cards.ts';
import { attemptFiles, removeGone } from './files/attemptFiles.ts';
import { knownGpus } from './knownGpus.ts';
import { createLauncher } from './launch/launch.ts';
import { installWrapper } from './launch/startWrapper.ts';
import { attemptLogs } from './logs/attemptLogs.ts';
import { cleanLogs } from './logs/cleanLogs.ts';
import { compareFences, logPaths } from './logs/logFiles.ts';
import { LogNotThere } from './logs/logNotThere.ts';
import { readLog } from './logs/readLog.ts';
import { createOwnerPrograms, OwnerProgramError } from './owner/ownerPrograms.ts';
import { heldByTask } from './peaks.ts';
import type { Supervisor } from './supervisor.ts';
import { ownGroupFolder, removeAbandonedGroups } from './tree/controlGroup.ts';
import { createProcessTable } from './tree/processTable.ts';
import { createSignalMember } from './tree/signalMember.ts';

export interface SupervisorOptions {
  /** Holds `attempts` and `logs`; on a local disk, used by this process alone. */
  dataFolder: string;
  /** What the driver says now. */
  readGpus: (patienceMs: number) => Promise<DriverReading>;
  /** The agent's own environment, for programs that order GPUs. */
  environment: Record<string, string | undefined>;
  clock: Clock;
  log: Log;
  bootId?: string | null;
  /** Where control groups may be made; left out, where this process may make some. Null: nowhere. */
  groupParent?: string | null;
}

/** A report that nobody acknowledged is told again this often. */
const TELL_AGAIN_MS = 3000;
const TICK_MS = 1000;
/** Each is written to disk once; a thousand one after the other would take ten seconds. */
const TAKEN_UP_AT_ONCE = 32;

/**
 * Opens the folder and takes up every attempt that is in it.
 * @throws the system's error where the folder cannot be used
 */
export async function startSupervisor(options: SupervisorOptions): Promise<Supervisor> {
  const { clock, log } = options;
  const attemptsFolder = join(options.dataFolder, 'attempts');
  const logsFolder = join(options.dataFolder, 'logs');
  for (const folder of [attemptsFolder, logsFolder]) await mkdir(folder, { recursive: true, mode: 0o700 });
  const bootId = options.bootId === undefined ? readBootId() : options.bootId;
  const table = createProcessTable();
  const signals = createSignalMember(table);
  const cards = createCardWatch({ readGpus: options.readGpus, clock });
  const gpus = knownGpus(options.readGpus);
  const programs = createOwnerPrograms();
  const attempts = new Map<string, Attempt>();
  const listeners = new Set<(reports: AttemptReport[]) => void>();
  /** Sequence of the newest report that the hub has committed. */
  const acknowledged = new WeakMap<Attempt, number>();
  let changedIds = new Set<string>();
  /** Being launched: that nothing of it was executed is the answer's to say, with its reason. */
  const answering = new Set<string>();

  /** Changes of one moment are told together. */
  function changed(id: string): void {
    if (changedIds.size === 0) setImmediate(tellChanged);
    changedIds.add(id);
  }
  function tellChanged(): void {
    const ids = changedIds;
    changedIds = new Set();
    tell([...ids].flatMap((id) => attempts.get(id)?.report() ?? []));
  }
  function tell(all: AttemptReport[]): void {
    const reports = all.filter(({ attempt, state }) => state !== 'never-started' || !answering.has(attempt));
    if (reports.length === 0) return;
    for (const listener of listeners) listener(reports);
  }
  const isUnacknowledged = (attempt: Attempt) => attempt.report().sequence > (acknowledged.get(attempt) ?? 0);

  const forgetting = new Map<string, Promise<void>>();
  function forget(id: string): Promise<void> {
    const attempt = attempts.get(id);
    if (attempt === undefined) return forgetting.get(id) ?? Promise.resolve();
    attempts.delete(id);
    attempt.letGo();
    const done = attempt.forget().finally(() => forgetting.delete(id));
    forgetting.set(id, done);
    return done;
  }

  const surroundingsOf = (id: string): AttemptSurroundings => ({
    bootId,
    table,
    signalMember: signals.signal,
    cards,
    clock,
    log,
    changed: () => changed(id),
  });

  await removeGone(attemptsFolder);
  const groupFolders = new Set<string>();
  const names = (await readdir(attemptsFolder)).filter((name) => AttemptId.safeParse(name).success);
  await inParallel(names, TAKEN_UP_AT_ONCE, async (name) => {
    const files = attemptFiles(attemptsFolder, name);
    await clearHalfWritten(files.folder);
    const kept = files.readLease();
    const paths = logPaths(logsFolder, name);
    if (kept === null || paths === null || kept.lease.attempt !== name) {
      // The lease is on disk before anything executes: without one nothing did.
      log.warn(
        { attempt: name },
        'an attempt without a readable lease is forgotten: nothing of it was executed',
      );
      await files.remove();
      return;
    }
    const { lease } = kept;
    if (kept.groupFolder !== null) groupFolders.add(kept.groupFolder);
    const attempt = openAttempt({
      kept,
      files,
      logs: attemptLogs({
        paths,
        fence: lease.fence,
        headBytes: lease.logHeadBytes,
        tailBytes: lease.logTailBytes,
        startedAtMs: kept.writtenAtMs,
        warn: (message) => log.warn({ attempt: name }, message),
      }),
      surroundings: surroundingsOf(name),
      earlier: files.readReport(),
      ownWrapper: null,
    });
    await attempt.adopt();
    attempts.set(name, attempt);
  });

  const groupParent = options.groupParent === undefined ? ownGroupFolder() : options.groupParent;
  if (groupParent !== null) removeAbandonedGroups(groupParent, groupFolders, clock.nowMs());

  const launcher = createLauncher({
    attemptsFolder,
    logsFolder,
    wrapperScript: await installWrapper(attemptsFolder),
    groupParent,
    bootId,
    attempts,
    answering(id) {
      answering.add(id);
      return () => {
        answering.delete(id);
        changed(id);
      };
    },
    forget,
    surroundingsOf,
    programs,
    missingGpus: gpus.missing,
    prepareSignals: signals.prepare,
    clock,
    log,
  });

  const leaving = new AbortController();
  let cleaning: Promise<unknown> = Promise.resolve();

  const stopTick = clock.every(TICK_MS, () => {
    for (const attempt of attempts.values()) attempt.tick();
  });
  const stopTelling = clock.every(TELL_AGAIN_MS, () => {
    tell([...attempts.values()].filter(isUnacknowledged).map((attempt) => attempt.report()));
  });

  return {
    launch: launcher.launch,
    async stop({ attempt: id, fence, reason, graceSeconds }) {
      const attempt = attempts.get(id);
      if (attempt === undefined || compareFences(fence, attempt.lease.fence) < 0) return false;
      await signals.prepare();
      await attempt.stop(reason, graceSeconds ?? attempt.lease.graceSeconds);
      return true;
    },
    inventory() {
      const { username, uid } = userInfo();
      return { user: username, uid, reports: [...attempts.values()].map((attempt) => attempt.report()) };
    },
    onReport(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    acknowledge(acknowledgements) {
      for (const { attempt: id, fence, sequence } of acknowledgements) {
        const attempt = attempts.get(id);
        if (attempt === undefined || compareFences(fence, attempt.lease.fence) !== 0) continue;
        acknowledged.set(attempt, Math.max(sequence, acknowledged.get(attempt) ?? 0));
        if (!attempt.isOver() || !attempt.report().cardsFree || isUnacknowledged(attempt)) continue;
        void forget(id);
      }
    },
    async readLog({ attempt: id, stream, place, maxBytes, waitMs }) {
      const paths = logPaths(logsFolder, id);
      if (paths === null) throw new LogNotThere(`${id} is no attempt`);
      const attempt = attempts.get(id);
      return readLog({
        paths,
        stream,
        place,
        maxBytes,
        waitMs,
        mayGrow: () => attempt !== undefined && !attempt.isOver(),
        over: attempt?.over ?? Promise.resolve(),
        leaving: leaving.signal,
      });
    },
    cleanLogs(limits) {
      const cleaned = cleaning.then(() =>
        cleanLogs({
          logsFolder,
          limits,
          nowMs: clock.nowMs(),
          isOpen: (id) => attempts.has(id) || forgetting.has(id) || launcher.isLaunching(id),
        }),
      );
      cleaning = cleaned.catch(() => undefined);
      return cleaned;
    },
    async orderGpus({ program, workingDirectory, gpus: figures }) {
      const environment = Object.fromEntries(
        Object.entries(options.environment).flatMap(([name, value]): [string, string][] =>
          value === undefined || name.startsWith('FLOWLINE_') ? [] : [[name, value]],
        ),
      );
      const answer = await programs
        .ask({ program, workingDirectory, environment }, { kind: 'order', gpus: figures }, ORDER_DEADLINE_MS)
        .catch((failure: unknown) => {
          // What the program said stays here, with its owner: the hub's log is read by others.
          log.warn({ failure: String(failure) }, 'a program that orders GPUs failed');
          throw failure;
        });
      if ('error' in answer) throw new OwnerProgramError(answer.error);
      if ('uuids' in answer) return answer.uuids;
      throw new OwnerProgramError('the program answered with a command where an order of GPUs was asked for');
    },
    runningTasks: () =>
      [...attempts.values()].flatMap((attempt) => {
        const task = parseAttemptId(attempt.id)?.task;
        return task === undefined || attempt.isOver()
          ? []
          : [{ id: task, owner: attempt.lease.owner, rootPids: attempt.rootPids() }];
      }),
    tasksOf(pids) {
      const tasks = new Map<number, string>();
      for (const attempt of attempts.values()) {
        const task = parseAttemptId(attempt.id)?.task;
        if (task === undefined || attempt.isOver()) continue;
        const own = new Set(attempt.pids());
        for (const pid of pids) if (own.has(pid)) tasks.set(pid, task);
      }
      return tasks;
    },
    noteSample(sample) {
      gpus.note(sample.gpus);
      const held = heldByTask(sample);
      for (const attempt of attempts.values()) {
        const own = held.get(parseAttemptId(attempt.id)?.task ?? '');
        if (own !== undefined) attempt.noteGpuMemory(own);
      }
    },
    async close() {
      leaving.abort();
      stopTick();
      stopTelling();
      listeners.clear();
      cards.stop();
      programs.stop();
      await launcher.close();
      const living = [...attempts.values()].filter((attempt) => !attempt.isOver()).length;
      if (living > 0)
        log.info({ running: living }, 'tasks go on without the agent; the next start finds them');
      for (const attempt of attempts.values()) attempt.letGo();
    },
  };
}
