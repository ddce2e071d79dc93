/** Tables in the queue, what a task asks for, and the settings of the whole queue. */
import * as z from 'zod';
import { CommandSource } from './command.ts';
import { amount, count, instantMs, message, name, path } from './fields.ts';
import { MAX_COLUMNS, MAX_LOG_PART_BYTES, MAX_ROW_TEXT_CHARACTERS } from './limits.ts';
import { EndClass, RunState, TableId, TaskId } from './task.ts';

/** What a run asks of a node. */
export const Ask = z.object({
  /** 0 for none. All on one node, at once. */
  gpus: count.max(64),
  /** Promised per GPU; null: learned. */
  memoryBytes: count.nullable(),
  /** Words of the model's name, like `H100`. */
  model: name.nullable(),
  /** Id or name of a node. */
  node: name.nullable(),
});
export type Ask = z.infer<typeof Ask>;

/** `ok:t7`: after it succeeded; `end:t7`: after it ended, however. */
export const Dependency = z.object({ wanted: z.enum(['ok', 'end']), task: TaskId });
export type Dependency = z.infer<typeof Dependency>;

/** How often a run is tried again, by why it ended; null: as often as it takes. */
export const RetryBudgets = z.record(EndClass.exclude(['ok']), count.max(1000).nullable());
export type RetryBudgets = z.infer<typeof RetryBudgets>;

/** What holds for every row of a table unless the row says otherwise. */
export const TaskOptions = z.object({
  ask: Ask,
  /** Bands: higher goes first. */
  priority: z.int().min(-100).max(100),
  /** PROGRAM failures that are tried again, each behind the others with backoff. */
  retries: count.max(1000),
  timeLimitSeconds: amount.nullable(),
  after: z.array(Dependency).max(64),
  startAfterMs: instantMs.nullable(),
  /** SIGTERM, this long, then SIGKILL. */
  graceSeconds: amount.max(3600),
  /** May be started elsewhere after 15 min of silence of its node, without anybody's word. */
  isIdempotent: z.boolean(),
  /** Exit codes that mean: out of GPU memory. */
  outOfMemoryExitCodes: z.array(z.int().min(1).max(255)).max(16),
  /** Texts of the program's own that mean the same. */
  outOfMemoryTexts: z.array(z.string().min(3).max(200)).max(16),
});
export type TaskOptions = z.infer<typeof TaskOptions>;

export const DEFAULT_OPTIONS: TaskOptions = {
  ask: { gpus: 1, memoryBytes: null, model: null, node: null },
  priority: 0,
  retries: 0,
  timeLimitSeconds: null,
  after: [],
  startAfterMs: null,
  graceSeconds: 10,
  isIdempotent: false,
  outOfMemoryExitCodes: [],
  outOfMemoryTexts: [],
};

/** A cell that is passed on: column and text, blank ones left out. In the order of the file. */
export const Parameters = z
  .array(z.tuple([z.string().max(256), z.string().max(MAX_ROW_TEXT_CHARACTERS)]))
  .max(MAX_COLUMNS);
export type Parameters = z.infer<typeof Parameters>;

/** Where a table was read and is kept up: only its owner's process opens it (trust.md, 11). */
export const TableFile = z.object({
  path,
  format: z.enum(['csv', 'xlsx', 'json']),
  sheet: name.nullable(),
  /** Of the machine and the user whose file it is. */
  machineId: z.string().max(128),
  uid: count,
  /** Columns beside run_num and need_run_num that are written when asked: status, exit_code, started_at, ended_at, gpu, node. */
  writesColumns: z.array(z.enum(['status', 'exit_code', 'started_at', 'ended_at', 'gpu', 'node'])).max(6),
  /** How the keeper makes the command of a row that is added to the file; without it such rows are told of and not queued. */
  commandSource: CommandSource.optional(),
});
export type TableFile = z.infer<typeof TableFile>;

export const RunCounts = z.partialRecord(RunState, count);
export type RunCounts = z.infer<typeof RunCounts>;

/** A table as everybody is told of it: never its environment. */
export const Table = z.object({
  id: TableId,
  name,
  owner: name,
  file: TableFile.nullable(),
  /** Trouble with keeping the file up, in words; null where all is well. */
  fileWarning: message.nullable(),
  /** The same as a word, where nobody keeps it up at all: no agent that may run tasks runs as its owner there. */
  fileTrouble: z.enum(['alone']).nullable().catch(null).default(null),
  workingDirectory: path,
  command: z.string().max(4096),
  options: TaskOptions,
  /** At once, of this table. */
  maxRunning: count.nullable(),
  /** `failures`: three PROGRAM failures in a row within 60 s. */
  paused: z.enum(['user', 'failures']).nullable(),
  gitCommit: name.nullable(),
  gitDirty: z.boolean().nullable(),
  createdAtMs: instantMs,
  rows: count,
  /** Runs wanted in all, and how they stand. */
  runs: count,
  counts: RunCounts,
  /** Estimate of when its last run ends, with its error; null where nothing is known yet. */
  doneAtMs: instantMs.nullable(),
  doneErrorMs: count.nullable(),
});
export type Table = z.infer<typeof Table>;

/** Settings of the queue; each has a door in `flowline run`'s shell, the page or the API. */
export const QueueSettings = z.object({
  /** False: nothing new starts (drain); what runs goes on. */
  isRunning: z.boolean(),
  /** Attempts at once; null: no limit. */
  maxRunning: count.nullable(),
  maxRunningPerGpu: count.nullable(),
  maxGpusPerUser: count.nullable(),
  /** The highest priority that somebody may ask for who is no administrator: bands go before everybody's fair share. */
  highestPriority: z.int().min(-100).max(100),
  /** Rows that one person, and all together, may have in the queue that are not over; null: no limit. */
  maxQueuedPerUser: count.nullable(),
  maxQueued: count.nullable(),
  /** A card with less free memory is left alone, whatever a run asks (the older `min`). */
  leastFreeBytes: count.nullable(),
  /** Kept free on each card; null: the larger of 512 MiB and 3 %. */
  headroomBytes: count.nullable(),
  /** `share`: beside others' processes; `avoid`: only where there are none if such a card exists; `mine-only`: never. */
  strangers: z.enum(['share', 'avoid', 'mine-only']),
  budgets: RetryBudgets,
  /** `failures` PROGRAM failures in a row within `withinSeconds` pause a table. */
  breaker: z.object({ failures: count.min(1), withinSeconds: amount }),
  logHeadBytes: count.max(MAX_LOG_PART_BYTES),
  logTailBytes: count.max(MAX_LOG_PART_BYTES),
  /** Logs of attempts that ended longer ago are removed from their node; null: never. */
  logKeepDays: z.number().positive().max(36_500).nullable(),
  /** What all logs of a node may take; the oldest go first. Null: no limit. */
  logTotalBytes: count.nullable(),
});
export type QueueSettings = z.infer<typeof QueueSettings>;

const MEBIBYTE = 1024 * 1024;

export const DEFAULT_SETTINGS: QueueSettings = {
  isRunning: true,
  maxRunning: null,
  maxRunningPerGpu: null,
  maxGpusPerUser: null,
  highestPriority: 0,
  // The hub keeps half a KiB of each in memory: 100 MiB of one person, 250 MiB of all.
  maxQueuedPerUser: 200_000,
  maxQueued: 500_000,
  leastFreeBytes: null,
  headroomBytes: null,
  strangers: 'share',
  budgets: { program: 0, gpu_oom: 3, host_oom: 2, infra: 5, preempted: null, timeout: 0, user_kill: 0 },
  breaker: { failures: 3, withinSeconds: 60 },
  logHeadBytes: MEBIBYTE,
  logTailBytes: 16 * MEBIBYTE,
  logKeepDays: 30,
  logTotalBytes: 20 * 1024 * MEBIBYTE,
};
