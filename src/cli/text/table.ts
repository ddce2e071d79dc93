/**
 * Rows in columns for a terminal. Every cell is made harmless here, so that no command can forget it; nothing gets wider
 * than the terminal: those that may be cut are cut before a column goes, the rarest first; last the line is cut.
 */
import { type Cell, cutPieces, type Piece, piecesOf, piecesWidth } from './cell.ts';
import type { Paint } from './paint.ts';
import { widthOf } from './width.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** May be cut, down to so many columns, where the line would be too long. */
  cutTo?: number;
  /** In a terminal no wider than this, however much room there is: what follows is to be seen beside it. */
  most?: number;
  /** Left out where cutting does not do; the highest goes first, of two alike the one further right. */
  rarity?: number;
}

export interface TableOptions {
  /** Null: nobody looks at it in a terminal, nothing is cut. */
  columns: number | null;
  paint: Paint;
  /** Before each line. */
  indent?: string;
}

const GAP = '  ';

interface Measured {
  column: Column;
  /** By row. */
  cells: Piece[][];
  width: number;
}

/** The lines, heading first; columns without anything in them are left out. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  { columns: terminalColumns, paint, indent = '' }: TableOptions,
): string {
  const limit = terminalColumns === null ? Number.POSITIVE_INFINITY : terminalColumns - indent.length;
  const measured = columns
    .map((column, place) => measure(column, rows, place, limit))
    .filter(({ cells }) => rows.length === 0 || cells.some((cell) => piecesWidth(cell) > 0));
  const shown = fitColumns(measured, limit);
  const heading = shown.map(({ column }): Piece[] => [{ text: column.title, style: 'faint' }]);
  const lines = rows.map((_, row) => shown.map(({ cells }) => cells[row] ?? []));
  return [heading, ...lines].map((cells) => indent + drawLine(shown, cells, limit, paint)).join('\n');
}

function measure(column: Column, rows: readonly (readonly Cell[])[], place: number, limit: number): Measured {
  const cells = rows.map((row) => piecesOf(row[place] ?? ''));
  const width = cells.reduce((most, cell) => Math.max(most, piecesWidth(cell)), widthOf(column.title));
  const isBounded = column.most !== undefined && Number.isFinite(limit);
  return { column, cells, width: isBounded ? Math.min(width, column.most ?? width) : width };
}

function fitColumns(measured: readonly Measured[], limit: number): Measured[] {
  let shown = [...measured];
  while (lineWidth(shown, leastWidth) > limit) {
    const rarest = Math.max(0, ...shown.map(({ column }) => column.rarity ?? 0));
    if (rarest === 0) break;
    const gone = shown.findLast(({ column }) => column.rarity === rarest);
    shown = shown.filter((entry) => entry !== gone);
  }
  return cutColumns(shown, lineWidth(shown, ({ width }) => width) - limit);
}

/** The one with most to lose loses first, so that several are cut alike. */
function cutColumns(shown: readonly Measured[], tooWide: number): Measured[] {
  const cut = shown.map((entry) => ({ ...entry }));
  const toLose = (entry: Measured): number => entry.width - leastWidth(entry);
  for (let left = tooWide; left > 0; left -= 1) {
    const most = cut.reduce<Measured | null>((a, b) => (a === null || toLose(b) > toLose(a) ? b : a), null);
    if (most === null || toLose(most) === 0) break;
    most.width -= 1;
  }
  return cut;
}

const leastWidth = ({ column, width }: Measured): number => Math.min(width, column.cutTo ?? width);

const lineWidth = (shown: readonly Measured[], widthIn: (entry: Measured) => number): number =>
  shown.reduce((sum, entry) => sum + widthIn(entry) + GAP.length, -GAP.length);

function drawLine(
  shown: readonly Measured[],
  cells: readonly (readonly Piece[])[],
  limit: number,
  paint: Paint,
): string {
  let text = '';
  let left = limit;
  for (const [place, { column, width }] of shown.entries()) {
    const room = Math.min(width, left);
    if (room <= 0) break;
    const pieces = cutPieces(cells[place] ?? [], room);
    const padding = ' '.repeat(room - piecesWidth(pieces));
    const painted = pieces.map((piece) => paint(piece.text, piece.style)).join('');
    text += column.align === 'right' ? padding + painted : painted + padding;
    text += GAP;
    left -= width + GAP.length;
  }
  return text.trimEnd();
}
