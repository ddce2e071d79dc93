/** Puts values into a json table; every character outside them stays as it was, and what is added looks like what is there. */
import type { GridEdit, ReadOptions } from '../grid.ts';
import { layOutJson } from './readJson.ts';
import type { JsonObject } from './scan.ts';

/** Columns that hold numbers where the file does not say otherwise. */
const NUMBERS = new Set(['run_num', 'need_run_num', 'exit_code']);

/** The file's bytes with the edit in them. @throws TableProblem */
export function editJson(bytes: Uint8Array, edit: GridEdit, options: ReadOptions): Uint8Array {
  const { text, objects, grid } = layOutJson(bytes, options);
  const order = new Map([...grid.columns, ...edit.addColumns].map((column, place) => [column, place]));
  const pieces: string[] = [];
  let from = 0;
  const put = (start: number, end: number, value: string): void => {
    pieces.push(text.slice(from, start), value);
    from = end;
  };
  for (const row of [...edit.cells.keys()].sort((a, b) => a - b)) {
    const object = objects[row];
    const texts = edit.cells.get(row);
    if (!object || !texts) continue;
    const rest = new Map(texts);
    for (const { key, valueStart, valueEnd } of object.members) {
      const value = rest.get(key.trim());
      if (value === undefined) continue;
      rest.delete(key.trim());
      put(valueStart, valueEnd, valueRaw(key.trim(), value, text.slice(valueStart, valueEnd)));
    }
    const added = [...rest].sort(([a], [b]) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
    const { at, gap, colon } = insertion(text, object);
    const isEmpty = object.members.length === 0;
    const made = added.map(
      ([column, value], place) =>
        `${isEmpty && place === 0 ? '' : gap}${JSON.stringify(column)}${colon}${valueRaw(column, value, null)}`,
    );
    if (made.length > 0) put(at, at, made.join(''));
  }
  pieces.push(text.slice(from));
  return new TextEncoder().encode(pieces.join(''));
}

/** A value as it was written there before: a string stays one, anything else is a number where it can be. */
function valueRaw(column: string, text: string, before: string | null): string {
  if (before?.startsWith('"')) return JSON.stringify(text);
  if (text === '') return 'null';
  const isNumber = NUMBERS.has(column) && /^(0|[1-9]\d*)$/.test(text);
  return isNumber ? text : JSON.stringify(text);
}

/** Where a member is added, and how members stand apart there. */
function insertion(text: string, { start, members }: JsonObject): { at: number; gap: string; colon: string } {
  const last = members.at(-1);
  if (!last) return { at: start + 1, gap: ', ', colon: ': ' };
  const colon = text.slice(last.keyEnd, last.valueStart);
  const before = members.at(-2);
  const gap = before
    ? text.slice(before.valueEnd, last.keyStart)
    : `,${text.slice(start + 1, last.keyStart) || (colon.endsWith(' ') ? ' ' : '')}`;
  return { at: last.valueEnd, gap, colon };
}
