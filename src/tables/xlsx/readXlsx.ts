/**
 * A sheet of an xlsx as a grid. A cell is the text that it shows where it can be told apart from its value: dates by
 * their format, numbers that are filled up with zeros; else a number is its shortest text, and a formula what it came to
 * when the file was last saved. The library is loaded with the first xlsx.
 */
import type { Cell, CellValue, Sheet } from 'hucre';
import type { Grid, ReadOptions } from '../grid.ts';
import { TableProblem } from '../problem.ts';
import { openZip } from './zip.ts';

export interface XlsxLayout {
  grid: Grid;
  /** Row of the sheet, from 0, that each row of the grid stands in; and the one that names the columns. */
  sheetRows: number[];
  headRow: number;
}

const PROGRESS_ROWS = 10_000;
/** A million rows are 300 MiB. A megabyte that unpacks to gigabytes would take the keeper's memory at each change of the file. */
const MAX_UNPACKED_BYTES = 512 * 2 ** 20;

/** Reads an xlsx. @throws TableProblem */
export const readXlsx = async (bytes: Uint8Array, options: ReadOptions): Promise<Grid> =>
  (await layOutXlsx(bytes, options)).grid;

/** Reads an xlsx and remembers where its rows are. @throws TableProblem */
export async function layOutXlsx(bytes: Uint8Array, options: ReadOptions): Promise<XlsxLayout> {
  const { file, progress } = options;
  const sheet = await openSheet(bytes, options);
  const { formatValue } = await import('./library.ts');
  const place = { file, sheet: sheet.name };
  const textAt = (row: number, column: number): string => {
    const cell = sheet.cells?.get(`${row},${column}`);
    const value = sheet.rows[row]?.[column] ?? null;
    return cellText(cell, value, formatValue, () => ({
      ...place,
      line: { unit: 'sheet row' as const, number: row + 1 },
      column: columns[column] || null,
    }));
  };
  const columns: string[] = [];
  const isBlankRow = (row: readonly CellValue[] | undefined, at: number): boolean =>
    (row ?? []).every((value, column) => (value === null || value === '') && textAt(at, column) === '');
  const headRow = sheet.rows.findIndex((row, at) => !isBlankRow(row, at));
  if (headRow === -1) throw new TableProblem(place, 'is empty', 'its first line names the columns');
  for (const column of (sheet.rows[headRow] ?? []).keys()) columns[column] = textAt(headRow, column).trim();
  while (columns.at(-1) === '') columns.pop();
  const grid: Grid = { columns, rows: [], sheet: sheet.name };
  const sheetRows: number[] = [];
  for (let row = headRow + 1; row < sheet.rows.length; row += 1) {
    const width = Math.max(columns.length, sheet.rows[row]?.length ?? 0);
    const cells: string[] = [];
    for (let column = 0; column < width; column += 1) cells.push(textAt(row, column));
    if (cells.every((text) => text === '')) continue;
    const beyond = cells.findIndex((text, column) => column >= columns.length && text !== '');
    if (beyond !== -1) {
      throw new TableProblem(
        { ...place, row: sheetRows.length + 1, line: { unit: 'sheet row', number: row + 1 } },
        'its cell number {number} has a text, but the column has no name',
        'name the column in the first line, or move notes to another sheet',
        { number: beyond + 1 },
      );
    }
    grid.rows.push({ cells: cells.slice(0, columns.length), line: { unit: 'sheet row', number: row + 1 } });
    sheetRows.push(row);
    if (progress && grid.rows.length % PROGRESS_ROWS === 0) progress(grid.rows.length);
  }
  return { grid, sheetRows, headRow };
}

/** The sheet that was asked for, else the first. */
async function openSheet(bytes: Uint8Array, { file, sheet: wanted }: ReadOptions): Promise<Sheet> {
  const { readXlsx: read } = await import('./library.ts');
  const names: string[] = [];
  let sheets: Sheet[];
  try {
    const mebibytes = Math.ceil(openZip(bytes).unpackedBytes / 2 ** 20);
    if (mebibytes * 2 ** 20 > MAX_UNPACKED_BYTES)
      throw new Error(
        `unpacked it has ${mebibytes} MiB, and at most ${MAX_UNPACKED_BYTES / 2 ** 20} are read`,
      );
    const workbook = await read(bytes, {
      readStyles: true,
      sheets: ({ name }, index) => {
        names.push(name);
        return wanted === null || wanted === undefined ? index === 0 : name === wanted;
      },
    });
    sheets = workbook.sheets;
  } catch (failure) {
    const words = failure instanceof Error ? failure.message : String(failure);
    throw new TableProblem(
      { file },
      /encrypt|password/i.test(words) ? 'is locked with a password' : 'cannot be read as .xlsx: {words}',
      'save it once more as .xlsx without a password, or as .csv',
      { words: words.slice(0, 200) },
    );
  }
  const [sheet] = sheets;
  if (sheet) return sheet;
  throw new TableProblem({ file }, wanted ? 'has no sheet {name}' : 'has no sheet', 'sheets: {names}', {
    name: JSON.stringify(wanted ?? ''),
    names: names.join(', ') || '–',
  });
}

function cellText(
  cell: Cell | undefined,
  value: CellValue,
  format: (value: unknown, numFmt: string) => string,
  place: () => TableProblem['place'],
): string {
  let shown = value;
  if (cell?.type === 'formula' || cell?.formula !== undefined) {
    shown = cell.formulaResult ?? null;
    if (shown === null) {
      throw new TableProblem(
        place(),
        'the cell has a formula whose result is not in the file, or an error',
        'open it in a spreadsheet program, mend the formula where it shows an error, and save it once',
      );
    }
  }
  if (
    cell?.type === 'error' ||
    (typeof shown === 'string' && /^#(N\/A|REF!|DIV\/0!|VALUE!|NAME\?|NUM!|NULL!)$/.test(shown))
  )
    throw new TableProblem(
      place(),
      'the cell shows the error {error}',
      'mend the formula, or clear the cell',
      { error: String(shown) },
    );
  if (shown === null || shown === undefined) return '';
  if (typeof shown === 'string') return shown;
  // A spreadsheet makes TRUE of whatever somebody typed; programs of those who type True expect that.
  if (typeof shown === 'boolean') return shown ? 'True' : 'False';
  const numFmt = cell?.style?.numFmt;
  if (shown instanceof Date) return dateText(shown, numFmt, format);
  if (numFmt !== undefined && /^0{2,}$/.test(numFmt) && Number.isInteger(shown) && shown >= 0)
    return String(shown).padStart(numFmt.length, '0');
  return String(shown);
}

/** As the cell's format shows it; where that cannot be told, `2026-01-05` or `2026-01-05 13:30:00`. */
function dateText(
  date: Date,
  numFmt: string | undefined,
  format: (value: unknown, numFmt: string) => string,
): string {
  const shown = numFmt === undefined || numFmt === 'General' ? '' : format(date, numFmt);
  if (shown !== '' && !/NaN|Invalid/.test(shown)) return shown;
  return date
    .toISOString()
    .replace('T', ' ')
    .replace(/\.\d+Z$/, '')
    .replace(/ 00:00:00$/, '');
}
