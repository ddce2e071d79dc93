/** Tables and rows come into the book: once, however often they are sent. */
import { withoutCredentials } from '../../../protocol/supervision.ts';
import type { SubmittedRow } from '../../../protocol/tableApi.ts';
import { NO_RUN, putRun, putTable, putTask } from './changes.ts';
import type { TableRecord, TaskRecord } from './records.ts';
import {
  announce,
  emptyCounts,
  lastPlace,
  noteQuiet,
  type Shelf,
  settleTable,
  shelve,
  shelveTable,
} from './shelf.ts';
import type { RowTaskNumber, Submit } from './taskBook.ts';

/** Makes the table and its first rows. */
export function createTable(shelf: Shelf, submit: Submit): { table: TableRecord; tasks: RowTaskNumber[] } {
  const { table: asked } = submit;
  const table: TableRecord = {
    number: shelf.next.table,
    name: asked.name,
    owner: submit.owner,
    file: asked.file,
    fileWarning: null,
    workingDirectory: asked.workingDirectory,
    command: asked.command,
    options: asked.options,
    maxRunning: asked.maxRunning,
    paused: null,
    machineId: asked.machineId,
    gpuOrder: asked.gpuOrder,
    gitCommit: asked.gitCommit,
    gitDirty: asked.gitDirty,
    createdAtMs: shelf.nowMs(),
    hold: asked.hold,
    isComplete: submit.isComplete,
    lastBatch: 0,
    tasks: [],
    byKey: new Map(),
    unwritten: new Set(),
    counts: emptyCounts(),
    needRuns: 0,
    doneRuns: 0,
    revision: 0,
    writtenRevision: 0,
    hasEnvironment: true,
    quietSinceMs: null,
  };
  shelf.next.table += 1;
  shelveTable(shelf, table);
  shelf.write(putTable(table));
  shelf.write(['putEnvironment', table.number, JSON.stringify(withoutCredentials(asked.environment))]);
  const tasks = takeRows(shelf, table, submit.rows);
  noteQuiet(shelf, table);
  for (const listener of shelf.tableListeners) listener(table);
  return { table, tasks };
}

/** More rows; those of a batch that was taken are found again by their keys. */
export function addRows(
  shelf: Shelf,
  table: TableRecord,
  batch: number,
  rows: readonly SubmittedRow[],
  isComplete: boolean,
): RowTaskNumber[] {
  const tasks = takeRows(shelf, table, rows);
  const lastBatch = Math.max(table.lastBatch, batch);
  if (lastBatch !== table.lastBatch || (isComplete && !table.isComplete)) {
    table.lastBatch = lastBatch;
    table.isComplete ||= isComplete;
    settleTable(shelf, table);
  }
  noteQuiet(shelf, table);
  return tasks;
}

function takeRows(shelf: Shelf, table: TableRecord, rows: readonly SubmittedRow[]): RowTaskNumber[] {
  return rows.map((row) => ({
    key: row.key,
    task: table.byKey.get(row.key) ?? takeRow(shelf, table, row),
  }));
}

function takeRow(shelf: Shelf, table: TableRecord, row: SubmittedRow): TaskRecord {
  const task: TaskRecord = {
    ...NO_RUN,
    number: shelf.next.task,
    table,
    row: row.row,
    key: row.key,
    name: row.name,
    priority: table.options.priority,
    needRunNum: row.needRunNum,
    runNum: row.runNum,
    overrides: null,
    createdAtMs: shelf.nowMs(),
    isInFile: true,
    revision: 0,
  };
  shelf.next.task += 1;
  shelf.write(putTask(task, row));
  if (task.runNum < task.needRunNum) {
    task.runState = table.hold ? 'held' : 'queued';
    task.heldBy = table.hold ? 'user' : null;
    task.place = lastPlace(shelf);
    shelf.write(putRun(task, task.runNum + 1, task.runState));
  }
  shelve(shelf, task);
  announce(shelf, task, null);
  return task;
}
