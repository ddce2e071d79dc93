/**
 * The queue's routes: tables, tasks, logs, settings. Spread into the table of routes (hubApi.ts). A selection names tasks
 * by id, or by table, state and class; what is done to them is answered task by task.
 */
import * as z from 'zod';
import { count, instantMs, message, name, path, pid } from '../model/fields.ts';
import {
  MAX_LOG_SLICE_BYTES,
  MAX_ROWS_BODY_BYTES,
  MAX_ROWS_PER_BATCH,
  MAX_RUNS_PER_TASK,
  MAX_TASKS_PER_REQUEST,
} from '../model/limits.ts';
import { Parameters, QueueSettings, RunCounts, Table, TableFile, TaskOptions } from '../model/queue.ts';
import { Remark, Remarks } from '../model/remark.ts';
import { Attempt, AttemptId, EndClass, RunState, TableId, TaskId } from '../model/task.ts';
import { CardTrouble } from '../model/trouble.ts';
import { WaitingReason } from '../model/waiting.ts';
import type { Route } from './route.ts';
import { Environment, LogSlice, LogStream } from './supervision.ts';
import { RowKey, RowResult, RowTask, SubmittedRow } from './tableSync.ts';

export { SubmittedRow } from './tableSync.ts';

export const SubmittedTable = z.strictObject({
  name,
  /** Login name; taken from the local administrator's token only, else the account's. */
  owner: name.nullable(),
  file: TableFile.nullable(),
  /** What makes the command, for people: `python train.py` + the columns. */
  command: z.string().max(4096),
  options: TaskOptions,
  maxRunning: count.nullable(),
  /** Rows wait as `held` until released. */
  hold: z.boolean(),
  /** From the root: a node has no place of the submit's to begin at. */
  workingDirectory: path.regex(/^\//, 'is no absolute path: begin it with /'),
  /** The submit's, whole; kept until the last run is over, shown to nobody. */
  environment: Environment,
  /** Node that must run it because the files are there, by machine id; null: any that may. */
  machineId: z.string().max(128).nullable(),
  /** Program of the owner's that orders GPUs; null for our own order. */
  gpuOrder: z.array(z.string().max(4096)).min(1).max(64).nullable(),
  gitCommit: name.nullable(),
  gitDirty: z.boolean().nullable(),
});
export type SubmittedTable = z.infer<typeof SubmittedTable>;

/** A task as everybody who may see it is told of it. */
export const Task = z.object({
  id: TaskId,
  /** Name of its table; null for a command queued by itself. */
  table: name.nullable(),
  tableId: TableId,
  row: count.nullable(),
  name,
  owner: name,
  state: RunState,
  runNum: count,
  needRunNum: count,
  /** In words, English; null while it neither waits nor is impossible. */
  waitingReason: z.string().nullable(),
  /** The same as data. */
  waiting: WaitingReason.nullable(),
  command: z.string().max(4096),
  parameters: Parameters,
  priority: z.int(),
  /** What its next attempt asks per GPU, and how that is known. */
  askedBytes: count.nullable(),
  askedBy: z.enum(['row', 'learned', 'table', 'whole-card', 'none']),
  createdAtMs: instantMs,
  /** Estimate of when a waiting task's next run starts; null where nothing is known, and where it does not wait. */
  startsAtMs: instantMs.nullable().default(null),
  /** One standard error of that, to either side; null where it is not known. */
  startsErrorMs: count.nullable().default(null),
  /** Estimate of when its running or next run ends; null where nothing is known. */
  doneAtMs: instantMs.nullable(),
  /** One standard error of that, to either side; null where it is not known. */
  doneErrorMs: count.nullable(),
  /** Oldest first. */
  attempts: z.array(Attempt),
});
export type Task = z.infer<typeof Task>;

/** A sentence of a task's story (page: "What happened"), as data with its English words. */
export const TaskEvent = z.object({
  atMs: instantMs,
  kind: z.enum([
    'submitted',
    'edited',
    'held',
    'released',
    'started',
    'ended',
    'learned',
    'queued-again',
    'stop-asked',
    'unreachable',
    'back',
    'moved',
    'impossible',
    'note',
  ]),
  run: count.nullable(),
  attempt: count.nullable(),
  /** Who, where somebody did it. */
  by: name.nullable(),
  /** In English. */
  text: z.string().max(1000),
  /** The same as data; null for what an earlier version recorded. */
  remarks: Remarks.nullable().catch(null).default(null),
  /** Figures behind the words: promise before and after, peak, tried… in bytes. */
  figures: z.record(z.string().max(64), z.number()).nullable(),
});
export type TaskEvent = z.infer<typeof TaskEvent>;

/** Which tasks: by id, or all of a table that are in these states and, if they ended, of these classes. */
export const Selection = z.union([
  z.strictObject({ ids: z.array(TaskId).min(1).max(MAX_TASKS_PER_REQUEST) }),
  z.strictObject({
    table: TableId.optional(),
    states: z.array(RunState).max(RunState.options.length).optional(),
    classes: z.array(EndClass).max(EndClass.options.length).optional(),
    /** GPUs by uuid: what runs on them. */
    gpus: z.array(name).max(1024).optional(),
    /** Own tasks, or (administrators) everybody's. */
    whose: z.enum(['mine', 'all']).default('mine'),
  }),
]);
export type Selection = z.infer<typeof Selection>;

const changes = z.object({
  results: z.array(
    z.object({
      id: TaskId,
      /** `unchanged`: it was so already, or there is nothing to do in its state. */
      outcome: z.enum(['done', 'unchanged', 'not-allowed', 'unknown', 'failed']),
      /** How it stands, or why nothing was done, in English. */
      message,
      /** The same as data. */
      remark: Remark.nullable().catch(null).default(null),
    }),
  ),
});

/** The ledger of one card, in bytes (scheduling.md, 5). */
export const GpuLedger = z.object({
  nodeId: name,
  node: name,
  uuid: name,
  index: count,
  isOn: z.boolean(),
  /** Why nothing is placed there although it is on; null where it is. */
  unusable: message.nullable(),
  /** The same as data. */
  trouble: CardTrouble.nullable().catch(null).default(null),
  totalBytes: count.nullable(),
  externalBytes: count.nullable(),
  promisedBytes: count,
  headroomBytes: count.nullable(),
  freeBytes: count.nullable(),
  attempts: z.array(
    z.object({ attempt: AttemptId, task: TaskId, owner: name, promisedBytes: count.nullable() }),
  ),
  /** Commands of `find … -- COMMAND` that were given it. */
  commands: z
    .array(z.object({ owner: name, pid: pid.nullable(), promisedBytes: count.nullable() }))
    .default([]),
});
export type GpuLedger = z.infer<typeof GpuLedger>;

/** The queue at a glance, and the scope `queue` of the live socket. */
export const QueueStatus = z.object({
  /** Rises with every change of any task: a page that shows rows asks for them again. */
  revision: count,
  counts: RunCounts,
  settings: QueueSettings,
  tables: z.array(Table),
  gpus: z.array(GpuLedger),
});
export type QueueStatus = z.infer<typeof QueueStatus>;

const text = z.string().max(200);
const whole = z.coerce.number().int().nonnegative();
const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const listOf = <Item extends z.ZodType<unknown, string>>(item: Item) =>
  z
    .string()
    .max(1000)
    .transform((value) => value.split(','))
    .pipe(z.array(item));
const select = z.strictObject({ select: Selection });
const routes = <Routes extends Record<string, Route>>(table: Routes): Routes => table;

/**
 * Whether an agent that runs as the owner of a table's file keeps it up now. False: nobody does, so its owner writes it
 * (`flowline write`). Null: it has no file, or the hub has just started and agents are still connecting.
 */
const isKeptUp = z.boolean().nullable().default(null);

const PlannedRow = z.object({
  node: name.nullable(),
  gpus: z.array(count),
  /** Why it would wait, in English; null where it would start. */
  reason: z.string().nullable(),
  /** The same as data; null where it would start, and where it need not run. */
  waiting: WaitingReason.nullable().default(null),
});

export const taskApi = routes({
  queue: {
    method: 'GET',
    path: '/api/v1/queue',
    right: 'user',
    summary: 'The queue at a glance: counts, settings, tables, and the ledger of every GPU.',
    response: QueueStatus,
  },
  changeQueue: {
    method: 'PATCH',
    path: '/api/v1/queue',
    right: 'administrator',
    summary: 'Changes settings of the queue.',
    body: QueueSettings.partial().strict(),
    response: z.object({ settings: QueueSettings }),
  },
  switchGpus: {
    method: 'POST',
    path: '/api/v1/queue/gpus',
    right: 'administrator',
    summary: 'Switches GPUs on or off for the queue; what runs there goes on.',
    body: z.strictObject({ gpus: z.array(name).min(1).max(1024), isOn: z.boolean() }),
    response: z.object({ gpus: z.array(GpuLedger) }),
  },
  submitTable: {
    method: 'POST',
    path: '/api/v1/tables',
    right: 'user',
    summary:
      'Queues a table: its first rows here, more by POST …/rows; nothing of it starts before `isComplete`. The header Idempotency-Key makes a repeated request answer as the first.',
    body: z.strictObject({
      table: SubmittedTable,
      rows: z.array(SubmittedRow).max(MAX_ROWS_PER_BATCH),
      isComplete: z.boolean(),
      /** Rows of the whole table that are to run, where not all are in this request: more than may be queued is refused at once. */
      rowsInAll: count.optional(),
      /** Nothing is queued; answered is what would happen to the rows. */
      dryRun: z.boolean().default(false),
    }),
    bodyLimitBytes: MAX_ROWS_BODY_BYTES,
    response: z.object({
      table: Table,
      tasks: z.array(RowTask),
      isKeptUp,
      /** For a dry run: where each row would go now, or why it waits, in words. */
      plan: z.array(PlannedRow.extend({ key: RowKey })),
      /**
       * For a dry run of a table with more rows (`rowsInAll`) than were sent: what would become of each other one that is to
       * run. They all ask the same, so once one waits all others do. Null: not known, more could start than were sent.
       */
      others: PlannedRow.nullable().default(null),
    }),
  },
  addRows: {
    method: 'POST',
    path: '/api/v1/tables/{id}/rows',
    right: 'user',
    summary: 'More rows of a table; a batch that was taken before (same number) is answered as then.',
    body: z.strictObject({
      batch: count.min(1),
      rows: z.array(SubmittedRow).max(MAX_ROWS_PER_BATCH),
      isComplete: z.boolean(),
    }),
    bodyLimitBytes: MAX_ROWS_BODY_BYTES,
    response: z.object({ table: Table, tasks: z.array(RowTask), isKeptUp }),
  },
  tables: {
    method: 'GET',
    path: '/api/v1/tables',
    right: 'user',
    summary: 'Tables, the newest first.',
    query: z.object({ whose: z.enum(['mine', 'all']).default('all'), isOpen: flag.optional() }),
    response: z.object({ tables: z.array(Table) }),
  },
  table: {
    method: 'GET',
    path: '/api/v1/tables/{id}',
    right: 'user',
    summary: 'One table.',
    response: Table,
  },
  tableResults: {
    method: 'GET',
    path: '/api/v1/tables/{id}/results',
    right: 'user',
    summary:
      'What the rows of a table came to that ever ran, as it is written into its file: for an owner whose file no agent keeps up.',
    query: z.object({
      offset: whole.default(0),
      limit: whole.min(1).max(MAX_TASKS_PER_REQUEST).default(MAX_ROWS_PER_BATCH),
    }),
    response: z.object({
      results: z.array(RowResult),
      total: count,
      isKeptUp,
      /** To be said by POST …/written once all pages are in the file. */
      revision: count,
    }),
  },
  tableWritten: {
    method: 'POST',
    path: '/api/v1/tables/{id}/written',
    right: 'user',
    summary: 'Its owner wrote into the file what the rows came to up to this revision.',
    body: z.strictObject({ revision: count }),
    response: Table,
  },
  changeTable: {
    method: 'PATCH',
    path: '/api/v1/tables/{id}',
    right: 'user',
    summary:
      'Pauses or resumes a table, changes how many of it run at once, its priority or what its rows ask.',
    body: z.strictObject({
      paused: z.boolean().optional(),
      maxRunning: count.nullable().optional(),
      priority: z.int().min(-100).max(100).optional(),
      memoryBytes: count.nullable().optional(),
    }),
    response: Table,
  },
  tasks: {
    method: 'GET',
    path: '/api/v1/tasks',
    right: 'user',
    summary:
      'Tasks, filtered, sorted and paged here. Words of `query` match name, table, id, column values and `column:value`.',
    query: z.object({
      table: text.optional(),
      states: listOf(RunState).optional(),
      classes: listOf(EndClass).optional(),
      query: text.default(''),
      whose: z.enum(['mine', 'all']).default('all'),
      node: text.optional(),
      gpu: text.optional(),
      sort: z.enum(['order', 'row', 'id', 'state', 'started', 'ended']).default('order'),
      descending: flag.default(false),
      offset: whole.default(0),
      limit: whole.max(MAX_TASKS_PER_REQUEST).default(200),
    }),
    response: z.object({ tasks: z.array(Task), total: count, counts: RunCounts }),
  },
  task: {
    method: 'GET',
    path: '/api/v1/tasks/{id}',
    right: 'user',
    summary: 'One task with its attempts and its story.',
    response: z.object({
      task: Task,
      events: z.array(TaskEvent),
      options: TaskOptions,
      workingDirectory: path,
    }),
  },
  killTasks: {
    method: 'POST',
    path: '/api/v1/tasks/kill',
    right: 'user',
    summary:
      'Stops running tasks (SIGTERM, grace, SIGKILL) and takes waiting ones out of the queue; neither starts again.',
    body: z.strictObject({
      select: Selection,
      graceSeconds: z.number().min(0).max(3600).nullable().default(null),
    }),
    response: changes,
  },
  retryTasks: {
    method: 'POST',
    path: '/api/v1/tasks/retry',
    right: 'user',
    summary: 'Runs ended tasks again, with fresh budgets.',
    body: select,
    response: changes,
  },
  holdTasks: {
    method: 'POST',
    path: '/api/v1/tasks/hold',
    right: 'user',
    summary: 'Keeps waiting tasks from starting until they are released.',
    body: select,
    response: changes,
  },
  releaseTasks: {
    method: 'POST',
    path: '/api/v1/tasks/release',
    right: 'user',
    summary: 'Lets held tasks start.',
    body: select,
    response: changes,
  },
  editTasks: {
    method: 'POST',
    path: '/api/v1/tasks/edit',
    right: 'user',
    summary:
      'Changes what waiting tasks ask for, how often they run, their priority or order; null takes a limit away.',
    body: z.strictObject({
      select: Selection,
      changes: z
        .strictObject({
          memoryBytes: count.nullable(),
          gpus: count.max(64),
          model: name.nullable(),
          node: name.nullable(),
          priority: z.int().min(-100).max(100),
          needRunNum: count.max(MAX_RUNS_PER_TASK),
          timeLimitSeconds: z.number().positive().nullable(),
          retries: count.max(1000),
          startAfterMs: instantMs.nullable(),
          name,
          /** Moves them within their band: to its front, or right before a task. */
          before: z.union([z.literal('first'), TaskId]),
          /** The same: to its end, or right behind a task. Not with `before`. */
          behind: z.union([z.literal('last'), TaskId]),
        })
        .partial()
        .refine(({ before, behind }) => before === undefined || behind === undefined, {
          message: 'before and behind: say one of them',
        }),
    }),
    response: changes,
  },
  confirmGone: {
    method: 'POST',
    path: '/api/v1/tasks/confirm-gone',
    right: 'user',
    summary: 'Somebody looked: the attempt of an unreachable task lives no longer; it may start elsewhere.',
    body: select,
    response: changes,
  },
  log: {
    method: 'GET',
    path: '/api/v1/tasks/{id}/log',
    right: 'user',
    summary: "Part of an attempt's output, asked of its node; with `waitMs` it waits for more.",
    query: z.object({
      run: whole.optional(),
      attempt: whole.optional(),
      stream: LogStream.default('out'),
      fromByte: whole.optional(),
      lastBytes: whole.max(MAX_LOG_SLICE_BYTES).optional(),
      maxBytes: whole
        .min(1)
        .max(MAX_LOG_SLICE_BYTES)
        .default(64 * 1024),
      waitMs: whole.max(20_000).default(0),
    }),
    response: z.object({ attempt: AttemptId, stream: LogStream, slice: LogSlice }),
  },
  takePromise: {
    method: 'POST',
    path: '/api/v1/promises',
    right: 'user',
    summary:
      'For `find … -- COMMAND`: takes GPUs of one machine on the ledger for a process that the caller starts himself; `waitMs` waits for room, and the header Idempotency-Key keeps the place in the line when asked again. Kept alive by PATCH; given back by DELETE, or after 30 s of silence.',
    body: z.strictObject({
      gpus: z.int().min(1).max(64),
      memoryBytes: count.nullable(),
      model: name.nullable(),
      machineId: z.string().max(128),
      waitMs: count.max(25_000),
    }),
    response: z.object({
      /** Null: no room yet; the reason says why. */
      promise: z
        .object({
          id: name,
          gpus: z.array(z.object({ uuid: name, index: count })),
          promisedBytes: count.nullable(),
        })
        .nullable(),
      waitingReason: z.string().nullable(),
      waiting: WaitingReason.nullable(),
    }),
  },
  keepPromise: {
    method: 'PATCH',
    path: '/api/v1/promises/{id}',
    right: 'user',
    summary: 'Says that the process lives, and which it is.',
    body: z.strictObject({ pid: z.int().positive().nullable() }),
    response: z.object({}),
  },
  endPromise: {
    method: 'DELETE',
    path: '/api/v1/promises/{id}',
    right: 'user',
    summary: 'Gives the GPUs back.',
    response: z.object({}),
  },
});
