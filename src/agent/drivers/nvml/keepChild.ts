/**
 * Keeps one driver process answering, and never two. A child is *starting* until it says that it is ready, then it is
 * *ready*, or *asked* while it reads a sample. It may take so long for each; past that it is *ending*: killed, and waited
 * for, since a process stuck in the kernel cannot be ended before the driver lets it go. Once it is gone, the next one
 * starts after a pause that grows, and shrinks again with the first sample; where there is no driver, none is loaded or it
 * needs a reboot, only once there are signs of a change, or after a minute. What the figures mean is nvmlDriver.ts's.
 */
import type { DriverState } from '../../../model/node.ts';
import { type Said, said } from '../../said.ts';
import type { RunningChild, StartChild } from './childProcess.ts';
import type { ChildMessage, ReadyMessage, SampleMessage, SampleRequest } from './messages.ts';

export interface KeeperTimes {
  /** Opening the library may wake up every GPU, seconds each. */
  initialiseMs: number;
  sampleMs: number;
  /** Pauses before the first, second… new child; the last one from then on. */
  restartMs: readonly [number, ...number[]];
  /** The longest pause where the trouble lasts and no sign tells of a change: there may be places that nobody looks at. */
  lastingMs: number;
  /** How long a child that is told to stop may take until it is killed, and again until it is left behind. */
  stopMs: number;
}

export const keeperTimes: KeeperTimes = {
  initialiseMs: 60_000,
  sampleMs: 5_000,
  restartMs: [1_000, 2_000, 4_000, 8_000],
  lastingMs: 60_000,
  stopMs: 500,
};

export interface KeeperListener {
  onReady(message: ReadyMessage): void;
  onSample(message: SampleMessage): void;
  onTrouble(state: DriverState, why: Said): void;
}

export type Phase = 'starting' | 'ready' | 'asked' | 'ending' | 'pausing' | 'stopped';

export interface ChildKeeper {
  phase(): Phase;
  /** Asks the child for a sample; only in phase `ready`. */
  ask(request: SampleRequest): void;
  stop(): Promise<void>;
}

/** @param seeSigns a text that differs once a driver was installed (libraryPlaces.ts) */
export function keepChild(
  startChild: StartChild,
  times: KeeperTimes,
  listener: KeeperListener,
  seeSigns: () => Promise<string>,
): ChildKeeper {
  let phase: Phase = 'starting';
  let child: RunningChild | null = null;
  let timer: NodeJS.Timeout | undefined;
  /** Children that ended since the last sample. */
  let failures = 0;
  /** Whether the last child's trouble stays until somebody changes the machine, and the signs as they were at its start. */
  let isLasting = false;
  let signs: Promise<string> = Promise.resolve('');
  let onStopped: () => void = () => {};

  start();

  function start(): void {
    isLasting = false;
    signs = seeSigns();
    enter('starting', times.initialiseMs, () => giveUp(times.initialiseMs));
    child = startChild({ onMessage: hear, onEnd: restart });
    child.ask({ ask: 'start', parentPid: process.pid });
  }

  function ask(request: SampleRequest): void {
    enter('asked', times.sampleMs, () => giveUp(times.sampleMs));
    child?.ask(request);
  }

  function hear(message: ChildMessage): void {
    // What a child says after its deadline is not believed: it is being ended.
    if (phase !== 'starting' && phase !== 'asked') return;
    if (message.say === 'trouble') {
      isLasting = message.isLasting;
      enter('ending', times.sampleMs, () => child?.kill());
      listener.onTrouble(message.state, message);
      return;
    }
    enter('ready');
    if (message.say === 'ready') {
      listener.onReady(message);
    } else {
      failures = 0;
      listener.onSample(message);
    }
  }

  function giveUp(waitedMs: number): void {
    enter('ending', times.sampleMs, () =>
      listener.onTrouble('unresponsive', silent(waitedMs, { pid: child?.pid ?? null })),
    );
    child?.kill();
    listener.onTrouble('unresponsive', silent(waitedMs, null));
  }

  function restart(how: string): void {
    child = null;
    if (phase === 'stopped') {
      onStopped();
      return;
    }
    if (phase !== 'ending') listener.onTrouble('failed', said({ kind: 'reader-ended', words: how }));
    const pauseMs = times.restartMs[Math.min(failures, times.restartMs.length - 1)] ?? times.restartMs[0];
    failures += 1;
    enter('pausing', pauseMs, isLasting ? () => startOnSigns(times.lastingMs - pauseMs) : start);
  }

  /** Looks for signs of a driver, again and again. @param restMs how long a child is put off at most */
  function startOnSigns(restMs: number): void {
    // A look that hangs, as on a dead file system, puts the next child off and no further.
    enter('pausing', restMs, start);
    const own = timer;
    void Promise.all([signs, seeSigns()]).then(([before, now]) => {
      if (timer !== own) return;
      const pauseMs = times.restartMs.at(-1) ?? times.restartMs[0];
      if (now !== before) start();
      else if (pauseMs < restMs) enter('pausing', pauseMs, () => startOnSigns(restMs - pauseMs));
    });
  }

  function enter(next: Phase, deadlineMs?: number, onDeadline?: () => void): void {
    phase = next;
    clearTimeout(timer);
    timer = onDeadline === undefined ? undefined : setTimeout(onDeadline, deadlineMs);
  }

  async function stop(): Promise<void> {
    enter('stopped');
    const stopping = child;
    if (stopping === null) return;
    await new Promise<void>((resolve) => {
      onStopped = resolve;
      stopping.close();
      timer = setTimeout(() => {
        stopping.kill();
        timer = setTimeout(resolve, times.stopMs);
      }, times.stopMs);
    });
    clearTimeout(timer);
    if (child !== null) stopping.abandon();
  }

  return { phase: () => phase, ask, stop };
}

/** @param stuck its process, where that cannot be ended */
const silent = (waitedMs: number, stuck: { pid: number | null } | null): Said =>
  said({ kind: 'driver-silent', seconds: waitedMs / 1000, stuck });
