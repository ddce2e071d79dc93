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
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { StopReason } from '../../model/endRemark.ts';
import type { AttemptReport, Lease } from '../../protocol/supervision.ts';
import { readKernelConstants } from '../collectors/processes/bootClock.ts';
import { type CardWatch, type WatchedCards, watchCardsOf } from './cards.ts';
import { conclusionOf, neverStartedRemark, said } from './conclusion.ts';
import type { AttemptFiles, Exit, KeptLease, KeptStop } from './files/attemptFiles.ts';
import { instantOf, isPast } from './files/bootTime.ts';
import { watchFolder } from './files/watchFolder.ts';
import type { AttemptLogs } from './logs/attemptLogs.ts';
import { oneAtATime } from './oneAtATime.ts';
import { type HeldMemory, raisedPeaks } from './peaks.ts';
import { keepReport } from './report.ts';
import { openControlGroup } from './tree/controlGroup.ts';
import { createTreeEnder } from './tree/endTree.ts';
import type { ProcessTable } from './tree/processTable.ts';
import { createProcessTree } from './tree/processTree.ts';
import type { SignalMember } from './tree/signalMember.ts';
import { type OwnWrapper, wrapperLife } from './wrapper/wrapperLife.ts';

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
  /**
   * For one that an earlier agent left, before anything is told of it: takes its claim where nobody did, goes on with a
   * stop that was asked for. Resolves when it may be told of.
   */
  adopt(): Promise<void>;
  /** Looks what became of it; resolves when what was found is dealt with. */
  look(): Promise<void>;
  stop(reason: StopReason, graceSeconds: number): Promise<void>;
  /** What a sample says its processes hold, by card. */
  noteGpuMemory(held: HeldMemory): void;
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

const TREE_LOOK_EACH_TICKS = 5;
const { pageBytes } = readKernelConstants();

/** Takes up an attempt whose lease is on disk. */
export function openAttempt(options: AttemptOptions): Attempt {
  const { kept, files, logs, surroundings, earlier, ownWrapper } = options;
  const { lease } = kept;
  const { table, clock, log, bootId } = surroundings;
  const report = keepReport({ lease, earlier, files, changed: surroundings.changed, clock, log });
  const group = kept.groupFolder === null ? null : openControlGroup(kept.groupFolder);
  const isOtherBoot = kept.bootId !== null && bootId !== null && kept.bootId !== bootId;
  let stop: KeptStop | null = files.readStop();
  /** The program ended before anybody asked it to: a stop that comes later does not change why. */
  let endedItself = false;
  let isLetGo = false;
  let ticks = 0;
  let stopCards = () => {};
  let tidying: Promise<unknown> = Promise.resolve();
  const over = Promise.withResolvers<void>();
  const tree = createProcessTree({
    table,
    signalMember: surroundings.signalMember,
    mark: kept.mark,
    wrapper: () => wrapper.start(),
    group: () => group,
  });
  const wrapper = wrapperLife({
    files,
    own: ownWrapper,
    isOtherBoot,
    table,
    isTreeEmpty: () => tree.members().length === 0,
    clock,
  });
  const ender = createTreeEnder({
    tree,
    signalMember: surroundings.signalMember,
    hasTold: () => wrapper.isGone() || files.readExit(false) !== null,
    endWrapper() {
      const start = wrapper.start();
      return start !== null && surroundings.signalMember(start, 'SIGKILL');
    },
    unkillable: (remark) => report.change(remark === null ? { message: null, remarks: [] } : said([remark])),
    clock,
  });
  const look = oneAtATime(lookOnce, (failure) =>
    log.error({ attempt: lease.attempt, failure }, 'could not look after an attempt'),
  );
  const stopWatching = report.isFinal() ? () => {} : watchFolder(files.folder, look);
  if (report.isFinal()) over.resolve();

  async function lookOnce(): Promise<void> {
    if (report.isFinal() || isLetGo) return;
    // In this order: what is gone has written what it ever will.
    const isGone = wrapper.isGone();
    const start = wrapper.readStart();
    if (start !== null && report.current().state === 'starting') {
      const state = stop === null ? 'running' : 'stopping';
      const startedAtMs = isOtherBoot ? null : instantOf(start.uptimeSeconds, clock.nowMs());
      report.change({ state, pid: start.pid, startedAtMs });
    }
    const exit = files.readExit(isGone);
    if (exit === null && !isGone) return;
    if (start === null && exit === null) return neverStarted();
    await end(exit);
  }

  async function neverStarted(): Promise<void> {
    const refusal = files.readRefusal();
    const words = said([neverStartedRemark(refusal, stop !== null, lease)]);
    // A folder that took so long to be refused, or a full disk, is the machine's: without a class it costs nothing.
    const class_ = refusal === null || stop !== null ? null : 'infra';
    await report.changeForGood({ state: 'never-started', class: class_, ...words, cardsFree: true });
    finish();
  }

  async function end(exit: Exit | null): Promise<void> {
    if (stop === null) endedItself = true;
    // Its last tool may still be ending, and is nothing that the program left behind.
    await wrapper.untilGone();
    const left = isOtherBoot ? [] : await tree.membersAnew();
    if (left.length > 0) await ender.end((stop?.graceSeconds ?? lease.graceSeconds) * 1000);
    if (isLetGo) return;
    const cards = watchCards();
    const conclusion = await conclusionOf({
      lease,
      exit,
      exitWrittenAtMs: files.exitWrittenAtMs(),
      seenCode: ownWrapper?.exit?.code ?? null,
      isOtherBoot,
      stopReason: endedItself ? null : (stop?.reason ?? null),
      leftBehind: left.length,
      groupOomKills: group?.oomKills() ?? null,
      kernelOomKillsBefore: kept.kernelOomKills,
      findOutOfMemory: () => logs.findOutOfMemory(lease.outOfMemoryTexts),
      lastWords: () => logs.lastWords().catch(() => null),
      nowMs: clock.nowMs(),
    });
    await report.changeForGood({ ...conclusion, cardsFree: cards.areFree() });
    finish();
    void tellWhenFree(cards.free);
  }

  function watchCards(): WatchedCards {
    // Nothing holds memory over a restart of the machine.
    const uuids = isOtherBoot ? [] : lease.gpus.map(({ uuid }) => uuid);
    const watched = watchCardsOf({ cards: surroundings.cards, uuids, seen: tree.seen(), table });
    stopCards = watched.stop;
    return watched;
  }

  async function tellWhenFree(free: Promise<void>): Promise<void> {
    if (report.current().cardsFree) return;
    await free;
    if (!isLetGo) await report.changeForGood({ cardsFree: true });
  }

  function finish(): void {
    if (!report.isFinal()) return;
    stopWatching();
    group?.remove();
    over.resolve();
    // The environment is not kept longer than it is needed.
    const cleared = files.writeLease({ ...kept, lease: { ...lease, environment: {} } });
    const completed = report.current().state === 'ended' ? logs.complete(clock.nowMs()) : null;
    tidying = Promise.all([cleared, completed]).catch((failure: unknown) =>
      log.warn({ attempt: lease.attempt, failure: String(failure) }, 'could not tidy up after an attempt'),
    );
  }

  async function askToStop(reason: StopReason, graceSeconds: number): Promise<void> {
    if (report.isFinal()) return;
    if (endedItself || files.readExit(false) !== null) {
      // It ended by itself; only what it left behind is in a hurry now.
      if (ender.isEnding()) void ender.end(graceSeconds * 1000);
      return look();
    }
    // What somebody killed is not queued again because it was to make room first.
    const kept = stop !== null && reason !== 'user' ? stop.reason : reason;
    const isNews = stop?.reason !== kept;
    stop = { reason: kept, graceSeconds, askedAtMs: stop?.askedAtMs ?? clock.nowMs() };
    await files.writeStop(stop).catch((failure: unknown) => {
      const words = 'could not write down that an attempt is to stop; stopping it all the same';
      log.warn({ attempt: lease.attempt, failure: String(failure) }, words);
    });
    if (isNews) report.change({ state: 'stopping', stopReason: kept });
    void ender.end(graceSeconds * 1000).then(look);
  }

  function isTimeUp(): boolean {
    const start = wrapper.start();
    return stop === null && start !== null && isPast(start.uptimeSeconds, lease.timeLimitSeconds);
  }

  function noteHostMemory(): void {
    const bytes = tree.members().reduce((sum, { residentPages }) => sum + residentPages * pageBytes, 0);
    const peak = report.current().hostMemoryPeakBytes ?? 0;
    if (bytes > peak) report.note({ hostMemoryPeakBytes: bytes });
    report.save();
  }

  return {
    id: lease.attempt,
    lease,
    report: report.current,
    isOver: report.isFinal,
    over: over.promise,
    rootPids: () => [...wrapper.pids(), ...tree.lastPids()],
    pids: () => [...wrapper.pids(), ...tree.members().map(({ pid }) => pid)],
    refusal: files.readRefusal,
    async adopt() {
      await report.takeOver();
      if (report.isFinal()) return void tellWhenFree(watchCards().free);
      if (files.takeClaim()) return void neverStarted();
      // Known from now on, whatever becomes of it before the next look: whose memory on a card is waited for.
      tree.members();
      if (stop !== null) void ender.end(stop.graceSeconds * 1000).then(look);
      void look();
    },
    look,
    stop: askToStop,
    noteGpuMemory({ bytesByUuid, pids }) {
      for (const pid of pids) tree.noteSeen(pid);
      report.note({ gpuMemoryPeakBytes: raisedPeaks(report.current().gpuMemoryPeakBytes, bytesByUuid) });
    },
    tick() {
      if (report.isFinal()) return;
      ticks += 1;
      void look();
      void logs.keepWithinCap();
      if (ticks % TREE_LOOK_EACH_TICKS === 0) noteHostMemory();
      if (isTimeUp()) void askToStop('time-limit', lease.graceSeconds);
    },
    letGo() {
      isLetGo = true;
      stopWatching();
      ender.letGo();
      report.letGo();
      stopCards();
    },
    async forget() {
      await Promise.all([report.settled(), tidying]);
      // Once more: right after its last process a group may still be in use.
      group?.remove();
      await files.remove().catch((failure: unknown) => {
        log.warn(
          { attempt: lease.attempt, failure: String(failure) },
          'could not remove the folder of an attempt',
        );
      });
      if (report.current().state === 'never-started') await logs.remove();
    },
  };
}
