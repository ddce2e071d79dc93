/** What stands in one place of a table: pieces of text with a style each, harmless and measured in terminal columns. */
import { visible } from '../../lib/displayText.ts';
import type { Style } from './paint.ts';
import { cutTo, widthOf } from './width.ts';

export interface Piece {
  text: string;
  style: Style;
}

/** A text, or several pieces of one. */
export type Cell = string | Piece | readonly Piece[];

/** The pieces of a cell, with control characters made visible. */
export function piecesOf(cell: Cell): Piece[] {
  const pieces = typeof cell === 'string' ? [{ text: cell, style: 'plain' as const }] : [cell].flat();
  return pieces.map(({ text, style }) => ({ text: visible(text), style }));
}

/** Columns that the pieces take together. */
export const piecesWidth = (pieces: readonly Piece[]): number =>
  pieces.reduce((sum, piece) => sum + widthOf(piece.text), 0);

/** The pieces within so many columns, ending in `…` where something was left out. */
export function cutPieces(pieces: readonly Piece[], columns: number): readonly Piece[] {
  if (piecesWidth(pieces) <= columns) return pieces;
  const kept: Piece[] = [];
  let left = columns;
  for (const piece of pieces) {
    const width = widthOf(piece.text);
    // One column stays for the mark of what is left out.
    if (width < left) {
      kept.push(piece);
      left -= width;
      continue;
    }
    kept.push({ ...piece, text: cutTo(`${piece.text}…`, left) });
    break;
  }
  return kept;
}
