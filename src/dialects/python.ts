/**
 * JSON to the byte as Flask writes it: ASCII alone, and a fraction as one even where it is whole (`81559.0`), because
 * Python and its strict readers tell 1 from 1.0. Which numbers are fractions, each dialect says.
 */
import type { Answer } from './dialect.ts';

const NOT_ASCII = /[\u007f-\uffff]/g;

/** Which whole numbers of a JSON text are written as fractions. */
export interface Fractions {
  pattern: RegExp;
}

/**
 * Those under these names, at any depth; under `unlessZero` only what is not 0.
 *
 *   {"free":15252,"id":0}  →  {"free":15252.0,"id":0}
 *
 * A name follows `{` or `,`, and inside a text its quotes would be escaped: so no text is taken for one. Much faster than
 * asking for each number while it is encoded.
 */
export function fractionsUnder(names: readonly string[], unlessZero: readonly string[] = []): Fractions {
  const named = `"(?:${names.join('|')})":-?\\d+`;
  const positive = unlessZero.length === 0 ? '' : `|"(?:${unlessZero.join('|')})":-?[1-9]\\d*`;
  return { pattern: new RegExp(`(?<=[{,])(?:${named}${positive})(?=[,}])`, 'g') };
}

/** The text without a line's end. */
export function pythonJson(value: unknown, fractions: Fractions | null = null): string {
  const text = JSON.stringify(value).replace(
    NOT_ASCII,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return fractions === null ? text : text.replace(fractions.pattern, '$&.0');
}

/** What was encoded already, ready to send: its line's end is added. */
export const pythonAnswer = (text: string, status = 200): Answer => ({
  status,
  type: 'application/json',
  body: `${text}\n`,
});
