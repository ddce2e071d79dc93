/**
 * Keeps a list of every process of the machine, about 10 s old at most, without being felt: each round reads the list
 * in slices that end after a millisecond or so, spread over the interval. Who asks before the first round is through
 * waits for it, and hurries it.
 */
import { readdir } from 'node:fs/promises';
import { setTimeout as delay, setImmediate as letOthersRun } from 'node:timers/promises';
import type { ProcessFacts } from '../sources.ts';
import type { ProcessReader } from './processReader.ts';

export interface ProcessSweep {
  /** Every process but the kernel's threads, as of the last round. */
  all(): Promise<ProcessFacts[]>;
  stop(): Promise<void>;
}

const ROUND_MS = 10_000;
/** Some hundred microseconds' work: few enough not to be felt, enough that waking up for them does not cost the most. */
const PROCESSES_PER_SLICE = 16;
/** After so long a slice ends, whatever is left of it: the driver's answers and the hub's requests wait behind it. */
const LONGEST_SLICE_MS = 1;

/** Starts the rounds. `root` is where /proc is looked for; the reader should be this sweep's own. */
export function startProcessSweep(root: string, reader: ProcessReader): ProcessSweep {
  let processes: ProcessFacts[] = [];
  const firstRound = Promise.withResolvers<void>();
  /** Aborted when somebody waits for the first round: its pauses end. */
  const hurry = new AbortController();
  const stopping = new AbortController();

  async function sweep(): Promise<void> {
    for (let pace = AbortSignal.any([hurry.signal, stopping.signal]); !stopping.signal.aborted; ) {
      const startedAtMs = performance.now();
      processes = await readRound(pace);
      firstRound.resolve();
      pace = stopping.signal;
      await pause(Math.max(0, ROUND_MS - (performance.now() - startedAtMs)), pace);
    }
  }

  /** Reads every process once, slice by slice, as long apart as fills the interval. */
  async function readRound(pace: AbortSignal): Promise<ProcessFacts[]> {
    const names = await readdir(`${root}/proc`).catch(() => []);
    const pids = names.filter((name) => /^\d+$/.test(name)).map(Number);
    const sliceEachMs = (ROUND_MS * PROCESSES_PER_SLICE) / (pids.length + PROCESSES_PER_SLICE);
    const found: ProcessFacts[] = [];
    for (let next = 0; next < pids.length && !stopping.signal.aborted; ) {
      const startedAtMs = performance.now();
      const end = Math.min(pids.length, next + PROCESSES_PER_SLICE);
      while (next < end && performance.now() - startedAtMs < LONGEST_SLICE_MS) {
        const facts = reader.readProgram(pids[next++] ?? 0);
        if (facts !== null) found.push(facts);
      }
      await pause(sliceEachMs, pace);
    }
    reader.keepOnly(new Set(pids));
    return found;
  }

  const swept = sweep();
  return {
    async all() {
      hurry.abort();
      await firstRound.promise;
      return processes;
    },
    async stop() {
      stopping.abort();
      await swept;
    },
  };
}

/** Waits, or only lets others have a turn where `pace` is aborted. */
async function pause(milliseconds: number, pace: AbortSignal): Promise<void> {
  if (pace.aborted) await letOthersRun();
  else await delay(milliseconds, undefined, { signal: pace, ref: false }).catch(() => {});
}
