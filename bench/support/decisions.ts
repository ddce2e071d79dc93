/**
 * A queue of many rows over 100 machines with 8 GPUs, decided over and over: `node decisions.ts QUEUED DECISIONS` prints a
 * DecisionCost. Half of the rows are of a few large tables, a quarter of 200 small ones with limits of their own, a
 * quarter commands queued one by one; of 20 people, in three bands, asking for 40 different amounts.
 */

import { DEFAULT_SETTINGS } from '../../src/model/queue.ts';
import type { DecisionFacts, LiveAttempt, NodeFacts, WaitingRun } from '../../src/scheduling/facts.ts';
import { Lineup } from '../../src/scheduling/lineup.ts';
import { type PlanInput, plan, type Start } from '../../src/scheduling/plan.ts';
import { estimateStarts, runsAhead } from '../../src/scheduling/turns.ts';
import type { DecisionCost } from '../decide.ts';
import { percentile, rounded } from './figures.ts';
import { memoryOf } from './processCost.ts';

const NODES = 100;
const GPUS_PER_NODE = 8;
const GIB = 2 ** 30;
const HOUR_MS = 3_600_000;
const NONE: readonly never[] = [];
const PERSON = 'lab';
const ASK = { gpus: 1, memoryBytes: null, model: null, node: null };
const ASKS = [ASK, ASK, ASK, { ...ASK, gpus: 2 }, ASK, { ...ASK, model: 'H100' }, { ...ASK, gpus: 8 }];
const OWN = Array.from({ length: 40 }, (_, step) => ({ bytes: (step + 1) * 1.7 * GIB, by: 'row' as const }));

const queued = Number(process.argv[2] ?? 100_000);
const decisions = Number(process.argv[3] ?? 200);
const emptyMiB = await privateMiB();

const lineup = new Lineup();
const began = process.threadCpuUsage();
for (let number = 0; number < queued; number++) lineup.set(row(number));
const { user, system } = process.threadCpuUsage(began);
const setMicroseconds = (user + system) / queued;
for (let table = 10; table < 210; table++) {
  lineup.setTable(`b${table}`, { maxRunning: 4, paused: table % 20 === 0 ? 'user' : null, isComplete: true });
}

const nodes = Array.from({ length: NODES }, (_, index) => machine(index));
const base: Omit<DecisionFacts, 'live' | 'nowMs'> = {
  nodes,
  settings: DEFAULT_SETTINGS,
  usage: {
    gpuSeconds: new Map(Array.from({ length: 20 }, (_, person) => [`person${person}`, person * 50_000])),
    handStartedGpus: new Map([['person3', 2]]),
  },
  promises: new Map(Array.from({ length: 10 }, (_, table) => [`b${table} train`, (table + 1) * 6 * GIB])),
  gpuOrders: new Map(),
  reservation: null,
};

const idle = decide(10, () => ({ ...base, nowMs: HOUR_MS, live: [], lineup }));
const full = fill();
const busy = decide(decisions, (turn) => ({ ...base, nowMs: HOUR_MS + turn, live: full, lineup }));
const oneEnds = decide(decisions, (turn) => ({
  ...base,
  nowMs: HOUR_MS + turn,
  live: full.toSpliced(turn % full.length, 1),
  lineup,
}));
const nodeReturns = decide(decisions, (turn) => {
  const away = `node${turn % NODES}`;
  return { ...base, nowMs: HOUR_MS + turn, live: full.filter(({ node }) => node !== away), lineup };
});

const usual = [...busy.times, ...oneEnds.times, ...nodeReturns.times];
const cost: Omit<DecisionCost, 'turnsP50Ms' | 'turnsP95Ms'> = {
  queued: lineup.size,
  gpus: NODES * GPUS_PER_NODE,
  situations: [
    situation('every GPU is taken', busy),
    situation('one attempt ended', oneEnds),
    situation('a machine of 8 came back', nodeReturns),
    situation('the whole fleet is free', idle),
  ],
  p95Ms: rounded(percentile(usual, 95)),
  privateMiB: await privateMiB(),
  heapMiB: rounded(process.memoryUsage().heapUsed / 2 ** 20),
  emptyMiB,
  setMicroseconds: rounded(setMicroseconds),
};
// After the memory was looked at: its rows are none of the line's.
const turns = measureTurns();
const turnsP50Ms = rounded(percentile(turns, 50));
const turnsP95Ms = rounded(percentile(turns, 95));
console.log(JSON.stringify({ ...cost, turnsP50Ms, turnsP95Ms } satisfies DecisionCost));

/** Milliseconds of a processor for a page of 200 rows, from anywhere in one table of all of them. */
function measureTurns(): number[] {
  const rows = Array.from({ length: queued }, (_, number) => ({
    number,
    priority: 0,
    place: number,
    left: 1,
  }));
  const durationSeconds = Array.from({ length: 64 }, (_, place) => 50 + place);
  const runningSinceMs = Array.from({ length: 24 }, (_, place) => place * 1000);
  return Array.from({ length: 100 }, (_, turn) => {
    const from = (turn * 7919) % Math.max(1, queued - 200);
    const asked = rows.slice(from, from + 200);
    const before = process.threadCpuUsage();
    const ahead = runsAhead(asked, rows, ({ left }) => left);
    const starts = estimateStarts({ durationSeconds, runningSinceMs }, HOUR_MS);
    for (const runs of ahead.values()) starts?.(runs);
    const spent = process.threadCpuUsage(before);
    return (spent.user + spent.system) / 1000;
  });
}

function row(number: number): WaitingRun {
  // Ever the same, and spread: a queue that somebody could have.
  const mixed = (number * 2_654_435_761) % 4_294_967_296;
  const kind = number % 4;
  const table = kind < 2 ? mixed % 10 : kind === 2 ? 10 + (mixed % 200) : 1000 + number;
  const person = kind < 3 ? table % 20 : mixed % 20;
  const task = `t${number + 1}`;
  return {
    id: `${task}.1`,
    task,
    run: 1,
    table: `b${table}`,
    owner: `person${person}`,
    priority: person === 0 ? 5 : person === 1 ? -5 : 0,
    order: number,
    queuedAtMs: number,
    ask: ASKS[kind < 3 ? table % ASKS.length : mixed % ASKS.length] ?? ASK,
    own: kind === 1 ? (OWN[mixed % OWN.length] ?? null) : null,
    profile: kind < 3 ? `b${table} train` : 'command python train.py',
    tableBytes: kind === 2 ? 12 * GIB : null,
    pin: null,
    person: PERSON,
    avoid: NONE,
    gpuOrder: null,
    hold: null,
    dependencies: NONE,
    previousRun: null,
    notBefore: null,
  };
}

function machine(index: number): NodeFacts {
  return {
    id: `node${index}`,
    name: `node${index}`,
    isOnline: true,
    isAllowed: true,
    drained: null,
    runsAs: PERSON,
    cores: 64,
    cards: Array.from({ length: GPUS_PER_NODE }, (_, card) => ({
      uuid: `GPU-${index}-${card}`,
      index: card,
      model: index % 2 ? 'NVIDIA H100 80GB HBM3' : 'NVIDIA A100-SXM4-40GB',
      totalBytes: (index % 2 ? 80 : 40) * GIB,
      isOn: true,
      unusable: null,
      externalBytes: card === 0 ? 2 * GIB : 0,
      confirmedExternalBytes: card === 0 ? 2 * GIB : 0,
      stranger: null,
    })),
  };
}

/** Takes all that starts out of the line until nothing starts any more: a fleet at work. */
function fill(): LiveAttempt[] {
  const live: LiveAttempt[] = [];
  for (let starts: Start[] = [], first = true; first || starts.length > 0; first = false) {
    starts = plan({ ...base, nowMs: HOUR_MS, live, lineup }).starts;
    for (const { run, node, gpus, isWarmUp } of starts) {
      lineup.remove(run.id);
      live.push({
        id: `${run.id}.1`,
        task: run.task,
        table: run.table,
        owner: run.owner,
        node,
        profile: run.profile,
        isWarmingUp: isWarmUp,
        sinceMs: HOUR_MS,
        pid: null,
        isReturning: false,
        gpus: gpus.map(({ uuid, promisedBytes }) => ({ uuid, promisedBytes, measuredBytes: null })),
      });
    }
  }
  return live;
}

function decide(turns: number, input: (turn: number) => PlanInput): { times: number[]; starts: number } {
  const times: number[] = [];
  let starts = 0;
  let { reservation } = base;
  for (let turn = 0; turn < turns; turn++) {
    const asked = { ...input(turn), reservation };
    const before = process.threadCpuUsage();
    const decided = plan(asked);
    const { user, system } = process.threadCpuUsage(before);
    times.push((user + system) / 1000);
    starts = Math.max(starts, decided.starts.length);
    reservation = decided.reservation;
  }
  return { times, starts };
}

function situation(what: string, { times, starts }: { times: number[]; starts: number }) {
  return { what, p50Ms: rounded(percentile(times, 50)), p95Ms: rounded(percentile(times, 95)), starts };
}

/** After a collection, and a moment in which V8 gives back what it freed. */
async function privateMiB(): Promise<number> {
  for (let time = 0; time < 3; time++) {
    globalThis.gc?.();
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  return rounded(memoryOf(process.pid).privateMiB);
}
