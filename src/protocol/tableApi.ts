/** Routes of tables: submitting them in batches, changing them, and what they came to. Spread into the table of routes (hubApi.ts). */
import * as z from 'zod';
import { count, name, path } from '../model/fields.ts';
import { MAX_ROWS_BODY_BYTES, MAX_ROWS_PER_BATCH, MAX_TASKS_PER_REQUEST } from '../model/limits.ts';
import { Table, TableFile, TaskOptions } from '../model/queue.ts';
import { WaitingReason } from '../model/waiting.ts';
import { routes } from './route.ts';
import { Environment } from './supervision.ts';
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

const flag = z.enum(['true', 'false']).transform((value) => value === 'true');
const whole = z.coerce.number().int().nonnegative();
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

export const tableApi = routes({
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
});
