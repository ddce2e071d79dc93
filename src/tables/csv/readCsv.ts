/** A csv as a grid: its first line names the columns, blank lines and lines of nothing but separators are no rows. */
import type { Grid, ReadOptions } from '../grid.ts';
import { TableProblem } from '../problem.ts';
import { type EncodedText, encodedText, textReader } from './encoding.ts';
import { type CsvScan, cellText, scanCsv } from './scan.ts';

/** A csv with everything that is needed to write into it. */
export interface CsvLayout {
  text: EncodedText;
  scan: CsvScan;
  /** Index into `scan.lines` of each row of the grid. */
  rowLines: number[];
  grid: Grid;
}

const PROGRESS_ROWS = 10_000;

/** Reads a csv. @throws TableProblem */
export const readCsv = (bytes: Uint8Array, options: ReadOptions): Grid => layOutCsv(bytes, options).grid;

/** Reads a csv and remembers where its cells are. @throws TableProblem */
export function layOutCsv(bytes: Uint8Array, { file, progress }: ReadOptions): CsvLayout {
  const text = encodedText(bytes, { file });
  const scan = scanCsv(text);
  const read = textReader(text);
  if (scan.openQuoteLine !== null) {
    throw new TableProblem(
      { file, line: { unit: 'line', number: scan.openQuoteLine } },
      'a quote is opened here and never closed',
      'close it, or write it twice if it belongs to the text',
    );
  }
  const [head, ...lines] = scan.lines;
  if (!head) throw new TableProblem({ file }, 'is empty', 'its first line names the columns');
  const textAt = (cell: number): string => cellText(read(scan.starts[cell] ?? 0, scan.ends[cell] ?? 0));
  const columns: string[] = [];
  for (let cell = head.first; cell < head.last; cell += 1) columns.push(textAt(cell).trim());
  const grid: Grid = { columns, rows: [], sheet: null };
  const rowLines: number[] = [];
  for (const [index, line] of lines.entries()) {
    const cells: string[] = [];
    let isBlank = true;
    for (let cell = line.first; cell < line.last; cell += 1) {
      const value = textAt(cell);
      if (value !== '') {
        isBlank = false;
        if (cell - line.first >= columns.length)
          throw tooManyCells(file, grid.rows.length + 1, line, columns);
      }
      if (cell - line.first < columns.length) cells.push(value);
    }
    if (isBlank) continue;
    while (cells.length < columns.length) cells.push('');
    grid.rows.push({ cells, line: { unit: 'line', number: line.number } });
    rowLines.push(index + 1);
    if (progress && grid.rows.length % PROGRESS_ROWS === 0) progress(grid.rows.length);
  }
  return { text, scan, rowLines, grid };
}

const tooManyCells = (
  file: string,
  row: number,
  line: CsvScan['lines'][number],
  columns: readonly string[],
): TableProblem =>
  new TableProblem(
    { file, row, line: { unit: 'line', number: line.number } },
    'it has {cells} cells, the head names {columns} columns',
    'quote a cell that holds the separator, or name the column',
    { cells: line.last - line.first, columns: columns.length },
  );
