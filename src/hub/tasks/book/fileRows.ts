/** What is to be written into the file of a table: rows whose cells changed since its keeper last wrote. */
import type { RowResult } from '../../../protocol/tableSync.ts';
import { putTable } from './changes.ts';
import type { TableRecord, TaskRecord } from './records.ts';
import type { Shelf } from './shelf.ts';

/** The longest waiting rows, and the revision by which the keeper acknowledges them. */
export function unwritten(table: TableRecord, limit: number): { revision: number; results: RowResult[] } {
  const results: RowResult[] = [];
  let revision = table.writtenRevision;
  for (const task of table.unwritten) {
    if (results.length >= limit) break;
    results.push(rowResult(task));
    revision = task.revision;
  }
  return { revision, results };
}

/** The keeper wrote up to this revision. */
export function written(shelf: Shelf, table: TableRecord, revision: number): void {
  for (const task of table.unwritten) {
    if (task.revision > revision) break;
    table.unwritten.delete(task);
  }
  if (revision <= table.writtenRevision) return;
  table.writtenRevision = Math.min(revision, table.revision);
  shelf.write(putTable(table));
}

export interface RanRows {
  results: RowResult[];
  total: number;
  /** Of the newest change: by it the writing is acknowledged. */
  revision: number;
}

/** What its rows came to that ran, here or before a restart, in the order of the table. */
export function ranRows(table: TableRecord, offset: number, limit: number): RanRows {
  const ran = table.tasks.filter(({ last, live }) => last !== null || live !== null);
  return {
    results: ran.slice(offset, offset + limit).map(rowResult),
    total: ran.length,
    revision: table.revision,
  };
}

function rowResult(task: TaskRecord): RowResult {
  const { key, runNum, needRunNum, state, last, live } = task;
  const gpu = live ? live.attempt.gpus.map(({ index }) => index).join(',') : (last?.gpus ?? '');
  return {
    key,
    runNum,
    needRunNum,
    state,
    exitCode: live ? null : (last?.exitCode ?? null),
    startedAtMs: live ? live.attempt.startedAtMs : (last?.startedAtMs ?? null),
    endedAtMs: live ? null : (last?.endedAtMs ?? null),
    gpu: gpu === '' ? null : gpu.slice(0, 256),
    node: live ? live.attempt.node : (last?.node ?? null),
  };
}
