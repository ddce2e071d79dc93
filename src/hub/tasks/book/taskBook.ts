/**
 * The door of the task book: what the queue is, now, and everything that may happen to it. Each operation changes memory
 * at once, in one step without an `await`, and writes behind in the same order; `durable()` resolves when all of it is
 * committed. Before that nothing is acknowledged, answered or said to a node. The book is the only place that applies
 * `transition()`; an operation that does not belong to a run's state changes nothing and says so.
 *
 * Runs of a task go one after another. A run that succeeded is counted in `runNum`, once, and makes the next one while
 * fewer succeeded than are wanted; a run that ended otherwise for good is the task's end, until somebody says "again".
 */
import type { TaskCommand } from '../../../model/command.ts';
import type { EndRemark } from '../../../model/endRemark.ts';
import type { Ask, Parameters, QueueSettings, RunCounts } from '../../../model/queue.ts';
import type { Remark } from '../../../model/remark.ts';
import type { Attempt, EndClass, Fence, GivenGpu, RunState } from '../../../model/task.ts';
import type { AttemptReport, Environment } from '../../../protocol/supervision.ts';
import type { SubmittedRow, SubmittedTable } from '../../../protocol/tableApi.ts';
import type { RowResult } from '../../../protocol/tableSync.ts';
import type { TaskEvent } from '../../../protocol/taskApi.ts';
import type { RanRows } from './fileRows.ts';
import type { LiveView, TableView, TaskView } from './records.ts';

/** Where a submit comes from, beside its own words. */
export interface Submit {
  table: SubmittedTable;
  rows: readonly SubmittedRow[];
  isComplete: boolean;
  /** Login name that everything is counted for. */
  owner: string;
  /** The header of the request; null for none. Kept 24 h, apart for each owner. */
  idempotencyKey: string | null;
}

export interface RowTaskNumber {
  key: string;
  task: TaskView;
}

/** What the budgets made of an end (scheduling/retry.ts). */
export interface Verdict {
  class: EndClass;
  /** The run is queued again, behind the others. Never after a stop that somebody asked for: the book sees to that. */
  again: boolean;
  /** With `again`: not before this instant. */
  notBeforeMs: number | null;
  /** What its next attempt promises per GPU; absent: as before. */
  learnedBytes?: number;
  /** With `again`: nodes and cards to go round if there are others. */
  avoid?: readonly string[];
  /** No card could ever hold it: the run is queued no more and becomes `impossible`. */
  isImpossible?: boolean;
  /** What is said of it in the story and the attempt. */
  remarks: EndRemark[];
  /** Figures behind the words, for the story. */
  figures?: Record<string, number>;
}

/** Where an attempt goes, and what the ledger counts for it. */
export interface Given {
  nodeId: string;
  node: string;
  gpus: readonly GivenGpu[];
  profile: string | null;
  isWarmingUp: boolean;
}

/** The node that says it. */
export interface Reporter {
  nodeId: string;
  node: string;
  /** An administrator lets it run tasks: only such a node is believed about leases that this database never saw. */
  mayRun: boolean;
  /** Asked where such an attempt is taken over. */
  gpuIndex(uuid: string): number;
}

/** What came of a report. All but `unknown` are acknowledged after `durable()`; so is a final `unknown`. */
export type ReportOutcome =
  /** It changed something. `ended`: the attempt is over with it; `freed`: its cards came back. */
  | { kind: 'applied'; task: TaskView; ended: boolean; freed: boolean }
  /** Known already: an older or repeated report. */
  | { kind: 'known' }
  /** A higher fence superseded it, or its run is over: if it lives, the node must stop it. */
  | { kind: 'superseded' }
  /** Leased by a hub of which this database is an older copy; taken over as its run waited. */
  | { kind: 'adopted'; task: TaskView }
  /** Nothing is known of such a task, and nothing may be done about it. */
  | { kind: 'unknown' };

/** Why an operation did nothing. `unchanged`: it was so already, or there is nothing to do in its state. */
export type Change =
  | { done: true; remark?: Remark }
  | { done: false; outcome: 'unchanged' | 'failed'; remark: Remark };

export interface TaskChanges extends Partial<Ask> {
  priority?: number;
  needRunNum?: number;
  timeLimitSeconds?: number | null;
  retries?: number;
  startAfterMs?: number | null;
  name?: string;
}

export interface TableChanges {
  paused?: 'user' | 'failures' | null;
  maxRunning?: number | null;
  /** Of all its rows, whatever they said. */
  priority?: number;
  memoryBytes?: number | null;
  fileWarning?: string | null;
}

export interface TaskQuery {
  table?: number;
  states?: readonly RunState[];
  classes?: readonly EndClass[];
  owner?: string;
  /** Node id or name, of the live or last attempt. */
  node?: string;
  /** Uuid of a GPU that a live attempt has. */
  gpu?: string;
  /** Words, all of which match: name, id, column values, `column:value`. */
  query?: string;
  sort: 'order' | 'row' | 'id' | 'state' | 'started' | 'ended';
  descending: boolean;
  offset: number;
  limit: number;
}

/** What of a task is not in memory. */
export interface TaskDetails {
  command: TaskCommand;
  parameters: Parameters;
}

/** Its words are made of its remarks. */
export type Story = Omit<TaskEvent, 'atMs' | 'text' | 'remarks'> & { remarks: Remark[] };

/** GPUs taken for a process that somebody starts himself (`find … -- COMMAND`). */
export interface StoredPromise {
  id: string;
  owner: string;
  nodeId: string;
  gpus: GivenGpu[];
  pid: number | null;
  takenAtMs: number;
  keptAtMs: number;
}

/** Where tasks are moved to; the numbers are those of tasks. */
export type MoveTo = 'first' | 'last' | { before: number } | { behind: number };

export interface TaskBook {
  // ── The store beneath ──
  /** Resolves when everything that was changed so far is committed. Waits, for as long as it takes, while the disk is full. */
  durable(): Promise<void>;
  /** Why nothing is committed at present, in words, with what to do; null where all is well. */
  trouble(): string | null;
  /** Changes that are not committed yet: a door may refuse more while they are many. */
  pending(): number;
  /** Calls back when `trouble` comes or goes. The return value ends it. */
  onTrouble(listener: (trouble: string | null) => void): () => void;
  /** Commits what it can and lets go of the database; once, however often it is asked. */
  stop(): Promise<void>;

  // ── What changed ──
  /** Rises with every change of any task or table. */
  revision(): number;
  /** Calls back, within the step that changes it, for every task whose record changed. The return value ends it. */
  onTask(listener: (task: TaskView, was: RunState | null) => void): () => void;
  /** The same for tables (paused, counts' owner, complete, warnings), not for each of their tasks. */
  onTable(listener: (table: TableView) => void): () => void;

  // ── Looking ──
  table(number: number): TableView | null;
  /** The newest first. */
  tables(): readonly TableView[];
  task(number: number): TaskView | null;
  taskByKey(table: number, key: string): TaskView | null;
  /** Tasks by state, of all tables. */
  counts(): RunCounts;
  /** Tasks that are not over, of one person or of all (null). */
  openRows(owner: string | null): number;
  /** Tasks in this state, in no promised order; costs nothing to ask. */
  inState(state: RunState): ReadonlySet<TaskView>;
  /** Attempts that live or may live, and those whose cards are not free yet: what the ledger counts. */
  live(): ReadonlyMap<string, LiveView>;
  liveOn(nodeId: string): LiveView[];
  /** Tables that wait for the end of this task. */
  dependents(task: number): readonly TableView[];
  /** Filtered, sorted and paged; words are looked for in the store. `counts`: by state of everything but the states' filter. */
  list(query: TaskQuery): Promise<{ tasks: TaskView[]; total: number; counts: RunCounts }>;
  details(tasks: readonly number[]): Promise<Map<number, TaskDetails>>;
  /** Finished and live ones, oldest first, at most the newest 1,000 of each task. */
  attempts(tasks: readonly number[]): Promise<Map<number, Attempt[]>>;
  /** What happened, oldest first, the newest 1,000. */
  story(task: number): Promise<TaskEvent[]>;
  /** The submit's, or null where it was dropped: its last run is over. */
  environment(table: number): Promise<Environment | null>;

  // ── Submitting ──
  /** What a repeated request answers as: the table that this key made, within 24 h; null for none. */
  repeated(owner: string, idempotencyKey: string): TableView | null;
  /** The same key answers as the first time, nothing is queued twice. */
  createTable(submit: Submit): { table: TableView; tasks: RowTaskNumber[]; isRepeated: boolean };
  /** A batch that was taken before answers as then; a row whose key the table has is that task. */
  addRows(
    table: number,
    batch: number,
    rows: readonly SubmittedRow[],
    isComplete: boolean,
  ): { table: TableView; tasks: RowTaskNumber[] };

  // ── Running ──
  /**
   * Gives the present run of a queued task to a node: the attempt, its fence and what the ledger counts. Null where it is
   * not queued. To be sent only after `durable()`.
   */
  lease(task: number, given: Given): { attemptId: string; fence: Fence; live: LiveView } | null;
  /** The node refused the lease, or never heard of it: queued again where it was, charged to nobody. */
  notStarted(attemptId: string, remark: EndRemark, notBeforeMs?: number | null): Change;
  /**
   * What a node says of an attempt. `judge` is asked once, within the step, when an attempt that counts is over: the
   * budgets' verdict.
   */
  report(
    from: Reporter,
    report: AttemptReport,
    judge: (ended: LiveView, report: AttemptReport) => Verdict,
  ): ReportOutcome;
  /** An attempt that cannot go on: its lease was refused for a reason that is charged. */
  ended(attemptId: string, verdict: Verdict): Change;
  /** The node is silent: its live attempts become unreachable, their GPUs stay counted. */
  nodeSilent(nodeId: string): void;
  /** Nothing of it can be alive: the node said so or booted again, or somebody confirmed. */
  gone(attemptId: string, verdict: Verdict, by: string | null): Change;
  /** A card that did not come back in time is the ledger's affair no more (it is flagged by then). */
  cardsFreed(attemptId: string): Change;

  // ── Somebody's word; `by` is the login name for the story ──
  /** Waiting: cancelled. Living: `stopping`, and the caller tells the node. Neither starts again. */
  kill(task: number, by: string | null, graceSeconds: number | null): Change;
  /** Ends a living attempt for another reason than somebody's word; the budgets decide about another. */
  askStop(attemptId: string, reason: 'time-limit' | 'preempted'): Change;
  hold(task: number, by: string | null): Change;
  release(task: number, by: string | null): Change;
  /** Queues a task that ended otherwise than well, with fresh budgets. `failed` where its environment was dropped. */
  retry(task: number, by: string | null): Change;
  edit(task: number, changes: TaskChanges, by: string | null): Change;
  /** Moves waiting tasks, in this order: to the front or the end of their band, or right before or behind a task. */
  move(tasks: readonly number[], where: MoveTo, by: string | null): Change[];
  changeTable(table: number, changes: TableChanges, by: string | null): Change;
  /** No card that is known could ever hold it. */
  impossible(task: number, remark: Remark, figures?: Record<string, number>): Change;

  // ── The table's file ──
  /** The row is no longer in the file: what waits is held, and somebody is asked. What runs goes on. */
  rowRemoved(task: number): Change;
  rowReturned(task: number): Change;
  /** Rows whose cells changed after what the keeper wrote, at most `limit`, and the revision to acknowledge them by. */
  unwritten(table: number, limit: number): { revision: number; results: RowResult[] };
  written(table: number, revision: number, warning: string | null): void;
  /** What its rows came to that ever ran, for whoever writes the file himself. */
  ranRows(table: number, offset: number, limit: number): RanRows;

  // ── Beside the runs ──
  tell(task: number, event: Story): void;
  /** What attempts of a profile taught (scheduling/learn.ts): by its key, as it was kept. */
  profile(key: string): unknown;
  profiles(): ReadonlyMap<string, unknown>;
  keepProfile(key: string, profile: unknown): void;
  /** GPU seconds with a half-life of 7 days. */
  usage(owner: string): number;
  settings(): QueueSettings;
  changeSettings(changes: Partial<QueueSettings>, by: string | null): QueueSettings;
  /** Uuids of GPUs that were switched off for the queue. */
  gpusOff(): ReadonlySet<string>;
  switchGpus(uuids: readonly string[], isOn: boolean, by: string | null): void;
  promises(): ReadonlyMap<string, StoredPromise>;
  keepPromise(promise: StoredPromise): void;
  endPromise(id: string): void;

  // ── Restored from a copy (trust.md, 18) ──
  /** Of this database's fences. */
  epoch(): number;
  /** True: it is an older copy. Nothing is given out until every node that may have attempts has reported. */
  isRestored(): boolean;
  /** They have: from now on as always. */
  nodesReported(): void;
  /** A node knows a fence that this database never gave out: begins a new epoch. True where that is so. */
  noteFence(fence: Fence): boolean;
}
