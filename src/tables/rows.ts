/**
 * Rows of a grid as tasks-to-be: reserved columns understood, the rest passed on as text. A cell is never guessed at:
 * `001` stays `001`, a blank cell is no parameter.
 */
import {
  MAX_COLUMNS,
  MAX_NAME_CHARACTERS,
  MAX_ROW_TEXT_CHARACTERS,
  MAX_ROWS_PER_TABLE,
  MAX_RUNS_PER_TASK,
} from '../model/limits.ts';
import type { FileRow } from '../protocol/tableSync.ts';
import { type Grid, placeOf, type ReadOptions } from './grid.ts';
import { type KeyedCells, keysOf } from './keys.ts';
import { type ProblemSentence, type TablePlace, TableProblem } from './problem.ts';
import { isReserved, NO_COMMAND, type ResultColumn } from './reserved.ts';

export interface RowOptions extends ReadOptions {
  /** Columns of results that we write into this file: not parameters. */
  resultColumns?: readonly ResultColumn[] | undefined;
  known?: Iterable<string> | undefined;
}

/** The rows of a table. @throws TableProblem at the first cell that cannot be understood */
export function rowsOf(grid: Grid, options: RowOptions): FileRow[] {
  checkColumns(grid, options);
  const index = (column: string): number => grid.columns.indexOf(column);
  const [runNum, needRunNum, name, cmd, id] = ['run_num', 'need_run_num', 'name', 'cmd', 'id'].map(index);
  const ours = new Set<string>(options.resultColumns ?? []);
  const passed = grid.columns.flatMap((column, place) =>
    column === '' || isReserved(column) || ours.has(column) ? [] : [{ column, place }],
  );
  const keyed: KeyedCells[] = [];
  const rows = grid.rows.map(({ cells, line }, at): Omit<FileRow, 'key'> => {
    const textIn = (place: number | undefined): string => (place === undefined ? '' : (cells[place] ?? ''));
    const place = (column: string) => placeOf(options, at + 1, line, column);
    const parameters: [string, string][] = [];
    for (const { column, place: cell } of passed) {
      const text = cells[cell] ?? '';
      if (text === '') continue;
      checkText(text, () => place(column));
      parameters.push([column, text]);
    }
    const command = commandIn(textIn(cmd));
    if (command !== null) checkText(command, () => place('cmd'));
    const idText = textIn(id);
    keyed.push({
      cells: command === null ? parameters : [...parameters, ['cmd', command]],
      id: idText === '' ? null : idText,
    });
    return {
      row: at + 1,
      name: textIn(name).trim().slice(0, MAX_NAME_CHARACTERS) || null,
      command,
      runNum: runs(
        textIn(runNum),
        0,
        () => place('run_num'),
        'write how often it has run, or leave it blank for 0',
      ),
      needRunNum: runs(
        textIn(needRunNum),
        1,
        () => place('need_run_num'),
        'write how often it is to run, or leave it blank for 1',
      ),
      parameters,
    };
  });
  const keys = keysOf(keyed, options.known ?? null);
  return rows.map((row, at) => ({ key: keys[at] ?? '', ...row }));
}

const commandIn = (text: string): string | null =>
  text.trim() === '' || text.trim() === NO_COMMAND ? null : text;

/** `3`, also as a spreadsheet that took it for a measure writes it: `3.0`. */
function runs(text: string, blank: number, place: () => TablePlace, hint: ProblemSentence): number {
  const trimmed = text.trim();
  if (trimmed === '') return blank;
  const value = Number(trimmed);
  if (!/^\d+(\.0*)?$/.test(trimmed) || value > MAX_RUNS_PER_TASK) {
    throw new TableProblem(place(), '{text} is no whole number from 0 to {most}', hint, {
      text: JSON.stringify(text.slice(0, 40)),
      most: MAX_RUNS_PER_TASK,
    });
  }
  return value;
}

function checkText(text: string, place: () => ReturnType<typeof placeOf>): void {
  if (text.length > MAX_ROW_TEXT_CHARACTERS) {
    throw new TableProblem(
      place(),
      'the cell has {length} characters; at most {most} are passed on',
      'put long texts into a file and its path into the cell',
      { length: text.length, most: MAX_ROW_TEXT_CHARACTERS },
    );
  }
  if (text.includes('\u0000')) {
    throw new TableProblem(
      place(),
      'the cell holds a zero character, which no program can be given',
      'remove it',
    );
  }
}

function checkColumns({ columns, rows }: Grid, options: RowOptions): void {
  const { file, sheet } = options;
  const seen = new Map<string, number>();
  for (const [at, column] of columns.entries()) {
    const before = seen.get(column);
    if (column === '') {
      const row = rows.findIndex(({ cells }) => (cells[at] ?? '') !== '');
      if (row === -1) continue;
      throw new TableProblem(
        placeOf(options, row + 1, rows[row]?.line ?? null),
        'its cell number {number} has a text, but the column has no name',
        'name the column in the first line, or take it out',
        { number: at + 1 },
      );
    }
    if (before !== undefined) {
      throw new TableProblem(
        { file, sheet: sheet ?? null, column },
        'two columns have this name, number {first} and number {second}',
        'rename one of them',
        { first: before + 1, second: at + 1 },
      );
    }
    if (column.length > 256 || column.includes('\u0000')) {
      throw new TableProblem(
        { file, sheet: sheet ?? null, column: `${column.slice(0, 40)}…` },
        'the name of the column is longer than 256 characters or holds a zero character',
        'shorten it',
      );
    }
    seen.set(column, at);
  }
  if (columns.length > MAX_COLUMNS) {
    throw new TableProblem(
      { file, sheet: sheet ?? null },
      'it has {columns} columns; at most {most} are taken',
      'is the first line the one that names the columns?',
      { columns: columns.length, most: MAX_COLUMNS },
    );
  }
  if (rows.length > MAX_ROWS_PER_TABLE) {
    throw new TableProblem(
      { file, sheet: sheet ?? null },
      'it has {rows} rows; at most {most} are taken',
      'split it into several tables',
      { rows: rows.length, most: MAX_ROWS_PER_TABLE },
    );
  }
}
