/**
 * What is to be written into a table: run_num, need_run_num, and the columns that were asked for. A cell that says the
 * same already is left alone, whatever it looks like; a need_run_num that somebody edited meanwhile is his word, not ours.
 */
import type { FileRow, RowResult } from '../protocol/tableSync.ts';
import type { Grid, GridEdit } from './grid.ts';
import { defaultName, NO_COMMAND, RESERVED_COLUMNS, type ResultColumn } from './reserved.ts';

export interface ResultOptions {
  results: readonly RowResult[];
  /** What was last known of each row's need_run_num, by key. */
  neededBefore: ReadonlyMap<string, number>;
  /** Rows whose need_run_num is ours whatever the file says: the hub is known to be ahead of it. */
  ignoreEdits?: ReadonlySet<string>;
  /** Columns beside run_num and need_run_num that are kept up. */
  columns: readonly ResultColumn[];
}

/** The cells to be changed, and rows that the file no longer has. */
export function resultEdit(
  grid: Grid,
  rows: readonly FileRow[],
  { results, neededBefore, ignoreEdits, columns }: ResultOptions,
): { edit: GridEdit; missing: string[] } {
  const has = new Set(grid.columns);
  const addColumns: string[] = [...RESERVED_COLUMNS, ...columns].filter((column) => !has.has(column));
  const cells: GridEdit['cells'] = new Map();
  const put = (row: number, column: string, text: string): void => {
    const texts = cells.get(row) ?? new Map<string, string>();
    texts.set(column, text);
    cells.set(row, texts);
  };
  // A column that is added is filled in every row, as the older scheduler did.
  for (const [row, { runNum, needRunNum }] of rows.entries()) {
    if (!has.has('run_num')) put(row, 'run_num', String(runNum));
    if (!has.has('need_run_num')) put(row, 'need_run_num', String(needRunNum));
    if (!has.has('name')) put(row, 'name', defaultName(row));
    if (!has.has('cmd')) put(row, 'cmd', NO_COMMAND);
  }
  const places = new Map(rows.map(({ key }, row) => [key, row]));
  const columnPlaces = new Map(grid.columns.map((column, place) => [column, place]));
  const missing: string[] = [];
  for (const result of results) {
    const at = places.get(result.key);
    const row = at === undefined ? undefined : rows[at];
    if (at === undefined || !row) {
      missing.push(result.key);
      continue;
    }
    if (row.runNum !== result.runNum) put(at, 'run_num', String(result.runNum));
    const isEdited =
      !ignoreEdits?.has(result.key) && row.needRunNum !== (neededBefore.get(result.key) ?? result.needRunNum);
    if (!isEdited && row.needRunNum !== result.needRunNum) put(at, 'need_run_num', String(result.needRunNum));
    for (const column of columns) {
      const text = resultText(column, result);
      const place = columnPlaces.get(column);
      if (text !== (place === undefined ? '' : (grid.rows[at]?.cells[place] ?? ''))) put(at, column, text);
    }
  }
  return { edit: { addColumns, cells }, missing };
}

/** What a column of results says of a row. */
export function resultText(column: ResultColumn, result: RowResult): string {
  switch (column) {
    case 'status':
      return result.state;
    case 'exit_code':
      return result.exitCode === null ? '' : String(result.exitCode);
    case 'started_at':
      return timeText(result.startedAtMs);
    case 'ended_at':
      return timeText(result.endedAtMs);
    case 'gpu':
      return result.gpu ?? '';
    case 'node':
      // A spreadsheet would take it for a formula (trust.md, 15).
      return (result.node ?? '').replace(/^(?=[=+\-@])/, "'");
  }
}

/** `2026-11-25 22:04:07`, of this machine: what a spreadsheet takes for a time. */
function timeText(atMs: number | null): string {
  if (atMs === null) return '';
  const at = new Date(atMs);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())} ${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`;
}
