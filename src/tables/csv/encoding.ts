/**
 * The characters of a csv: which encoding it is in, told by its mark or by what its bytes can be, and kept. Everything
 * above works on *units*, bytes or 16-bit words: separators and quotes are single units in each of these encodings (in
 * GB18030 no later byte of a character lies below 0x30, nor is it 0x3b), so cells can be cut out and put in without
 * touching what stands beside them.
 */
import { type TablePlace, TableProblem } from '../problem.ts';

export type Encoding = 'utf-8' | 'gb18030' | 'utf-16le' | 'utf-16be';
export type Units = Uint8Array | Uint16Array;

export interface EncodedText {
  encoding: Encoding;
  units: Units;
  /** Units of the mark at the front (BOM): not part of the first cell. */
  markUnits: number;
}

const isValid = (bytes: Uint8Array, encoding: 'utf-8' | 'gb18030'): boolean => {
  try {
    new TextDecoder(encoding, { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
};

/** Tells the encoding of a file. @throws TableProblem where it is none of those that are known. */
export function encodedText(bytes: Uint8Array, place: TablePlace): EncodedText {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return wide(bytes, 'utf-16le', place);
  if (first === 0xfe && second === 0xff) return wide(bytes, 'utf-16be', place);
  if (bytes.includes(0)) {
    throw new TableProblem(
      place,
      'holds zero bytes, which no text has',
      'save it as csv in UTF-8 (a file in UTF-16 needs its mark at the front)',
    );
  }
  const markUnits = first === 0xef && second === 0xbb && third === 0xbf ? 3 : 0;
  if (isValid(bytes, 'utf-8')) return { encoding: 'utf-8', units: bytes, markUnits };
  if (markUnits === 0 && isValid(bytes, 'gb18030')) return { encoding: 'gb18030', units: bytes, markUnits };
  throw new TableProblem(
    place,
    'is neither in UTF-8 nor in GB18030',
    'save it as csv in UTF-8 (in Excel: "CSV UTF-8")',
  );
}

function wide(bytes: Uint8Array, encoding: 'utf-16le' | 'utf-16be', place: TablePlace): EncodedText {
  if (bytes.length % 2 !== 0) {
    throw new TableProblem(place, 'is cut in the middle of a character', 'save it once more');
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const units = new Uint16Array(bytes.length / 2);
  for (let index = 0; index < units.length; index += 1) {
    units[index] = view.getUint16(index * 2, encoding === 'utf-16le');
  }
  return { encoding, units, markUnits: 1 };
}

/** Reads pieces of the units as text. */
export function textReader({ encoding, units }: EncodedText): (start: number, end: number) => string {
  const long = encoding === 'utf-8' || encoding === 'gb18030' ? new TextDecoder(encoding) : null;
  const bytes = units instanceof Uint8Array ? units : null;
  return (start, end) => {
    let text = '';
    // Most cells are short and plain; a decoder costs more than they do.
    for (let index = start; index < end; index += 1) {
      const unit = units[index] ?? 0;
      if (unit > 0x7f && long && bytes) return long.decode(bytes.subarray(start, end));
      text += String.fromCharCode(unit);
    }
    return text;
  };
}

/** Text in the units of an encoding. */
export function unitsOf(text: string, encoding: Encoding): Units {
  if (encoding === 'utf-8') return new TextEncoder().encode(text);
  if (encoding === 'gb18030') return gb18030Bytes(text);
  return Uint16Array.from({ length: text.length }, (_, index) => text.charCodeAt(index));
}

/** The file's bytes again. */
export function bytesOf(units: Units, encoding: Encoding): Uint8Array {
  if (units instanceof Uint8Array) return units;
  const bytes = new Uint8Array(units.length * 2);
  const view = new DataView(bytes.buffer);
  for (const [index, unit] of units.entries()) view.setUint16(index * 2, unit, encoding === 'utf-16le');
  return bytes;
}

let gb18030Table: Map<string, [number, number]> | null = null;

/**
 * What we write is plain but for the name of a machine, perhaps; no encoder comes with the language, so the decoder's
 * two-byte characters are turned round once. What is not among them becomes `?`.
 */
function gb18030Bytes(text: string): Uint8Array {
  const bytes: number[] = [];
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (code < 0x80) bytes.push(code);
    else {
      gb18030Table ??= twoByteCharacters();
      bytes.push(...(gb18030Table.get(character) ?? [0x3f]));
    }
  }
  return Uint8Array.from(bytes);
}

function twoByteCharacters(): Map<string, [number, number]> {
  const decoder = new TextDecoder('gb18030');
  const table = new Map<string, [number, number]>();
  for (let lead = 0x81; lead <= 0xfe; lead += 1) {
    for (let trail = 0x40; trail <= 0xfe; trail += 1) {
      if (trail !== 0x7f) table.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail]);
    }
  }
  return table;
}
