/**
 * The one door to tables: bytes in, rows or bytes out. Who opens and writes files is elsewhere: the submitting command,
 * and the keeper in the owner's agent (trust.md, 11).
 */
import type { TableFile } from '../model/queue.ts';
import type { FileRow } from '../protocol/tableSync.ts';
import { editCsv } from './csv/editCsv.ts';
import { readCsv } from './csv/readCsv.ts';
import type { Grid, GridEdit, ReadOptions } from './grid.ts';
import { editJson } from './json/editJson.ts';
import { readJson } from './json/readJson.ts';
import { TableProblem } from './problem.ts';
import type { ResultColumn } from './reserved.ts';
import { type ResultOptions, resultEdit } from './results.ts';
import { rowsOf } from './rows.ts';
import { editXlsx } from './xlsx/editXlsx.ts';
import { readXlsx } from './xlsx/readXlsx.ts';

export type TableFormat = TableFile['format'];

export interface TableRead {
  /** All columns, the reserved ones too, in the file's order. */
  columns: string[];
  rows: FileRow[];
  sheet: string | null;
}

/** The format that a file's name tells. @throws TableProblem */
export function formatOf(file: string): TableFormat {
  const extension = /\.([^./\\]+)$/.exec(file)?.[1]?.toLowerCase();
  if (extension === 'csv' || extension === 'tsv' || extension === 'txt') return 'csv';
  if (extension === 'json' || extension === 'xlsx') return extension;
  throw new TableProblem(
    { file },
    'is no table that can be read',
    extension === 'xls' || extension === 'ods' || extension === 'xlsm'
      ? 'save it as .xlsx or .csv'
      : 'a table ends in .csv, .xlsx or .json; a command to queue goes after --',
  );
}

export interface TableReadOptions extends ReadOptions {
  format: TableFormat;
  /** Columns of results that we write into this file: they are no parameters. */
  resultColumns: readonly ResultColumn[];
  /** Keys that are known already: rows are recognised in the same way again (keys.ts). */
  known?: Iterable<string>;
}

/** Reads a table. @throws TableProblem */
export async function readTable(bytes: Uint8Array, options: TableReadOptions): Promise<TableRead> {
  const grid = await readGrid(bytes, options);
  return { columns: grid.columns, rows: rowsOf(grid, { ...options, sheet: grid.sheet }), sheet: grid.sheet };
}

export interface TableWriteOptions
  extends Omit<TableReadOptions, 'resultColumns'>,
    Pick<ResultOptions, 'results' | 'neededBefore' | 'ignoreEdits'> {
  /** Columns beside run_num and need_run_num that are kept up. */
  resultColumns: readonly ResultColumn[];
}

export interface WrittenTable {
  bytes: Uint8Array;
  /** False where every cell was as it should be: nothing needs to be written. */
  isChanged: boolean;
  columns: string[];
  /** As they were before the write. */
  rows: FileRow[];
  /** Keys of results whose rows the file no longer has. */
  missing: string[];
}

/** The file's bytes as they are now, with results in their cells and nothing else changed. @throws TableProblem */
export async function writeResults(bytes: Uint8Array, options: TableWriteOptions): Promise<WrittenTable> {
  const grid = await readGrid(bytes, options);
  const rows = rowsOf(grid, { ...options, sheet: grid.sheet });
  const { edit, missing } = resultEdit(grid, rows, { ...options, columns: options.resultColumns });
  if (edit.addColumns.length === 0 && edit.cells.size === 0)
    return { bytes, isChanged: false, columns: grid.columns, rows, missing };
  return {
    bytes: await editGrid(bytes, edit, options),
    isChanged: true,
    columns: grid.columns,
    rows,
    missing,
  };
}

async function readGrid(bytes: Uint8Array, options: Omit<TableReadOptions, 'resultColumns'>): Promise<Grid> {
  if (options.format === 'csv') return readCsv(bytes, options);
  if (options.format === 'json') return readJson(bytes, options);
  return readXlsx(bytes, options);
}

async function editGrid(
  bytes: Uint8Array,
  edit: GridEdit,
  options: Omit<TableReadOptions, 'resultColumns'>,
): Promise<Uint8Array> {
  if (options.format === 'csv') return editCsv(bytes, edit, options);
  if (options.format === 'json') return editJson(bytes, edit, options);
  return editXlsx(bytes, edit, options);
}
