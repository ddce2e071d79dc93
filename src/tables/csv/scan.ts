/**
 * Where the cells of a csv are. Nothing is turned into text here: a cell is a piece of the units, its quotes included,
 * so that it can be read, or replaced and everything beside it kept.
 *
 *   lr,note⏎              cells 0–2, 3–7
 *   0.1,"says ""no"""⏎    cells 8–11, 12–25 (quoted: it begins with a quote; inside, a quote is written twice)
 *
 * A line ends with LF, CRLF or CR. What follows a closing quote before the next separator belongs to the cell, as other
 * readers have it.
 */
import type { EncodedText, Units } from './encoding.ts';

const QUOTE = 0x22;
const LF = 0x0a;
const CR = 0x0d;
/** Comma, semicolon, tab: the first of those that are equally frequent in the head. */
export const SEPARATORS = [0x2c, 0x3b, 0x09] as const;

export interface CsvScan {
  separator: number;
  /** First and one past the last unit of each cell of the file, one after another. */
  starts: number[];
  ends: number[];
  /** For each line that has cells: its first cell, one past its last, and its number in the file from 1. */
  lines: { first: number; last: number; number: number }[];
  /** Number of the line where a quote was opened and never closed; null where all are closed. */
  openQuoteLine: number | null;
}

/** Finds every cell. */
export function scanCsv(text: EncodedText): CsvScan {
  const { units, markUnits } = text;
  const separator = separatorOf(units, markUnits);
  const scan: CsvScan = { separator, starts: [], ends: [], lines: [], openQuoteLine: null };
  let at = markUnits;
  let number = 1;
  while (at < units.length) {
    const first = scan.starts.length;
    const lineNumber = number;
    for (;;) {
      const start = at;
      if (units[at] === QUOTE) {
        const openedAt = number;
        at += 1;
        while (at < units.length) {
          const unit = units[at];
          if (unit === QUOTE) {
            if (units[at + 1] !== QUOTE) break;
            at += 1;
          } else if (unit === LF || (unit === CR && units[at + 1] !== LF)) number += 1;
          at += 1;
        }
        if (at >= units.length) scan.openQuoteLine ??= openedAt;
        else at += 1;
      }
      while (at < units.length && units[at] !== separator && units[at] !== LF && units[at] !== CR) at += 1;
      scan.starts.push(start);
      scan.ends.push(at);
      if (at >= units.length || units[at] !== separator) break;
      at += 1;
    }
    // A line without a character has no cells: a blank line between rows, or the end of the file.
    if (scan.starts.length === first + 1 && scan.starts[first] === scan.ends[first]) {
      scan.starts.pop();
      scan.ends.pop();
    } else scan.lines.push({ first, last: scan.starts.length, number: lineNumber });
    if (at < units.length) {
      at += units[at] === CR && units[at + 1] === LF ? 2 : 1;
      number += 1;
    }
  }
  return scan;
}

/** The separator that the first line with characters has most of, outside quotes. */
function separatorOf(units: Units, from: number): number {
  const counts = new Map<number, number>(SEPARATORS.map((separator) => [separator, 0]));
  let isQuoted = false;
  let hasCharacters = false;
  for (let at = from; at < units.length; at += 1) {
    const unit = units[at] ?? 0;
    if (unit === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && (unit === LF || unit === CR)) {
      if (hasCharacters) break;
      continue;
    } else if (!isQuoted && counts.has(unit)) counts.set(unit, (counts.get(unit) ?? 0) + 1);
    hasCharacters = true;
  }
  let best: number = SEPARATORS[0];
  for (const [separator, count] of counts) if (count > (counts.get(best) ?? 0)) best = separator;
  return best;
}

/** A cell's text: without its quotes, and doubled ones single again. */
export function cellText(raw: string): string {
  if (!raw.startsWith('"')) return raw;
  let text = '';
  let at = 1;
  while (at < raw.length) {
    const quote = raw.indexOf('"', at);
    if (quote === -1) return text + raw.slice(at);
    text += raw.slice(at, quote);
    if (raw[quote + 1] !== '"') return text + raw.slice(quote + 1);
    text += '"';
    at = quote + 2;
  }
  return text;
}

/** A text as a cell: quoted where it must be, or where `keepQuotes` says that its neighbours are. */
export function cellRaw(text: string, separator: number, keepQuotes: boolean): string {
  const mustQuote = /["\r\n]|^\s|\s$/.test(text) || text.includes(String.fromCharCode(separator));
  return keepQuotes || mustQuote ? `"${text.replaceAll('"', '""')}"` : text;
}
