/**
 * Rows in columns for a terminal. Every cell is made harmless here, so that no command can forget it; nothing gets wider
 * than the terminal: first the rarer columns go, then the one that may be cut is cut, last the line.
 */
import { visible } from '../../lib/displayText.ts';
import type { Paint, Style } from './paint.ts';
import { cutTo, padTo, widthOf } from './width.ts';

export interface Column {
  title: string;
  align?: 'left' | 'right';
  /** May be cut, down to so many columns, where the line would be too long. At most one of a table. */
  cutTo?: number;
  /** Left out where the terminal is narrow; the highest goes first. */
  rarity?: number;
}

/** A text, or several pieces of one with a style each. */
export type Cell = string | { text: string; style: Style } | readonly { text: string; style: Style }[];

export interface TableOptions {
  /** Null: nobody looks at it in a terminal, nothing is cut. */
  columns: number | null;
  paint: Paint;
  /** Before each line. */
  indent?: string;
}

const GAP = '  ';

interface Piece {
  text: string;
  style: Style;
}

/** The lines, heading first; columns without anything in them are left out. */
export function table(
  columns: readonly Column[],
  rows: readonly (readonly Cell[])[],
  options: TableOptions,
): string {
  const indent = options.indent ?? '';
  const all = columns.map((column, place) => {
    const cells = rows.map((row) => piecesOf(row[place] ?? ''));
    return { column, cells, width: Math.max(widthOf(column.title), ...cells.map(piecesWidth), 0) };
  });
  const limit = options.columns === null ? Number.POSITIVE_INFINITY : options.columns - indent.length;
  const shown = fitColumns(
    all.filter(({ cells }) => rows.length === 0 || cells.some((cell) => piecesWidth(cell) > 0)),
    limit,
  );
  const line = (cellOf: (place: number) => Piece[]): string => {
    let left = limit;
    let text = '';
    for (const [place, { column, width }] of shown.entries()) {
      const isLast = place === shown.length - 1;
      const pieces = cutPieces(cellOf(place), Math.min(width, left));
      const padding = ' '.repeat(Math.max(0, Math.min(width, left) - piecesWidth(pieces)));
      const painted = pieces.map((piece) => options.paint(piece.text, piece.style)).join('');
      if (column.align === 'right') text += padding + painted;
      else text += isLast ? painted : painted + padding;
      left -= width + GAP.length;
      if (isLast || left <= 0) break;
      text += GAP;
    }
    return indent + text.trimEnd();
  };
  return [
    line((place) => {
      const { column, width } = shown[place] ?? { column: { title: '' }, width: 0 };
      return [{ text: padTo(column.title, column.align === 'right' ? width : 0, 'right'), style: 'faint' }];
    }),
    ...rows.map((_, row) => line((place) => shown[place]?.cells[row] ?? [])),
  ].join('\n');
}

interface Measured {
  column: Column;
  cells: Piece[][];
  width: number;
}

function fitColumns(measured: readonly Measured[], limit: number): Measured[] {
  let shown = [...measured];
  const widthWith = (entries: readonly Measured[], least: boolean): number =>
    entries.reduce(
      (sum, { column, width }) => sum + (least ? leastWidth(column, width) : width) + GAP.length,
      -GAP.length,
    );
  for (;;) {
    if (widthWith(shown, true) <= limit) break;
    const rarest = Math.max(0, ...shown.map(({ column }) => column.rarity ?? 0));
    if (rarest === 0) break;
    shown = shown.filter(({ column }) => column.rarity !== rarest);
  }
  const tooWide = widthWith(shown, false) - limit;
  if (tooWide <= 0) return shown;
  return shown.map((entry) =>
    entry.column.cutTo === undefined
      ? entry
      : { ...entry, width: Math.max(leastWidth(entry.column, entry.width), entry.width - tooWide) },
  );
}

const leastWidth = (column: Column, width: number): number => Math.min(width, column.cutTo ?? width);

function piecesOf(cell: Cell): Piece[] {
  const pieces = typeof cell === 'string' ? [{ text: cell, style: 'plain' as const }] : [cell].flat();
  return pieces.map(({ text, style }) => ({ text: visible(text), style }));
}

const piecesWidth = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + widthOf(piece.text), 0);

function cutPieces(pieces: readonly Piece[], columns: number): Piece[] {
  if (piecesWidth(pieces) <= columns) return [...pieces];
  const kept: Piece[] = [];
  let left = columns;
  for (const piece of pieces) {
    const width = widthOf(piece.text);
    if (width < left) {
      kept.push(piece);
      left -= width;
      continue;
    }
    kept.push({
      ...piece,
      text: width === left ? `${cutTo(`${piece.text}…`, left)}` : cutTo(piece.text, left),
    });
    break;
  }
  return kept;
}
