/**
 * Keeps a list of every process of the machine without being felt: each round reads the list in slices that end after a
 * millisecond or so, spread over the interval by what is left of both. What a slice found is told at once. A round takes
 * 10 s while somebody asks, and five minutes once nobody has for a minute. Who asks for a list that is older than 10 s
 * hurries a newer one and waits for it a little; who asks before the first round is through waits until it is. Those that
 * started since are read whenever somebody asks: who starts a program and looks for it must not be told that it is not there.
 */
import { readdir } from 'node:fs/promises';
import { setTimeout as delay, setImmediate as letOthersRun } from 'node:timers/promises';
import type { ProcessFacts } from '../sources.ts';
import type { ProcessReader } from './processReader.ts';

export interface ProcessSweep {
  /** Every process but the kernel's threads: who is new read now, the others as last read, about 10 s ago at most. */
  all(): Promise<ProcessFacts[]>;
  /** It is known to have ended: nobody is to wait a round to be told so. */
  forget(pid: number): void;
  stop(): Promise<void>;
}

const ROUND_MS = 10_000;
/** A round at rest takes as long as so many: hardly felt, and most profiles are known when somebody asks. */
const ROUNDS_AT_REST = 30;
/** For so many rounds after the list was asked for, it is kept new. */
const WATCHED_ROUNDS = 6;
/** So long is waited for a newer list: the hub waits 2 s for the whole answer (requests.ts). */
const PATIENCE_MS = 1000;
/** What is read once a round is a round old at most, and was begun two rounds ago at most. */
const OLDEST_ROUNDS = 2;
/** Some hundred microseconds' work: few enough not to be felt, enough that waking up for them does not cost the most. */
const PROCESSES_PER_SLICE = 16;
/** After so long a slice ends, whatever is left of it: the driver's answers and the hub's requests wait behind it. */
const LONGEST_SLICE_MS = 1;

/** Starts the rounds. `root` is where /proc is looked for; the reader should be this sweep's own. */
export function startProcessSweep(
  root: string,
  reader: ProcessReader,
  { roundMs = ROUND_MS, patienceMs = PATIENCE_MS } = {},
): ProcessSweep {
  const processes = new Map<number, ProcessFacts>();
  /** The pids that were read at least once, threads of the kernel too. */
  const met = new Set<number>();
  /** When the newest round that is through began: nothing in the list is older. */
  let asOfMs = Number.NEGATIVE_INFINITY;
  let askedAtMs = Number.NEGATIVE_INFINITY;
  const stopping = new AbortController();
  let round = nextRound();

  /** `hurry` is aborted when somebody waits for it: its pauses end, the one before it too. */
  function nextRound() {
    const hurry = new AbortController();
    const pace = AbortSignal.any([hurry.signal, stopping.signal]);
    return { through: Promise.withResolvers<void>(), hurry, pace };
  }

  async function sweep(): Promise<void> {
    while (!stopping.signal.aborted) {
      const beganAtMs = performance.now();
      await readRound(beganAtMs + lengthMs(), round.pace);
      asOfMs = beganAtMs;
      round.through.resolve();
      round = nextRound();
      await pause(beganAtMs + lengthMs() - performance.now(), round.pace);
    }
    round.through.resolve();
  }

  /** How long a round takes, as it looks now. */
  function lengthMs(): number {
    const isWatched = performance.now() - askedAtMs < WATCHED_ROUNDS * roundMs;
    return isWatched ? roundMs : ROUNDS_AT_REST * roundMs;
  }

  /** Reads every process once, those first that nobody has seen yet. */
  async function readRound(endsAtMs: number, pace: AbortSignal): Promise<void> {
    const now = await listPids();
    keepOnly(now);
    reader.keepOnly(now);
    const pids = [...now].sort((a, b) => Number(met.has(a)) - Number(met.has(b)));
    for (let next = 0; next < pids.length && !stopping.signal.aborted; ) {
      const begun = next;
      next = readSlice(pids, begun);
      const done = next - begun;
      // Its share of the time left: a slice that its limit cut short pays for what it did, not for a whole one.
      const share = done / (pids.length - begun);
      if (next < pids.length) await pause((endsAtMs - performance.now()) * share, pace);
    }
  }

  async function listPids(): Promise<Set<number>> {
    const names = await readdir(`${root}/proc`).catch(() => []);
    return new Set(names.filter((name) => /^\d+$/.test(name)).map(Number));
  }

  function keepOnly(pids: ReadonlySet<number>): void {
    for (const pid of met) if (!pids.has(pid)) met.delete(pid);
    for (const pid of processes.keys()) if (!pids.has(pid)) processes.delete(pid);
  }

  /** Lets go of who has ended and reads who was not read yet, for as long as somebody waits for it. */
  async function meetNewcomers(untilMs: number): Promise<void> {
    const now = await listPids();
    // Nothing was listed: /proc cannot be read just now, and then nobody is known to have ended.
    if (now.size === 0) return;
    keepOnly(now);
    const newcomers = [...now].filter((pid) => !met.has(pid));
    for (let next = 0; next < newcomers.length && !stopping.signal.aborted; ) {
      next = readSlice(newcomers, next);
      if (performance.now() >= untilMs) return;
      await letOthersRun();
    }
  }

  /** Reads the next few, one at least; answers where to go on. */
  function readSlice(pids: readonly number[], from: number): number {
    const startedAtMs = performance.now();
    const end = Math.min(pids.length, from + PROCESSES_PER_SLICE);
    let next = from;
    do {
      const pid = pids[next++] ?? 0;
      met.add(pid);
      const facts = reader.readProgram(pid);
      if (facts === null) processes.delete(pid);
      else processes.set(pid, facts);
    } while (next < end && performance.now() - startedAtMs < LONGEST_SLICE_MS);
    return next;
  }

  async function hurried(): Promise<void> {
    round.hurry.abort();
    await round.through.promise;
  }

  /** The round that is under way may have begun long ago itself: then the one after it. */
  async function renewed(nowMs: number): Promise<void> {
    while (nowMs - asOfMs > OLDEST_ROUNDS * roundMs && !stopping.signal.aborted) await hurried();
  }

  const swept = sweep();
  return {
    async all() {
      askedAtMs = performance.now();
      if (asOfMs === Number.NEGATIVE_INFINITY) await hurried();
      else await Promise.race([renewed(askedAtMs), delay(patienceMs, undefined, { ref: false })]);
      await meetNewcomers(askedAtMs + patienceMs);
      return [...processes.values()];
    },
    forget: (pid) => void processes.delete(pid),
    async stop() {
      stopping.abort();
      await swept;
    },
  };
}

/** Waits, or only lets others have a turn where `pace` is aborted. */
async function pause(milliseconds: number, pace: AbortSignal): Promise<void> {
  if (pace.aborted) await letOthersRun();
  else await delay(Math.max(0, milliseconds), undefined, { signal: pace, ref: false }).catch(() => {});
}
