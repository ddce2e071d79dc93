/** Puts texts into cells of a csv; every unit outside those cells stays as it was. */
import type { GridEdit, ReadOptions } from '../grid.ts';
import { bytesOf, type Units, unitsOf } from './encoding.ts';
import { layOutCsv } from './readCsv.ts';
import { cellRaw } from './scan.ts';

interface Splice {
  start: number;
  end: number;
  text: string;
}

/** The file's bytes with the edit in them. @throws TableProblem */
export function editCsv(bytes: Uint8Array, edit: GridEdit, options: ReadOptions): Uint8Array {
  const { text, scan, rowLines, grid } = layOutCsv(bytes, options);
  const columns = [...grid.columns, ...edit.addColumns];
  const separator = String.fromCharCode(scan.separator);
  const splices: Splice[] = [];
  const isQuoted = (cell: number): boolean =>
    text.units[scan.starts[cell] ?? 0] === 0x22 && scan.ends[cell] !== scan.starts[cell];

  /**
   * Texts of one line by column, in the columns' order: cells that it has are replaced, others added at its end, with blank
   * ones up to `leastWidth`.
   */
  const putInto = (
    lineIndex: number,
    texts: readonly [column: number, text: string][],
    leastWidth = 0,
  ): void => {
    const line = scan.lines[lineIndex];
    if (!line) return;
    let width = line.last - line.first;
    const end = scan.ends[line.last - 1] ?? 0;
    const quoteAdded = isQuoted(line.last - 1) && isQuoted(line.first);
    let added = '';
    for (const [column, value] of texts) {
      const cell = line.first + column;
      if (cell < line.last) {
        const raw = cellRaw(value, scan.separator, isQuoted(cell));
        splices.push({ start: scan.starts[cell] ?? 0, end: scan.ends[cell] ?? 0, text: raw });
      } else {
        added += separator.repeat(column - width + 1) + cellRaw(value, scan.separator, quoteAdded);
        width = column + 1;
      }
    }
    added += separator.repeat(Math.max(0, leastWidth - width));
    if (added !== '') splices.push({ start: end, end, text: added });
  };

  const places = new Map(columns.map((column, index) => [column, index]));
  putInto(
    0,
    edit.addColumns.map((column) => [places.get(column) ?? 0, column]),
  );
  // Under columns that are added every row has a cell: programs that read tables trip over rows of different widths.
  const isWider = edit.addColumns.length > 0;
  const rows = isWider ? grid.rows.keys() : [...edit.cells.keys()].sort((a, b) => a - b);
  for (const row of rows) {
    const texts: [number, string][] = [];
    for (const [column, value] of edit.cells.get(row) ?? []) {
      const place = places.get(column);
      if (place !== undefined) texts.push([place, value]);
    }
    texts.sort(([a], [b]) => a - b);
    putInto(rowLines[row] ?? -1, texts, isWider ? columns.length : 0);
  }
  return bytesOf(
    spliced(
      text.units,
      splices.map((splice) => ({ ...splice, units: unitsOf(splice.text, text.encoding) })),
    ),
    text.encoding,
  );
}

/** The units with pieces of them replaced; the pieces are in order and do not overlap. */
function spliced(units: Units, splices: readonly { start: number; end: number; units: Units }[]): Units {
  let length = units.length;
  for (const splice of splices) length += splice.units.length - (splice.end - splice.start);
  const result = units instanceof Uint8Array ? new Uint8Array(length) : new Uint16Array(length);
  let from = 0;
  let to = 0;
  for (const splice of splices) {
    result.set(units.subarray(from, splice.start), to);
    to += splice.start - from;
    result.set(splice.units, to);
    to += splice.units.length;
    from = splice.end;
  }
  result.set(units.subarray(from), to);
  return result;
}
