/**
 * The life of one attempt on its node, as its folder tells it and as the hub is told.
 *
 * It is `starting` from the lease until the wrapper has written that it executes the program, then `running`; `stopping`
 * once somebody asked, or its time was up. It has `ended` when the wrapper wrote how the program ended, or is gone
 * without that, **and** nothing of the process tree lives: what a program leaves behind is ended too. `never-started` is
 * an end without a beginning: nothing executed, and the claim sees to it that nothing will.
 *
 * Every fact comes from the folder, so it makes no difference whether this agent started the wrapper or found it. Looks
 * are cheap and may come at any time: from the folder's watch, the wrapper's exit, a stop, a slow tick.
 */
import { type FSWatcher, watch } from 'node:fs';
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { AttemptReport, Lease, StopReason } from '../../protocol/supervision.ts';
import { readKernelConstants } from '../collectors/processes/bootClock.ts';
import type { CardWatch } from './cards.ts';
import type { AttemptFiles, Exit, KeptLease, KeptStop, Start } from './files/attemptFiles.ts';
import { parseTimes } from './files/attemptFiles.ts';
import { instantOf, kernelOomKills, uptimeSeconds } from './files/bootTime.ts';
import type { AttemptLogs } from './logs/attemptLogs.ts';
import { isFinalReport, type ReportChange } from './report.ts';
import { type ControlGroup, openControlGroup } from './tree/controlGroup.ts';
import { createTreeEnder } from './tree/endTree.ts';
import type { ProcessTable } from './tree/processTable.ts';
import { createProcessTree } from './tree/processTree.ts';
import type { SignalMember } from './tree/signalMember.ts';
import { verdictOf } from './verdict.ts';

export interface AttemptSurroundings {
  bootId: string | null;
  table: ProcessTable;
  signalMember: SignalMember;
  cards: CardWatch;
  clock: Clock;
  log: Log;
  /** Its report changed, and is as much on disk as it has to be. */
  changed: () => void;
}

/** The wrapper as a child of this very agent. */
export interface OwnWrapper {
  pid: number;
  /** Null while it lives. */
  exit: { code: number | null; signal: string | null } | null;
}

export interface Attempt {
  id: string;
  lease: Lease;
  report(): AttemptReport;
  /** Nothing of it lives any more, or ever did. */
  isOver(): boolean;
  /** Resolves when it is over. */
  over: Promise<void>;
  /** The wrapper and every process lately known: whatever runs below them belongs to the task. */
  rootPids(): number[];
  /** Wrapper and processes, looked up now. */
  pids(): number[];
  /** Why the wrapper executed nothing, as it wrote; null where it wrote nothing. */
  refusal(): string | null;
  /** For one that an earlier agent left: takes its claim where nobody did, goes on with a stop that was asked for. */
  adopt(): Promise<void>;
  /** Looks what became of it; resolves when what was found is dealt with. */
  look(): Promise<void>;
  stop(reason: StopReason, graceSeconds: number): Promise<void>;
  /** What a sample says its processes hold, by card. */
  noteGpuMemory(bytesByUuid: ReadonlyMap<string, number>): void;
  /** Once a second. */
  tick(): void;
  /** Lets go of everything; the processes go on. */
  letGo(): void;
  /** Removes its folder; the logs stay, but those of one that never executed. */
  forget(): Promise<void>;
}

export interface AttemptOptions {
  kept: KeptLease;
  files: AttemptFiles;
  logs: AttemptLogs;
  surroundings: AttemptSurroundings;
  /** The newest report that an earlier agent wrote; null for a new attempt. */
  earlier: AttemptReport | null;
  ownWrapper: OwnWrapper | null;
}

/** So many changes an agent that was killed may have told without writing them down. */
const SEQUENCE_LEAP = 1000;
const WRAPPER_END_MS = 500;
const TREE_LOOK_EACH_TICKS = 5;
const { pageBytes } = readKernelConstants();

/** Takes up an attempt whose lease is on disk. */
export function openAttempt(options: AttemptOptions): Attempt {
  const { kept, files, logs, surroundings, earlier, ownWrapper } = options;
  const { lease, mark } = kept;
  const { table, clock, log, bootId } = surroundings;
  let report: AttemptReport =
    earlier === null ? newReport(lease) : { ...earlier, sequence: earlier.sequence + SEQUENCE_LEAP };
  let start: Start | null = null;
  let stop: KeptStop | null = files.readStop();
  /** The program ended before anybody asked it to: a stop that comes later does not change why. */
  let endedItself = false;
  let leftBehind = 0;
  let ticks = 0;
  let watcher: FSWatcher | null = null;
  let isLetGo = false;
  const over = Promise.withResolvers<void>();
  let stopCards = () => {};
  const group: ControlGroup | null = kept.groupFolder === null ? null : openControlGroup(kept.groupFolder);
  const isOtherBoot = kept.bootId !== null && bootId !== null && kept.bootId !== bootId;
  const tree = createProcessTree({
    table,
    signalMember: surroundings.signalMember,
    mark,
    wrapper: () => start,
    group: () => group,
  });
  const ender = createTreeEnder({
    tree,
    signalMember: surroundings.signalMember,
    hasTold: () => isWrapperGone() || files.readExit(false) !== null,
    endWrapper: () => start !== null && surroundings.signalMember(start, 'SIGKILL'),
    unkillable: (message) => change({ message }),
    clock,
  });

  function isWrapperGone(): boolean {
    if (isOtherBoot) return true;
    if (ownWrapper !== null) return ownWrapper.exit !== null;
    start ??= files.readStart();
    if (start !== null) return table.readOne(start.pid)?.startTicks !== start.startTicks;
    return tree.members().length === 0;
  }

  let writing: Promise<void> = Promise.resolve();
  let completing: Promise<void> = Promise.resolve();
  /** A change that the hub is told of at once. */
  function change(changed: ReportChange): void {
    report = { ...report, ...changed, sequence: report.sequence + 1 };
    keep(false).catch(() => undefined);
    surroundings.changed();
  }
  function keep(isFinal: boolean): Promise<void> {
    writing = writing.catch(() => undefined).then(() => files.writeReport(report, isFinal));
    return writing;
  }
  /** An end: on disk before it is told. A disk that is full is waited for. */
  async function changeForGood(changed: ReportChange): Promise<void> {
    report = { ...report, ...changed, sequence: report.sequence + 1 };
    for (let waitMs = 500; !isLetGo; waitMs = Math.min(waitMs * 2, 30_000)) {
      try {
        await keep(true);
        surroundings.changed();
        return;
      } catch (failure) {
        log.error(
          { attempt: lease.attempt, failure: String(failure) },
          'could not write down how an attempt ended; trying again',
        );
        await new Promise<void>((resolve) => clock.after(waitMs, resolve));
      }
    }
  }

  async function neverStarted(): Promise<void> {
    const message =
      stop === null
        ? neverStartedWords(files.readRefusal(), lease)
        : 'stopped before anything of it was executed';
    await changeForGood({ state: 'never-started', message, cardsFree: true });
    finish();
  }

  async function end(exit: Exit | null): Promise<void> {
    if (stop === null) endedItself = true;
    await wrapperIsGone();
    const left = isOtherBoot ? [] : await tree.membersAnew();
    if (left.length > 0) {
      leftBehind = left.length;
      await ender.end(
        stop?.graceSeconds === undefined ? lease.graceSeconds * 1000 : stop.graceSeconds * 1000,
      );
      if (isLetGo) return;
    }
    const cards = watchCards();
    const exitCode = exit?.code ?? ownWrapper?.exit?.code ?? null;
    const stopReason = endedItself ? null : (stop?.reason ?? null);
    const isFailure = exitCode !== 0 && stopReason === null;
    const verdict = verdictOf({
      exitCode,
      lostWith: exit !== null ? null : isOtherBoot ? 'machine' : 'wrapper',
      stopReason,
      outOfMemory: isFailure ? await logs.findOutOfMemory(lease.outOfMemoryTexts) : null,
      outOfMemoryExitCodes: lease.outOfMemoryExitCodes,
      groupOomKills: group?.oomKills() ?? null,
      machineOomKills: oomKillsSince(kept.kernelOomKills),
      timeLimitSeconds: lease.timeLimitSeconds,
      leftBehind: stopReason === null ? leftBehind : 0,
    });
    const [user, system] = [parseTimes(exit?.user ?? ''), parseTimes(exit?.system ?? '')];
    const nowMs = clock.nowMs();
    await changeForGood({
      ...verdict,
      state: 'ended',
      startedAtMs: report.startedAtMs ?? startedAtMs(),
      endedAtMs: exit === null || isOtherBoot ? nowMs : instantOf(exit.uptimeSeconds, nowMs),
      exitCode,
      stopReason,
      cpuSeconds: user === null || system === null ? null : Math.round((user + system) * 1000) / 1000,
      cardsFree: cards.areFree(),
    });
    finish();
    if (!report.cardsFree) {
      await cards.free;
      if (!isLetGo) await changeForGood({ cardsFree: true });
    }
  }

  /** Its last tool may still be ending, and is nothing that the program left behind. */
  async function wrapperIsGone(): Promise<void> {
    const untilMs = performance.now() + WRAPPER_END_MS;
    while (!isWrapperGone() && performance.now() < untilMs) {
      await new Promise<void>((resolve) => clock.after(2, resolve));
    }
  }

  function watchCards(): { areFree: () => boolean; free: Promise<void> } {
    const uuids = lease.gpus.map(({ uuid }) => uuid);
    if (uuids.length === 0 || isOtherBoot) return { areFree: () => true, free: Promise.resolve() };
    const seen = tree.seen();
    const waiting = surroundings.cards.whenFree(uuids, (pid) => {
      const startTicks = seen.get(pid);
      const now = table.readOne(pid);
      return startTicks !== undefined && (now === null || now.startTicks === startTicks);
    });
    stopCards = waiting.stop;
    let areFree = false;
    const free = waiting.free.then(() => {
      areFree = true;
    });
    return { areFree: () => areFree, free };
  }

  /** The environment is not kept longer than it is needed. */
  function finish(): void {
    watcher?.close();
    watcher = null;
    group?.remove();
    over.resolve();
    writing = files
      .writeLease({ ...kept, lease: { ...lease, environment: {} } })
      .catch((failure: unknown) =>
        log.warn({ attempt: lease.attempt, failure: String(failure) }, 'could not clear an environment'),
      );
    if (report.state === 'ended') completing = logs.complete(clock.nowMs());
  }

  const wrapperPids = () => [
    ...(start === null ? [] : [start.pid]),
    ...(ownWrapper === null ? [] : [ownWrapper.pid]),
  ];
  const startedAtMs = () => (start === null ? null : instantOf(start.uptimeSeconds, clock.nowMs()));

  async function lookOnce(): Promise<void> {
    if (isFinalReport(report) || isLetGo) return;
    // In this order: what is gone has written what it ever will.
    const isGone = isWrapperGone();
    start ??= files.readStart();
    if (start !== null && report.state === 'starting') {
      change({ state: stop === null ? 'running' : 'stopping', pid: start.pid, startedAtMs: startedAtMs() });
    }
    const exit = files.readExit(isGone);
    if (exit === null && !isGone) return;
    if (start === null && exit === null) return neverStarted();
    await end(exit);
  }

  let looking: Promise<void> | null = null;
  let lookAgain = false;
  /** One look at a time; a wish that comes meanwhile is one more look. */
  function look(): Promise<void> {
    if (looking !== null) {
      lookAgain = true;
      return looking;
    }
    looking = lookOnce()
      .catch((failure: unknown) =>
        log.error({ attempt: lease.attempt, failure: String(failure) }, 'could not look after an attempt'),
      )
      .finally(() => {
        looking = null;
        if (!lookAgain) return;
        lookAgain = false;
        void look();
      });
    return looking;
  }

  function begin(graceSeconds: number): void {
    void ender.end(graceSeconds * 1000).then(look);
  }

  if (isFinalReport(report)) over.resolve();
  else {
    try {
      watcher = watch(files.folder, () => void look());
      watcher.unref();
      watcher.on('error', () => watcher?.close());
    } catch {
      // No watches left on this machine: the tick sees it too, later.
    }
  }

  return {
    id: lease.attempt,
    lease,
    report: () => report,
    isOver: () => isFinalReport(report),
    over: over.promise,
    rootPids: () => [...wrapperPids(), ...tree.lastPids()],
    pids: () => [...wrapperPids(), ...tree.members().map(({ pid }) => pid)],
    refusal: files.readRefusal,
    async adopt() {
      if (isFinalReport(report)) {
        if (report.cardsFree) return;
        void watchCards().free.then(async () => {
          if (!isLetGo) await changeForGood({ cardsFree: true });
        });
        return;
      }
      if (files.takeClaim()) return neverStarted();
      if (stop !== null) begin(stop.graceSeconds);
      await look();
    },
    look,
    async stop(reason, graceSeconds) {
      if (isFinalReport(report)) return;
      if (endedItself || files.readExit(false) !== null) {
        // It ended by itself; only what it left behind is in a hurry now.
        if (ender.isEnding()) void ender.end(graceSeconds * 1000);
        return look();
      }
      // What somebody killed is not queued again because it was to make room first.
      const kept = stop !== null && reason !== 'user' ? stop.reason : reason;
      stop = { reason: kept, graceSeconds, askedAtMs: stop?.askedAtMs ?? clock.nowMs() };
      await files.writeStop(stop).catch((failure: unknown) => {
        log.warn(
          { attempt: lease.attempt, failure: String(failure) },
          'could not write down that an attempt is to stop; stopping it all the same',
        );
      });
      if (report.state !== 'stopping' && !isFinalReport(report))
        change({ state: 'stopping', stopReason: kept });
      begin(graceSeconds);
    },
    noteGpuMemory(bytesByUuid) {
      if (isFinalReport(report)) return;
      const peaks = new Map(report.gpuMemoryPeakBytes.map(({ uuid, bytes }) => [uuid, bytes]));
      for (const [uuid, bytes] of bytesByUuid) peaks.set(uuid, Math.max(peaks.get(uuid) ?? 0, bytes));
      report = { ...report, gpuMemoryPeakBytes: [...peaks].map(([uuid, bytes]) => ({ uuid, bytes })) };
    },
    tick() {
      if (isFinalReport(report)) return;
      ticks += 1;
      void look();
      void logs.keepWithinCap();
      if (ticks % TREE_LOOK_EACH_TICKS === 0) {
        const bytes = tree.members().reduce((sum, { residentPages }) => sum + residentPages * pageBytes, 0);
        if (bytes > (report.hostMemoryPeakBytes ?? 0)) report = { ...report, hostMemoryPeakBytes: bytes };
        void keep(false).catch(() => undefined);
      }
      if (isTimeUp()) void this.stop('time-limit', lease.graceSeconds);
    },
    letGo() {
      isLetGo = true;
      watcher?.close();
      ender.letGo();
      stopCards();
    },
    async forget() {
      await Promise.all([writing.catch(() => undefined), completing]);
      await files
        .remove()
        .catch((failure: unknown) =>
          log.warn(
            { attempt: lease.attempt, failure: String(failure) },
            'could not remove the folder of an attempt',
          ),
        );
      if (report.state === 'never-started') await logs.remove();
    },
  };

  function isTimeUp(): boolean {
    const now = uptimeSeconds();
    if (lease.timeLimitSeconds === null || start === null || stop !== null || now === null) return false;
    return now - start.uptimeSeconds >= lease.timeLimitSeconds;
  }
}

function newReport({ attempt, fence }: Lease): AttemptReport {
  return {
    attempt,
    fence,
    sequence: 1,
    state: 'starting',
    pid: null,
    startedAtMs: null,
    endedAtMs: null,
    exitCode: null,
    signal: null,
    class: null,
    outOfMemory: null,
    stopReason: null,
    message: null,
    cpuSeconds: null,
    hostMemoryPeakBytes: null,
    gpuMemoryPeakBytes: [],
    cardsFree: false,
  };
}

function oomKillsSince(before: number | null): number | null {
  const now = kernelOomKills();
  return now === null || before === null ? null : now - before;
}

function neverStartedWords(refusal: string | null, { workingDirectory }: Lease): string {
  if (refusal === 'working-directory')
    return `the working directory ${workingDirectory} is not there, or may not be entered`;
  if (refusal === 'disk') return 'the disk of the data folder is full: nothing was executed';
  return 'the agent ended before it executed anything of it';
}
