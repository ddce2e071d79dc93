/**
 * JSON to the byte as Flask writes it: ASCII alone, and a fraction as one even where it is whole (`81559.0`), because
 * Python and its strict readers tell 1 from 1.0. Which numbers are fractions, each dialect says.
 */
import type { Answer } from './dialect.ts';

interface RawJson {
  rawJSON(text: string): unknown;
}
/** Of Node 24's JavaScript; TypeScript's library does not name it yet. */
const { rawJSON } = JSON as unknown as RawJson;

export type IsFraction = (name: string, value: number) => boolean;
const NEVER: IsFraction = () => false;

const NOT_ASCII = /[\u007f-\uffff]/g;

/**
 * @param isFraction whether the number under a name, at any depth, is written as a fraction
 * @returns the text without a line's end
 */
export function pythonJson(value: unknown, isFraction: IsFraction = NEVER): string {
  const text = JSON.stringify(value, (name, one: unknown) =>
    typeof one === 'number' && Number.isInteger(one) && isFraction(name, one) ? rawJSON(`${one}.0`) : one,
  );
  return text.replaceAll(NOT_ASCII, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What was encoded already, ready to send: its line's end is added. */
export const pythonAnswer = (text: string, status = 200): Answer => ({
  status,
  type: 'application/json',
  body: `${text}\n`,
});
