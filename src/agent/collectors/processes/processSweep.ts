/**
 * Keeps a list of every process of the machine, about 10 s old at most, without being felt: each round reads the list
 * in slices that end after a millisecond or so, spread over the interval by what is left of both. What a slice found is
 * told at once. Who asks before the first round is through waits for it, and hurries it.
 */
import { readdir } from 'node:fs/promises';
import { setTimeout as delay, setImmediate as letOthersRun } from 'node:timers/promises';
import type { ProcessFacts } from '../sources.ts';
import type { ProcessReader } from './processReader.ts';

export interface ProcessSweep {
  /** Every process but the kernel's threads, each as last read. */
  all(): Promise<ProcessFacts[]>;
  /** It is known to have ended: nobody is to wait a round to be told so. */
  forget(pid: number): void;
  stop(): Promise<void>;
}

const ROUND_MS = 10_000;
/** Some hundred microseconds' work: few enough not to be felt, enough that waking up for them does not cost the most. */
const PROCESSES_PER_SLICE = 16;
/** After so long a slice ends, whatever is left of it: the driver's answers and the hub's requests wait behind it. */
const LONGEST_SLICE_MS = 1;

/** Starts the rounds. `root` is where /proc is looked for; the reader should be this sweep's own. */
export function startProcessSweep(root: string, reader: ProcessReader, roundMs = ROUND_MS): ProcessSweep {
  const processes = new Map<number, ProcessFacts>();
  /** The pids of the last round, threads of the kernel too. */
  let before: ReadonlySet<number> = new Set();
  const firstRound = Promise.withResolvers<void>();
  /** Aborted when somebody waits for the first round: its pauses end. */
  const hurry = new AbortController();
  const stopping = new AbortController();

  async function sweep(): Promise<void> {
    for (let pace = AbortSignal.any([hurry.signal, stopping.signal]); !stopping.signal.aborted; ) {
      const endsAtMs = performance.now() + roundMs;
      await readRound(endsAtMs, pace);
      firstRound.resolve();
      pace = stopping.signal;
      await pause(endsAtMs - performance.now(), pace);
    }
  }

  /** Reads every process once, those first that nobody has seen yet. */
  async function readRound(endsAtMs: number, pace: AbortSignal): Promise<void> {
    const names = await readdir(`${root}/proc`).catch(() => []);
    const now = new Set(names.filter((name) => /^\d+$/.test(name)).map(Number));
    for (const pid of processes.keys()) if (!now.has(pid)) processes.delete(pid);
    reader.keepOnly(now);
    const pids = [...now].sort((a, b) => Number(before.has(a)) - Number(before.has(b)));
    before = now;
    for (let next = 0; next < pids.length && !stopping.signal.aborted; ) {
      const begun = next;
      next = readSlice(pids, begun);
      const done = next - begun;
      // Its share of the time left: a slice that its limit cut short pays for what it did, not for a whole one.
      const share = done / (pids.length - begun);
      if (next < pids.length) await pause((endsAtMs - performance.now()) * share, pace);
    }
  }

  /** Reads the next few, one at least; answers where to go on. */
  function readSlice(pids: readonly number[], from: number): number {
    const startedAtMs = performance.now();
    const end = Math.min(pids.length, from + PROCESSES_PER_SLICE);
    let next = from;
    do {
      const pid = pids[next++] ?? 0;
      const facts = reader.readProgram(pid);
      if (facts === null) processes.delete(pid);
      else processes.set(pid, facts);
    } while (next < end && performance.now() - startedAtMs < LONGEST_SLICE_MS);
    return next;
  }

  const swept = sweep();
  return {
    async all() {
      hurry.abort();
      await firstRound.promise;
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
