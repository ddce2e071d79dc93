/**
 * Reads the nodes of older systems, each by its own interval, all side by side: a silent one holds a socket until its
 * deadline and delays nobody. The polls of one system are spread over its interval; no node is asked again before it has
 * answered or failed.
 */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { NodeSample } from '../../model/node.ts';
import type { WitnessReading } from '../../model/witness.ts';
import { type Asked, ask, type FindAddress } from './ask.ts';
import type { NodeReader, Outcome, PolledDialect, PolledNode, Trouble } from './nodeReader.ts';

/** The hub's door, as far as polling needs it. */
export interface WitnessDoor {
  add(
    node: Pick<PolledNode, 'dialect' | 'host' | 'port' | 'name' | 'alias'> & {
      offlineAfterMs: number | null;
    },
    refresh: () => Promise<void>,
  ): Promise<string>;
  heard(id: string, reading: WitnessReading, address: string | null): void;
  failed(
    id: string,
    trouble: Trouble,
    isGone: boolean,
    lastTruth?: { sample: NodeSample; lastSeenAtMs: number },
  ): void;
}

export interface PollingOptions {
  nodes: readonly PolledNode[];
  readers: Record<PolledDialect, NodeReader>;
  door: WitnessDoor;
  findAddress: FindAddress;
  clock: Clock;
  log: Log;
}

/** Begins; the stop ends it at once, with what is on its way. */
export async function pollNodes(options: PollingOptions): Promise<() => void> {
  const { nodes, clock } = options;
  const ending = new AbortController();
  const pollings: (() => void)[] = [];
  for (const [place, node] of nodes.entries()) {
    const poll = await pollNode(node, options, ending.signal);
    pollings.push(repeat(poll, pace(node.intervalMs, place / nodes.length), clock));
  }
  return () => {
    for (const stop of pollings) stop();
    ending.abort();
  };
}

/** A page that was just opened should not wait for a whole interval. */
const FIRST_ROUND_MS = 1000;

interface Pace {
  firstMs: number;
  /** From the first to the second. */
  gapMs: number;
  intervalMs: number;
}

/**
 * The first answers come within a second; from the second on the nodes are spread over the whole interval.
 * @param share which of the nodes it is, from 0 to 1
 */
function pace(intervalMs: number, share: number): Pace {
  const roundMs = Math.min(intervalMs, FIRST_ROUND_MS);
  return {
    firstMs: Math.floor(share * roundMs),
    // Neither at once again, nor so late that the first answer grows stale: 0.6 to 1.6 intervals.
    gapMs: Math.floor(0.6 * intervalMs + share * (intervalMs - roundMs)),
    intervalMs,
  };
}

/** Calls at a fixed pace; a call that takes longer than the interval lets turns out instead of piling up. */
function repeat(call: () => Promise<void>, { firstMs, gapMs, intervalMs }: Pace, clock: Clock): () => void {
  let isBusy = false;
  const turn = (): void => {
    if (isBusy) return;
    isBusy = true;
    void call().finally(() => {
      isBusy = false;
    });
  };
  let stop = clock.after(firstMs, () => {
    turn();
    stop = clock.after(gapMs, () => {
      turn();
      stop = clock.every(intervalMs, turn);
    });
  });
  return () => stop();
}

/** What is remembered of a node between two answers. */
interface Memory {
  sample: NodeSample | null;
  /** Its own word for when it last looked, and since when it says so. */
  stamp: string | null;
  stampSinceMs: number;
  wasHeard: boolean;
  told: string | null;
}

async function pollNode(
  node: PolledNode,
  { readers, door, findAddress, clock, log }: PollingOptions,
  ending: AbortSignal,
): Promise<() => Promise<void>> {
  const reader = readers[node.dialect];
  const memory: Memory = { sample: null, stamp: null, stampSinceMs: 0, wasHeard: false, told: null };

  /** Each trouble once in the log, until there is another or none. */
  const tell = (trouble: Trouble | null): void => {
    const facts = { node: node.name, host: node.host, port: node.port, dialect: node.dialect };
    if (memory.told === (trouble?.kind ?? null)) return;
    memory.told = trouble?.kind ?? null;
    if (trouble) log.warn({ ...facts, why: trouble.message }, 'an older node could not be read');
    else log.info(facts, 'an older node is read again');
  };
  const fail = (trouble: Trouble, isGone: boolean, truth?: Parameters<WitnessDoor['failed']>[3]): void => {
    door.failed(id, trouble, isGone, truth);
    tell(trouble);
  };

  const take = (outcome: Outcome, address: string): void => {
    if (outcome.kind === 'trouble') return fail(outcome.trouble, true);
    const { reading, stamp, isOfNow } = outcome;
    const nowMs = clock.nowMs();
    if (stamp !== null && stamp === memory.stamp) return stands(reading.sample, nowMs);
    const isFirst = memory.stamp === null;
    memory.stamp = stamp;
    memory.stampSinceMs = nowMs;
    // A first look that may be old is kept back until it is known that others follow.
    if (stamp !== null && isFirst && !isOfNow) return;
    memory.sample = reading.sample;
    memory.wasHeard = true;
    door.heard(id, reading, address);
    tell(null);
  };

  /** It answers with what it said before: its figures grow old on the screen, and soon it is told why. */
  const stands = (sample: NodeSample, nowMs: number): void => {
    if (nowMs - memory.stampSinceMs < 2 * node.intervalMs) return;
    const lastSeenAtMs = Math.min(sample.takenAtMs, nowMs - (reader.offlineAfterMs ?? 0));
    fail(
      {
        kind: 'standing',
        message: `it answers, but its figures stand still: it last looked at ${memory.stamp} by its own clock`,
      },
      false,
      memory.wasHeard ? undefined : { sample, lastSeenAtMs },
    );
  };

  const poll = async (): Promise<void> => {
    const asked: Asked = await ask(node, reader.request(node), findAddress, ending);
    if (ending.aborted) return;
    if ('trouble' in asked) return fail(asked.trouble, true);
    take(reader.read(asked.answer, { node, nowMs: clock.nowMs(), before: memory.sample }), asked.address);
  };
  let running: Promise<void> | null = null;
  /** Who asks while it is asked already waits for that answer. */
  const pollOnce = (): Promise<void> => {
    running ??= poll().finally(() => {
      running = null;
    });
    return running;
  };
  const id = await door.add({ ...node, offlineAfterMs: reader.offlineAfterMs }, pollOnce);
  return pollOnce;
}
