/**
 * What the scheduler is told, and nothing else: runs that wait, nodes with their cards, attempts that live, what people
 * used. Plain data that the hub gathers; the time is an argument like the rest. Everything here may be shared between
 * runs (one `ask` for a whole table), because 100,000 of them stand in a queue.
 */
import type { Ask, QueueSettings } from '../model/queue.ts';
import type { EndClass, RunState } from '../model/task.ts';
import type { CardTrouble, NodeTrouble } from '../model/trouble.ts';

/** How much memory a run takes on each of its cards, and how that is known (scheduling.md, 5: row > learned > table > whole card). */
export interface Asked {
  /** Null: nothing is known, it is given a whole card; and where it takes no card. */
  bytes: number | null;
  by: 'row' | 'learned' | 'table' | 'whole-card' | 'none';
}

/** A run that is not over and not given out: `queued` or `held`. Also a promise that `find … -- COMMAND` waits for. */
export interface WaitingRun {
  /** `t42.2`: task and run (runIdOf); of a promise its own id. Unique in the line. */
  id: string;
  /** `t42`. */
  task: string;
  run: number;
  /** Null for a promise of `find … -- COMMAND`: no table's limit holds for it. */
  table: string | null;
  owner: string;
  /** Higher bands go first. */
  priority: number;
  /** Place within band and owner: lower goes first. Given at submit in the order of the rows; a retry takes a new, higher one. */
  order: number;
  queuedAtMs: number;
  /** Its `memoryBytes` is not looked at: `askedOf` goes by the three below. */
  ask: Ask;
  /** What this very run is known to take: its row's figure, or what the row itself taught (after an out of memory, or by an earlier run). */
  own: { bytes: number; by: 'row' | 'learned' } | null;
  /** Runs of one profile take about the same (learn.ts, profileOf): DecisionFacts.promises; while nothing is known, one warms up per card. */
  profile: string;
  /** The table's default, for when nothing is learned. */
  tableBytes: number | null;
  /** Id of the node that must run it because its files are there; null: any. */
  pin: string | null;
  /** Login name that it runs as; null: any node will do, its process is started by hand. */
  person: string | null;
  /** Nodes (ids) and cards (uuids) to go round if there are others: where it was a victim, or the node failed. */
  avoid: readonly string[];
  /** Key into PlanInput.gpuOrders; null: our own order. */
  gpuOrder: string | null;
  hold: 'user' | 'row-removed' | null;
  /** Those it waits for, with their present state. */
  dependencies: readonly { task: string; wanted: 'ok' | 'end'; state: RunState }[];
  /** The run of the same task before it, while that is not over: runs of a task go one after another. */
  previousRun: number | null;
  /** Start time, or the wait after a failure. */
  notBefore: {
    atMs: number;
    backoff: { class: EndClass; retry: number; budget: number | null } | null;
  } | null;
}

/** The largest user of memory beside our attempts, for the sentence. */
export interface Stranger {
  pid: number | null;
  owner: string | null;
  bytes: number;
}

export interface Card {
  uuid: string;
  index: number;
  /** As the driver names it. */
  model: string | null;
  /** Null where the driver does not tell (memory shared with the host): one attempt at a time, whatever it asks. */
  totalBytes: number | null;
  /** Switched on for the queue. */
  isOn: boolean;
  /** Why nothing is placed there although it is on (sick, MIG, prohibited, memory not back after an end), null: it is well. */
  unusable: CardTrouble | null;
  /** Used by others, at most in the last minute: CardLedger.externalBytes. Null before the first sample. */
  externalBytes: number | null;
  /** Of that, what more than one sample said: room is kept by it. What one of ours that just ended leaves behind is gone in the next. */
  confirmedExternalBytes: number | null;
  /** Largest process that computes there and is not ours, whether it works or only holds memory; null: none is seen. */
  stranger: Stranger | null;
}

/** A node with its cards: every known one, offline ones too, so that "could never" is told from "not now". */
export interface NodeFacts {
  id: string;
  name: string;
  isOnline: boolean;
  /** An administrator lets it run tasks, and its agent can. */
  isAllowed: boolean;
  /** Why nothing new goes there: INFRA strikes, maintenance; null: it takes work. */
  drained: NodeTrouble | null;
  /** Login name that every attempt there runs as (trust.md, 9); null: its agent runs nothing. */
  runsAs: string | null;
  /** Runs without a GPU: at most as many at once as it has cores. */
  cores: number | null;
  cards: readonly Card[];
}

/** An attempt that is, or may be, alive, and what it was promised; promises of `find … -- COMMAND` are among them. */
export interface LiveAttempt {
  id: string;
  task: string | null;
  table: string | null;
  owner: string;
  node: string;
  profile: string | null;
  /** Nothing was known of its profile when it started, and nothing is yet: others of the profile wait for what it shows. */
  isWarmingUp: boolean;
  /** When the ledger began to count it. */
  sinceMs: number;
  pid: number | null;
  /** It is over, its memory is not back: counted on its cards, in no limit. */
  isReturning: boolean;
  gpus: readonly LiveGpu[];
}

export interface LiveGpu {
  uuid: string;
  /** Null: the whole card. */
  promisedBytes: number | null;
  /** The most seen; null before the first look. */
  measuredBytes: number | null;
}

/** What people used, as fairness counts it (usage.ts), and what they use beside the queue. */
export interface Usage {
  /** Decayed GPU seconds by owner; missing is none. */
  gpuSeconds: ReadonlyMap<string, number>;
  /** GPUs that somebody uses by processes started by hand, by owner. */
  handStartedGpus: ReadonlyMap<string, number>;
}

/** Limits of one table. */
export interface TableLimits {
  maxRunning: number | null;
  paused: 'user' | 'failures' | null;
  /** False until its last batch of rows has come: nothing of it starts. */
  isComplete: boolean;
}

/** Room that is kept for a run that did not fit; handed back to the next plan, so that it stays where it is. */
export interface Reservation {
  run: string;
  task: string;
  priority: number;
  node: string;
  nodeName: string;
  uuids: readonly string[];
  askedBytes: number | null;
  /** Attempts that started before are waited for, later ones lie beside it. */
  sinceMs: number;
}

/** Everything one decision looks at. */
export interface DecisionFacts {
  nowMs: number;
  nodes: readonly NodeFacts[];
  live: readonly LiveAttempt[];
  settings: QueueSettings;
  usage: Usage;
  /** Learned bytes per GPU, by profile (learn.ts). */
  promises: ReadonlyMap<string, number>;
  /** Orders by owners' programs: uuids, the best first, by key; a card that is not named comes last. */
  gpuOrders: ReadonlyMap<string, readonly string[]>;
  /** Of the plan before; null at first. */
  reservation: Reservation | null;
}

/** What a run is promised now: row > learned > table > whole card. */
export function askedOf(
  { ask, own, profile, tableBytes }: Pick<WaitingRun, 'ask' | 'own' | 'profile' | 'tableBytes'>,
  promises: ReadonlyMap<string, number>,
): Asked {
  if (ask.gpus === 0) return { bytes: null, by: 'none' };
  if (own) return own;
  const learned = promises.get(profile);
  if (learned !== undefined) return { bytes: learned, by: 'learned' };
  return tableBytes === null ? { bytes: null, by: 'whole-card' } : { bytes: tableBytes, by: 'table' };
}

/** `t42.2`: a run's id in the line. */
export const runIdOf = (task: string, run: number): string => `${task}.${run}`;
