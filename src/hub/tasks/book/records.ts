/**
 * What the task book holds in memory: compact records, made for 100,000 of them (docs/decisions). Parameters, commands,
 * finished attempts and stories stay in the store and are read when somebody looks. Outside the book they are read, never
 * changed: the types that leave it are the `…View`s.
 */
import type { StopReason } from '../../../model/endRemark.ts';
import type { Ask, TableFile, TaskOptions } from '../../../model/queue.ts';
import type { Attempt, EndClass, Fence, RunState } from '../../../model/task.ts';

/** Retries used since the run was last queued with fresh budgets, by why the attempts ended. */
export type UsedRetries = Partial<Record<EndClass, number>>;

/** What a row says otherwise than its table; absent: the table's. */
export interface TaskOverrides {
  ask?: Partial<Ask>;
  retries?: number;
  timeLimitSeconds?: number | null;
  startAfterMs?: number | null;
}

/** The end of a task's newest attempt: what lists and the table's columns show of it. */
export interface LastEnd {
  run: number;
  attempt: number;
  class: EndClass;
  exitCode: number | null;
  startedAtMs: number | null;
  endedAtMs: number | null;
  nodeId: string;
  node: string;
  /** Indexes, `0,1`; empty for none. */
  gpus: string;
}

/** A row of a table. It has one run at a time, number `runNum + 1`; those before it succeeded. */
export interface TaskRecord {
  /** 42 of `t42`. */
  number: number;
  table: TableRecord;
  row: number | null;
  /** What the row is recognised by in its file. */
  key: string;
  name: string;
  priority: number;
  /** Place within the priority band: lower goes first. A run that is queued again gets a place behind all others. 0: never queued. */
  place: number;
  needRunNum: number;
  /** Successes: those the file told of, and those of runs since. */
  runNum: number;
  /** Of its present run, as recorded; null where there is none: all that were wanted succeeded. */
  runState: RunState | null;
  /** Of the task: `succeeded` where as many runs did as are wanted and none is alive, else that of its present run. */
  state: RunState;
  heldBy: 'user' | 'row-removed' | null;
  /** Not before this instant: backoff after an end. `startAfterMs` of the options counts besides. */
  notBeforeMs: number | null;
  /** Nodes (ids) and cards (uuids) to go round if there are others; null: none. */
  avoid: readonly string[] | null;
  /** Attempts of the present run so far, the live one included. */
  attempts: number;
  usedRetries: UsedRetries | null;
  overrides: TaskOverrides | null;
  /** Promise per GPU that this row's own attempts taught; null: ask the profiles. */
  learnedBytes: number | null;
  createdAtMs: number;
  last: LastEnd | null;
  live: LiveAttempt | null;
  /** False: its row is gone from the file. */
  isInFile: boolean;
  /** The table's revision at which a cell of its row last changed; 0: never. */
  revision: number;
}

/** An attempt whose GPUs are counted: it lives, may live, or its cards are not free yet. */
export interface LiveAttempt {
  id: string;
  task: TaskRecord;
  fence: Fence;
  /** Of the newest report that was applied; -1 before the first. */
  sequence: number;
  attempt: Attempt;
  /** Somebody's word, or the time limit, that ends it; null while nobody asked. */
  stop: { reason: StopReason; graceSeconds: number; atMs: number } | null;
  /** What it takes memory like (scheduling/learn.ts), and whether nothing was known of that when it was given out. */
  profile: string | null;
  isWarmingUp: boolean;
  /** Over, but its processes' memory was still on the cards: they are not given out yet. */
  isReturning: boolean;
}

/** A table, or a command that was queued by itself (`file` null and one row). */
export interface TableRecord {
  /** 7 of `b7`. */
  number: number;
  name: string;
  owner: string;
  file: TableFile | null;
  fileWarning: string | null;
  workingDirectory: string;
  command: string;
  options: TaskOptions;
  maxRunning: number | null;
  paused: 'user' | 'failures' | null;
  /** Machine that must run it; null: any that may. */
  machineId: string | null;
  gpuOrder: string[] | null;
  gitCommit: string | null;
  gitDirty: boolean | null;
  createdAtMs: number;
  /** Rows wait as `held` until released. */
  hold: boolean;
  /** False while its rows are still being sent: nothing of it starts. */
  isComplete: boolean;
  /** Newest batch of rows that was taken; 0: only those of the submit. */
  lastBatch: number;
  /** In the order of their numbers. */
  tasks: TaskRecord[];
  byKey: Map<string, TaskRecord>;
  /** Tasks with a cell that the file's keeper did not write yet, the longest waiting first. */
  unwritten: Set<TaskRecord>;
  /** Tasks by state. */
  counts: Record<RunState, number>;
  /** Runs wanted in all, those the file told of included. */
  needRuns: number;
  /** Runs that succeeded, those the file told of included. */
  doneRuns: number;
  /** Rises with each change of a cell that is written into the file; the keeper acknowledged up to `writtenRevision`. */
  revision: number;
  writtenRevision: number;
  /** Whether its environment is still kept. */
  hasEnvironment: boolean;
  /** Since when none of its tasks waits or lives; null while one does. */
  quietSinceMs: number | null;
}

export type TaskView = Readonly<Omit<TaskRecord, 'table' | 'live' | 'last'>> & {
  readonly table: TableView;
  readonly live: LiveView | null;
  readonly last: Readonly<LastEnd> | null;
};
export type TableView = Readonly<Omit<TableRecord, 'tasks' | 'counts' | 'byKey' | 'unwritten'>> & {
  readonly tasks: readonly TaskView[];
  readonly counts: Readonly<Record<RunState, number>>;
};
export type LiveView = Readonly<Omit<LiveAttempt, 'task' | 'attempt'>> & {
  readonly task: TaskView;
  readonly attempt: Readonly<Attempt>;
};
