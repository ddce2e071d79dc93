/**
 * How a table's file is kept up (scheduling.md, 4; trust.md, 11): the hub never opens it. It tells the agent of the machine
 * and user whose file it is which tables to keep; the agent writes the reserved cells, batched once a second, and
 * reports edits that somebody made in the file meanwhile. A waiting command does the same over the API.
 */
import * as z from 'zod';
import { TaskCommand } from '../model/command.ts';
import { count, instantMs, message, name } from '../model/fields.ts';
import { MAX_ROWS_PER_BATCH, MAX_RUNS_PER_TASK } from '../model/limits.ts';
import { Parameters, TableFile } from '../model/queue.ts';
import { RunState, TableId, TaskId } from '../model/task.ts';

/**
 * What a row is recognised by when its file was sorted or rows were deleted: the text of an id column, or a hash of its
 * parameter cells, with a number after it where several rows are alike (`4f1c…#2`).
 */
export const RowKey = z.string().min(1).max(128);

/** A row as the file has it. */
export const FileRow = z.object({
  key: RowKey,
  /** Place among the data rows, from 1. */
  row: count.min(1),
  /** Line of a csv, row of a sheet, index of a json array: for errors. */
  name: name.nullable(),
  command: z
    .string()
    .max(64 * 1024)
    .nullable(),
  runNum: count.max(MAX_RUNS_PER_TASK),
  needRunNum: count.max(MAX_RUNS_PER_TASK),
  parameters: Parameters,
});
export type FileRow = z.infer<typeof FileRow>;

/** A row as a submit or the keeper sends it: parsed, its command made, by its owner's process. */
export const SubmittedRow = z.strictObject({
  key: RowKey,
  row: count.min(1),
  name,
  runNum: count.max(MAX_RUNS_PER_TASK),
  needRunNum: count.max(MAX_RUNS_PER_TASK),
  parameters: Parameters,
  command: TaskCommand,
});
export type SubmittedRow = z.infer<typeof SubmittedRow>;

/** What is written into one row. */
export const RowResult = z.object({
  key: RowKey,
  runNum: count,
  needRunNum: count,
  state: RunState,
  exitCode: count.nullable(),
  startedAtMs: instantMs.nullable(),
  endedAtMs: instantMs.nullable(),
  /** `0,1` */
  gpu: name.nullable(),
  node: name.nullable(),
});
export type RowResult = z.infer<typeof RowResult>;

/** Hub → the file's keeper: rows whose cells changed since the keeper last said it wrote them. */
export const TableWrite = z.object({
  table: TableId,
  file: TableFile,
  /** Rises with each write; the keeper acknowledges it once the file is renamed into place. */
  revision: count,
  results: z.array(RowResult).max(MAX_ROWS_PER_BATCH),
});
export type TableWrite = z.infer<typeof TableWrite>;

/**
 * Hub → agent, at each connection and after a submit: keep this file up. `known` is what the hub has of it, in pages; only
 * after the last page are edits looked for.
 */
export const KeepTable = z.object({
  table: TableId,
  file: TableFile,
  known: z
    .array(z.object({ key: RowKey, needRunNum: count, isRemoved: z.boolean() }))
    .max(MAX_ROWS_PER_BATCH),
  isLast: z.boolean(),
});
export type KeepTable = z.infer<typeof KeepTable>;

/** Keeper → hub: what somebody changed in the file. */
export const TableEdits = z.object({
  table: TableId,
  added: z.array(SubmittedRow).max(MAX_ROWS_PER_BATCH),
  /** More (or fewer) runs wanted. */
  needRunNum: z
    .array(z.object({ key: RowKey, needRunNum: count.max(MAX_RUNS_PER_TASK) }))
    .max(MAX_ROWS_PER_BATCH),
  removed: z.array(RowKey).max(MAX_ROWS_PER_BATCH),
  /** Removed rows that are back. */
  returned: z.array(RowKey).max(MAX_ROWS_PER_BATCH),
  /** Trouble with the file, in words: not written, not readable, a sidecar holds the results; null where all is well. */
  warning: message.nullable(),
});
export type TableEdits = z.infer<typeof TableEdits>;

export const TableWritten = z.object({ table: TableId, revision: count, warning: message.nullable() });
export type TableWritten = z.infer<typeof TableWritten>;

/** A row that became a task, by its key. */
export const RowTask = z.object({ key: RowKey, task: TaskId });
