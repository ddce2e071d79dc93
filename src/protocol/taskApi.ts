/**
 * Routes of tasks: listing and showing them, logs, and what people do to them. Spread into the table of routes (hubApi.ts). A
 * selection names tasks by id, or by table, state and class; what is done to them is answered task by task.
 */
import * as z from 'zod';
import { count, instantMs, message, name, path } from '../model/fields.ts';
import { MAX_LOG_SLICE_BYTES, MAX_RUNS_PER_TASK, MAX_TASKS_PER_REQUEST } from '../model/limits.ts';
import { Parameters, RunCounts, TaskOptions } from '../model/queue.ts';
import { Remark, Remarks } from '../model/remark.ts';
import { Attempt, AttemptId, EndClass, RunState, TableId, TaskId } from '../model/task.ts';
import { WaitingReason } from '../model/waiting.ts';
import { routes } from './route.ts';
import { LogSlice, LogStream } from './supervision.ts';

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

export const taskApi = routes({
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
});
