/**
 * Launches attempts: refuses what must not or cannot run here, writes the lease, executes the wrapper. Of one run at
 * most one attempt is ever alive: a lease of a lower fence is refused, one of a higher fence ends the older and waits
 * until nothing of it is left.
 */
import { randomBytes } from 'node:crypto';
import { statfs } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { isAbsolute } from 'node:path';
import { DiskFull } from '../../../io/atomicFile.ts';
import type { Clock } from '../../../io/clock.ts';
import type { Log } from '../../../io/log.ts';
import { MAX_ATTEMPTS_PER_NODE } from '../../../model/limits.ts';
import { parseAttemptId } from '../../../model/task.ts';
import type { Lease } from '../../../protocol/supervision.ts';
import { type Attempt, type AttemptSurroundings, openAttempt } from '../attempt.ts';
import { attemptFiles, type KeptLease } from '../files/attemptFiles.ts';
import { kernelOomKills } from '../files/bootTime.ts';
import { attemptLogs } from '../logs/attemptLogs.ts';
import { compareFences, highestFenceInLogs, logPaths, makeLogs, removeLogs } from '../logs/logFiles.ts';
import { OwnerProgramError, type OwnerPrograms } from '../owner/ownerPrograms.ts';
import type { LaunchAnswer } from '../supervisor.ts';
import { makeControlGroup, openControlGroup } from '../tree/controlGroup.ts';
import type { OwnWrapper } from '../wrapper/wrapperLife.ts';
import { commandOf } from './commandOf.ts';
import { argvProblem, needsBash, payloadEnvironment, wrapperEnvironment } from './payload.ts';
import { startWrapper } from './startWrapper.ts';

export interface LauncherOptions {
  attemptsFolder: string;
  logsFolder: string;
  wrapperScript: string;
  /** Where control groups can be made; null for nowhere. */
  groupParent: string | null;
  bootId: string | null;
  /** Those that are known here; a launched one is added. */
  attempts: Map<string, Attempt>;
  /** Begins the word on a launch: what it came to is answered, not reported. Ends with what it returns. */
  answering: (id: string) => () => void;
  /** Removes one that is over and its folder; resolves when nothing of it is written any more. */
  forget: (id: string) => Promise<void>;
  surroundingsOf: (id: string) => AttemptSurroundings;
  programs: OwnerPrograms;
  /** Those of these GPUs that this machine does not have, or cannot reach. */
  missingGpus: (uuids: readonly string[]) => Promise<string[]>;
  prepareSignals: () => Promise<void>;
  clock: Clock;
  log: Log;
}

type Refused = Extract<LaunchAnswer, { kind: 'refused' }>;
const refused = (code: Refused['code'], message: string, remarks: Refused['remarks'] = null): Refused => ({
  kind: 'refused',
  code,
  message: message.slice(0, 2000),
  remarks,
});
const LAUNCHED: LaunchAnswer = { kind: 'launched' };

/** With less the end of an attempt might not find room, nor its log. */
const LEAST_FREE_BYTES = 16 * 1024 * 1024;
/** The wrapper executes within milliseconds; a working directory on a dead file server holds it for as long as that is dead. */
const START_PATIENCE_MS = 1500;

export interface Launcher {
  launch(lease: Lease): Promise<LaunchAnswer>;
  /** True while an attempt of the same run is being launched. */
  isLaunching(attempt: string): boolean;
  /** Waits for what is being launched; nothing new is. */
  close(): Promise<void>;
}

/** A launcher for one data folder. */
export function createLauncher(options: LauncherOptions): Launcher {
  const { attempts, attemptsFolder, logsFolder, clock, log } = options;
  /** One launch after the other for each run. */
  const byRun = new Map<string, Promise<unknown>>();
  let isClosed = false;

  async function launchNow(lease: Lease): Promise<LaunchAnswer> {
    if (isClosed) return refused('failed', 'the agent is stopping');
    const known = attempts.get(lease.attempt);
    if (known !== undefined && compareFences(known.lease.fence, lease.fence) === 0) return LAUNCHED;
    const problem = (await fenceProblem(lease)) ?? (await placeProblem(lease));
    if (problem !== null) return problem;
    const argv = await commandOf(lease, options.programs).catch((failure: unknown) => {
      if (failure instanceof OwnerProgramError) return failure;
      throw failure;
    });
    if (argv instanceof OwnerProgramError) return refused('command', argv.message);
    const argvTrouble = argvProblem(argv);
    if (argvTrouble !== null) return refused('command', argvTrouble);
    const older = ofTheSameRun(lease).filter((attempt) => !attempt.isOver());
    if (older.length > 0 && !(await endOlder(older))) {
      return refused('failed', 'an earlier attempt of this run still lives here and is being stopped first');
    }
    return execute(lease, argv);
  }

  const ofTheSameRun = (lease: Lease): Attempt[] =>
    [...attempts.values()].filter((attempt) => runOf(attempt.id) === runOf(lease.attempt));

  async function fenceProblem(lease: Lease): Promise<Refused | null> {
    const fences = ofTheSameRun(lease).map((attempt) => attempt.lease.fence);
    const inLogs = await highestFenceInLogs(logsFolder, lease.attempt);
    const highest = [...fences, ...(inLogs === null ? [] : [inLogs])].sort(compareFences).at(-1);
    if (highest === undefined || compareFences(lease.fence, highest) > 0) return null;
    return refused(
      'superseded',
      `this run was given out here under ${highest.epoch}.${highest.number}, which is no older than ${lease.fence.epoch}.${lease.fence.number}: nothing is executed twice`,
    );
  }

  async function placeProblem({ owner, gpus, workingDirectory }: Lease): Promise<Refused | null> {
    const own = userInfo();
    if (owner !== own.username) {
      return refused(
        'owner',
        `this agent runs as ${own.username} (uid ${own.uid}) and executes only that user's tasks; this one is ${owner}'s`,
      );
    }
    if (!isAbsolute(workingDirectory) || workingDirectory.includes('\0'))
      return refused('working-directory', `${workingDirectory} is no absolute path`);
    if (attempts.size >= MAX_ATTEMPTS_PER_NODE)
      return refused(
        'failed',
        `there are ${attempts.size} attempts here already that the hub has not acknowledged`,
      );
    const { bavail, bsize } = await statfs(attemptsFolder);
    if (bavail * bsize < LEAST_FREE_BYTES)
      return refused(
        'disk',
        `the disk of ${attemptsFolder} has less than ${LEAST_FREE_BYTES / 1024 / 1024} MiB left: make room`,
      );
    if (gpus.length === 0) return null;
    const missing = await options.missingGpus(gpus.map(({ uuid }) => uuid));
    return missing.length === 0
      ? null
      : refused('not-here', `GPU ${missing.join(', ')} is not on this machine`);
  }

  /** Begins to end them; true where that took no longer than a launch may. */
  async function endOlder(older: readonly Attempt[]): Promise<boolean> {
    await options.prepareSignals();
    for (const attempt of older) void attempt.stop('superseded', attempt.lease.graceSeconds);
    const late = new Promise<void>((resolve) => clock.after(START_PATIENCE_MS, resolve));
    await Promise.race([Promise.all(older.map((attempt) => attempt.over)), late]);
    return older.every((attempt) => attempt.isOver());
  }

  async function execute(lease: Lease, argv: readonly string[]): Promise<LaunchAnswer> {
    if (isClosed) return refused('failed', 'the agent is stopping');
    const paths = logPaths(logsFolder, lease.attempt);
    if (paths === null) return refused('failed', `${lease.attempt} is no attempt`);
    const files = attemptFiles(attemptsFolder, lease.attempt);
    const mark = randomBytes(16).toString('hex');
    const group =
      options.groupParent === null ? null : makeControlGroup(options.groupParent, lease.attempt, mark);
    const nowMs = clock.nowMs();
    const kept: KeptLease = {
      lease,
      mark,
      writtenAtMs: nowMs,
      bootId: options.bootId,
      groupFolder: group?.folder ?? null,
      kernelOomKills: kernelOomKills(),
    };
    const environment = payloadEnvironment(lease, mark);
    const own: OwnWrapper = { pid: 0, exit: null };
    let attempt: Attempt | null = null;
    try {
      // What an attempt of the same name left, over and superseded: a restored hub counts its attempts anew.
      await options.forget(lease.attempt);
      await files.remove();
      await files.writeLease(kept);
      const logs = await makeLogs(paths, {
        fence: lease.fence,
        startedAtMs: nowMs,
        completedAtMs: null,
        gaps: { out: null, err: null },
        cleaned: null,
      });
      try {
        const child = await startWrapper({
          script: options.wrapperScript,
          folder: files.folder,
          workingDirectory: lease.workingDirectory,
          groupFolder: kept.groupFolder,
          argv,
          environment: wrapperEnvironment(environment),
          usesBash: needsBash(environment),
          outFd: logs.out.fd,
          errFd: logs.err.fd,
        });
        own.pid = child.pid ?? 0;
        child.once('exit', (code, signal) => {
          own.exit = { code, signal };
          void attempt?.look();
        });
      } finally {
        await logs.close();
      }
    } catch (failure) {
      await files.remove().catch(() => undefined);
      await removeLogs(paths).catch(() => undefined);
      if (group !== null) openControlGroup(group.folder).remove();
      return launchFailure(failure);
    }
    attempt = openAttempt({
      kept,
      files,
      logs: attemptLogs({
        paths,
        fence: lease.fence,
        headBytes: lease.logHeadBytes,
        tailBytes: lease.logTailBytes,
        startedAtMs: nowMs,
        warn: (message) => log.warn({ attempt: lease.attempt }, message),
      }),
      surroundings: options.surroundingsOf(lease.attempt),
      earlier: null,
      ownWrapper: own,
    });
    attempts.set(lease.attempt, attempt);
    const answered = options.answering(lease.attempt);
    try {
      await attempt.look();
      return await answerOnceStarted(attempt);
    } finally {
      answered();
    }
  }

  /** Whether it executes is known within milliseconds; where it is not, the reports tell it later. */
  async function answerOnceStarted(attempt: Attempt): Promise<LaunchAnswer> {
    const untilMs = performance.now() + START_PATIENCE_MS;
    while (attempt.report().state === 'starting' && performance.now() < untilMs) {
      await new Promise<void>((resolve) => clock.after(5, resolve));
    }
    const { state, message, remarks } = attempt.report();
    const refusal = attempt.refusal();
    if (state !== 'never-started' || refusal === null) return LAUNCHED;
    await options.forget(attempt.id);
    return refused(refusal === 'disk' ? 'disk' : 'working-directory', message ?? refusal, remarks);
  }

  return {
    launch(lease) {
      const run = runOf(lease.attempt);
      const launching = (byRun.get(run) ?? Promise.resolve())
        .then(() => launchNow(lease))
        .catch(launchFailure)
        .finally(() => {
          if (byRun.get(run) === launching) byRun.delete(run);
        });
      byRun.set(run, launching);
      return launching;
    },
    isLaunching: (attempt) => byRun.has(runOf(attempt)),
    async close() {
      isClosed = true;
      await Promise.all(byRun.values());
    },
  };
}

function launchFailure(failure: unknown): Refused {
  if (
    failure instanceof DiskFull ||
    (failure instanceof Error && 'code' in failure && failure.code === 'ENOSPC')
  )
    return refused('disk', failure.message);
  if (failure instanceof Error && 'code' in failure && failure.code === 'E2BIG')
    return refused(
      'command',
      'its arguments and environment together are larger than this machine takes (E2BIG)',
    );
  return refused(
    'failed',
    `could not be launched: ${failure instanceof Error ? failure.message : String(failure)}`,
  );
}

/** `t42.1` */
function runOf(attempt: string): string {
  const parts = parseAttemptId(attempt);
  return parts === null ? attempt : `${parts.task}.${parts.run}`;
}
