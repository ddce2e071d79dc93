/** Facts for tests: an imagined fleet and runs that wait, each with sensible defaults. */
import { DEFAULT_SETTINGS } from '../../src/model/queue.ts';
import type { Card, LiveAttempt, NodeFacts, WaitingRun } from '../../src/scheduling/facts.ts';
import { runIdOf } from '../../src/scheduling/facts.ts';
import { Lineup } from '../../src/scheduling/lineup.ts';
import type { PlanInput, Start } from '../../src/scheduling/plan.ts';

export const GIB = 2 ** 30;

export function imaginedCard(uuid: string, change: Partial<Card> = {}): Card {
  return {
    uuid,
    index: Number(/\d+$/.exec(uuid)?.[0] ?? 0),
    model: 'NVIDIA H100 80GB HBM3',
    totalBytes: 80 * GIB,
    isOn: true,
    unusable: null,
    externalBytes: 0,
    confirmedExternalBytes: change.externalBytes === undefined ? 0 : change.externalBytes,
    stranger: null,
    ...change,
  };
}

/** A node with so many cards, `atlas-0`, `atlas-1` … */
export function imaginedNode(
  id: string,
  cards: number | Partial<Card>[],
  change: Partial<NodeFacts> = {},
): NodeFacts {
  const changes = typeof cards === 'number' ? Array.from({ length: cards }, () => ({})) : cards;
  return {
    id,
    name: id,
    isOnline: true,
    isAllowed: true,
    drained: null,
    runsAs: 'alice',
    cores: 64,
    cards: changes.map((card, index) => imaginedCard(`${id}-${index}`, { index, ...card })),
    ...change,
  };
}

/** `gpus` and `bytes` are what it asks; the number is its task's, and its place. */
export function imaginedRun(
  number: number,
  { gpus = 1, bytes = null, ...change }: Partial<WaitingRun> & { gpus?: number; bytes?: number | null } = {},
): WaitingRun {
  const task = `t${number}`;
  return {
    id: runIdOf(task, change.run ?? 1),
    task,
    run: 1,
    table: 'b1',
    owner: 'alice',
    priority: 0,
    order: number,
    queuedAtMs: 0,
    ask: { gpus, memoryBytes: null, model: null, node: null },
    own: bytes === null ? null : { bytes, by: 'row' },
    profile: 'b1 train',
    tableBytes: null,
    pin: null,
    person: null,
    avoid: [],
    gpuOrder: null,
    hold: null,
    dependencies: [],
    previousRun: null,
    notBefore: null,
    ...change,
  };
}

export function lineupOf(runs: Iterable<WaitingRun>): Lineup {
  const lineup = new Lineup();
  for (const run of runs) lineup.set(run);
  return lineup;
}

export function imaginedInput(
  nodes: readonly NodeFacts[],
  runs: Iterable<WaitingRun> = [],
  change: Partial<PlanInput> = {},
): PlanInput {
  return {
    nowMs: 100,
    nodes,
    live: [],
    settings: DEFAULT_SETTINGS,
    usage: { gpuSeconds: new Map(), handStartedGpus: new Map() },
    promises: new Map(),
    gpuOrders: new Map(),
    reservation: null,
    lineup: lineupOf(runs),
    ...change,
  };
}

/** What a start becomes once it is given out. */
export function liveAfter(start: Start, sinceMs = 0): LiveAttempt {
  const { run } = start;
  return {
    id: `${run.id}.1`,
    task: run.task,
    table: run.table,
    owner: run.owner,
    node: start.node,
    profile: run.profile,
    isWarmingUp: start.isWarmUp,
    sinceMs,
    pid: null,
    isReturning: false,
    gpus: start.gpus.map(({ uuid, promisedBytes }) => ({ uuid, promisedBytes, measuredBytes: null })),
  };
}

/** An attempt that lives on the cards named. */
export function imaginedLive(
  id: string,
  node: string,
  uuids: readonly string[],
  promisedBytes: number | null,
  change: Partial<LiveAttempt> = {},
): LiveAttempt {
  return {
    id,
    task: id,
    table: 'b1',
    owner: 'alice',
    node,
    profile: 'b1 train',
    isWarmingUp: false,
    sinceMs: 0,
    pid: null,
    isReturning: false,
    gpus: uuids.map((uuid) => ({ uuid, promisedBytes, measuredBytes: null })),
    ...change,
  };
}

/** `t1.1 → atlas-0,atlas-1` for each start. */
export const startsIn = (starts: readonly Start[]): string[] =>
  starts.map(({ run, gpus, node }) => `${run.id} → ${gpus.map(({ uuid }) => uuid).join(',') || node}`);
