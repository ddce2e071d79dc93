/**
 * Output of a program as lines that a page may show. Of a terminal's language only colours and what keeps a progress bar
 * on one line are understood; everything else is taken out, and what hides or reorders text is made visible (trust.md, 15).
 *
 *   "\x1b[31mERROR\x1b[0m x\n"        one line, "ERROR" in red
 *   " 10 %\r 20 %\r\x1b[K 30 %\n"     one line, " 30 %"
 *   "\x1b]52;c;…\x07\x1b[2J\x1b[9;9H"  nothing
 *
 * Text comes in pieces that may end anywhere, also within an escape sequence; the lines do not depend on where.
 */
import { visible } from '../../../../src/lib/displayText.ts';

/** The eight colours of a terminal, as the theme has them. */
export type LogColour = 'black' | 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan' | 'white';

export interface LogStyle {
  colour: LogColour | null;
  bold: boolean;
  dim: boolean;
  underlined: boolean;
}

export interface LogSpan {
  text: string;
  style: LogStyle;
}

export interface LogLine {
  spans: readonly LogSpan[];
  /** What it says in plain. */
  text: string;
  /** Reads like an error. */
  isError: boolean;
}

export interface LogParser {
  /** Takes the next piece; answers the lines that are whole now. */
  feed(text: string): LogLine[];
  /** The last line as it stands, which has no end yet; null where there is none. */
  open(): LogLine | null;
}

/** A longer line is cut there: nobody reads it, and it would hold up the page. */
export const MAX_LINE_CHARACTERS = 4096;
/** A sequence that is longer than this is no colour: it is taken out as it comes. */
const MAX_SEQUENCE_CHARACTERS = 256;
const TAB = 8;

const PLAIN: LogStyle = { colour: null, bold: false, dim: false, underlined: false };
const COLOURS: readonly LogColour[] = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

interface Cell {
  text: string;
  style: LogStyle;
}

/** Where the reader is: in text, or in a sequence. `string`: OSC and its like, which end with BEL or ESC \. */
type Place =
  | { kind: 'text' }
  | { kind: 'escape' }
  | { kind: 'charset' }
  | { kind: 'control'; parameters: string }
  | { kind: 'string'; escaped: boolean };

/** A reader for one stream, from one byte on. */
export function logParser(): LogParser {
  let cells: Cell[] = [];
  let column = 0;
  let style = PLAIN;
  let place: Place = { kind: 'text' };
  let left = 0;

  function put(text: string): void {
    if (column >= MAX_LINE_CHARACTERS) {
      left += 1;
      return;
    }
    while (cells.length < column) cells.push({ text: ' ', style: PLAIN });
    cells[column] = { text, style };
    column += 1;
  }

  function endLine(): LogLine {
    const line = lineOf(cells, left);
    cells = [];
    column = 0;
    left = 0;
    return line;
  }

  function readText(character: string, code: number, lines: LogLine[]): void {
    if (code >= 0x20 && code !== 0x7f && (code < 0x80 || code > 0x9f)) put(character);
    else if (character === '\n') lines.push(endLine());
    else if (character === '\r') {
      column = 0;
      left = 0;
    } else if (character === '\b') column = Math.max(0, column - 1);
    else if (character === '\t') {
      const to = Math.min(MAX_LINE_CHARACTERS, column + TAB - (column % TAB));
      while (column < to) put(' ');
    } else if (code === 0x1b) place = { kind: 'escape' };
    else if (code === 0x9b) place = { kind: 'control', parameters: '' };
    else if (code === 0x90 || code === 0x98 || (code >= 0x9d && code <= 0x9f))
      place = { kind: 'string', escaped: false };
    // A bell, a shift to another character set: nothing to see, and nothing to hear.
    else if (code >= 0x20) put(character);
  }

  function readEscape(character: string): void {
    if (character === '[') place = { kind: 'control', parameters: '' };
    else if (/[\]P^_X]/.test(character)) place = { kind: 'string', escaped: false };
    else if (/[ -/]/.test(character)) place = { kind: 'charset' };
    else place = character === '\u001b' ? { kind: 'escape' } : { kind: 'text' };
  }

  function readControl(parameters: string, character: string, code: number): void {
    if (code === 0x1b) place = { kind: 'escape' };
    else if (code >= 0x40 && code <= 0x7e) {
      if (character === 'm') style = styleAfter(style, parameters);
      if (character === 'K') erase(parameters);
      place = { kind: 'text' };
    } else if (code < 0x20 || code > 0x3f) place = { kind: 'text' };
    else if (parameters.length < MAX_SEQUENCE_CHARACTERS)
      place = { kind: 'control', parameters: parameters + character };
  }

  function erase(parameters: string): void {
    if (parameters === '' || parameters === '0') {
      cells.length = Math.min(cells.length, column);
      left = 0;
    } else if (parameters === '2') {
      cells = [];
      left = 0;
    }
  }

  return {
    feed(text) {
      const lines: LogLine[] = [];
      for (const character of text) {
        const code = character.codePointAt(0) ?? 0;
        // A line's end ends whatever was left open: one broken sequence must not swallow the rest of a log.
        if (character === '\n' && place.kind !== 'text') place = { kind: 'text' };
        switch (place.kind) {
          case 'text':
            readText(character, code, lines);
            break;
          case 'escape':
            readEscape(character);
            break;
          case 'charset':
            if (!/[ -/]/.test(character)) place = { kind: 'text' };
            break;
          case 'control':
            readControl(place.parameters, character, code);
            break;
          case 'string':
            if (code === 0x07 || code === 0x9c || (place.escaped && character === '\\'))
              place = { kind: 'text' };
            else place = { kind: 'string', escaped: code === 0x1b };
            break;
        }
      }
      return lines;
    },
    open: () => (cells.length === 0 && left === 0 ? null : lineOf(cells, left)),
  };
}

function lineOf(cells: readonly Cell[], left: number): LogLine {
  const spans: { text: string; style: LogStyle }[] = [];
  for (const { text, style } of cells) {
    const last = spans.at(-1);
    if (last && sameStyle(last.style, style)) last.text += text;
    else spans.push({ text, style });
  }
  if (left > 0) spans.push({ text: ` … ${left} more characters`, style: { ...PLAIN, dim: true } });
  const shown = spans.map((span) => ({ ...span, text: visible(span.text) }));
  const text = shown.map((span) => span.text).join('');
  return { spans: shown, text, isError: readsLikeError(text) };
}

const sameStyle = (one: LogStyle, other: LogStyle): boolean =>
  one === other ||
  (one.colour === other.colour &&
    one.bold === other.bold &&
    one.dim === other.dim &&
    one.underlined === other.underlined);

/** `31;1` after what was there before. */
function styleAfter(before: LogStyle, parameters: string): LogStyle {
  let style = before;
  const codes = parameters === '' ? [0] : parameters.split(/[;:]/).map(Number);
  for (let place = 0; place < codes.length; place += 1) {
    const code = codes[place] ?? 0;
    if (code === 0) style = PLAIN;
    else if (code === 1) style = { ...style, bold: true };
    else if (code === 2) style = { ...style, dim: true };
    else if (code === 4) style = { ...style, underlined: true };
    else if (code === 22) style = { ...style, bold: false, dim: false };
    else if (code === 24) style = { ...style, underlined: false };
    else if (code === 39) style = { ...style, colour: null };
    else if (code >= 30 && code <= 37) style = { ...style, colour: COLOURS[code - 30] ?? null };
    else if (code === 90) style = { ...style, colour: null, dim: true };
    else if (code >= 91 && code <= 97) style = { ...style, colour: COLOURS[code - 90] ?? null };
    else if (code === 38 || code === 48) {
      const colour = codes[place + 1] === 5 ? ofPalette(codes[place + 2] ?? 7) : null;
      const exact =
        codes[place + 1] === 2
          ? nearest(codes[place + 2] ?? 0, codes[place + 3] ?? 0, codes[place + 4] ?? 0)
          : null;
      if (code === 38) style = { ...style, colour: colour ?? exact };
      place += codes[place + 1] === 2 ? 4 : 2;
    }
  }
  return style;
}

/** A colour of the 256: the first sixteen by name, the cube by its parts, greys as plain text. */
function ofPalette(index: number): LogColour | null {
  if (index < 16) return COLOURS[index % 8] ?? null;
  if (index >= 232) return null;
  const cube = index - 16;
  return nearest((Math.floor(cube / 36) % 6) * 51, (Math.floor(cube / 6) % 6) * 51, (cube % 6) * 51);
}

/** The nearest of the eight by which parts are strong; greys are plain. */
function nearest(red: number, green: number, blue: number): LogColour | null {
  const most = Math.max(red, green, blue);
  const least = Math.min(red, green, blue);
  if (most - least < 40) return null;
  const strong = (part: number): number => (part > (most + least) / 2 ? 1 : 0);
  return COLOURS[strong(red) + 2 * strong(green) + 4 * strong(blue)] ?? null;
}

/** `ERROR …`, `Traceback …`, `ValueError: …`: what one looks for in a log that ended badly. */
const ERROR =
  /^\s*\[?(ERROR|FATAL|CRITICAL)\b|^\S*\s*\S*\s*\[?(ERROR|FATAL|CRITICAL)\]?[\s:]|^Traceback \(most recent|^\s*[\w.]*(Error|Exception)(:|$)|CUDA out of memory|^Segmentation fault|^Killed$|^Aborted\b/;

const readsLikeError = (text: string): boolean => ERROR.test(text.slice(0, 400));
