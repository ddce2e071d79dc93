/**
 * What every format is read into, and what is written back into one: texts of cells by column. A format knows nothing of
 * reserved columns, keys or results; those (rows.ts, results.ts) know nothing of a format.
 */
import type { RowPlace, TablePlace } from './problem.ts';

export interface GridRow {
  /** Texts by column of the grid; a cell that the file does not have is ''. */
  cells: string[];
  /** Where the row stands for an editor. */
  line: RowPlace;
}

export interface Grid {
  columns: string[];
  rows: GridRow[];
  sheet: string | null;
}

/** Texts to put into a table's cells, by row of the grid (from 0) and column; columns that it does not have are added at its end. */
export interface GridEdit {
  addColumns: string[];
  cells: Map<number, Map<string, string>>;
}

export interface ReadOptions {
  /** As it was given: errors name it. */
  file: string;
  /** Of an xlsx; null: the first. */
  sheet?: string | null;
  /** Told now and then, for long tables. */
  progress?: ((rows: number) => void) | undefined;
}

/** Place of a row in errors. */
export const placeOf = (
  { file, sheet }: ReadOptions,
  row: number,
  line: RowPlace | null,
  column: string | null = null,
): TablePlace => ({ file, sheet: sheet ?? null, row, line, column });
