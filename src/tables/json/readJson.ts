/**
 * A json table: an array of objects, a row each. A value is passed on as its literal text (`1.0` stays `1.0`, `true` is
 * `true`), a string as what it says; null and a missing key are blank.
 */
import type { Grid, ReadOptions } from '../grid.ts';
import { type RowPlace, TableProblem } from '../problem.ts';
import { type JsonObject, scanJson } from './scan.ts';

export interface JsonLayout {
  text: string;
  objects: JsonObject[];
  grid: Grid;
}

const PROGRESS_ROWS = 10_000;

/** Reads a json table. @throws TableProblem */
export const readJson = (bytes: Uint8Array, options: ReadOptions): Grid => layOutJson(bytes, options).grid;

/** Reads a json table and remembers where its values are. @throws TableProblem */
export function layOutJson(bytes: Uint8Array, { file, progress }: ReadOptions): JsonLayout {
  const text = textOf(bytes, file);
  const scanned = scanJson(text);
  if ('unexpectedAt' in scanned) {
    const { element, unexpectedAt } = scanned;
    const line = lineOf(text, unexpectedAt);
    throw element === 0
      ? new TableProblem(
          { file, line },
          'is not an array',
          'a table is an array of objects: [{"lr": 0.1}, {"lr": 0.2}]',
        )
      : new TableProblem(
          { file, row: element, line },
          'it is not an object',
          'each row is one, like {"lr": 0.1}',
        );
  }
  const places = new Map<string, number>();
  for (const { members } of scanned.objects)
    for (const { key } of members) if (!places.has(key.trim())) places.set(key.trim(), places.size);
  const columns = [...places.keys()];
  const rows = scanned.objects.map(({ members }, at) => {
    const cells = columns.map(() => '');
    for (const { key, valueStart, valueEnd } of members) {
      cells[places.get(key.trim()) ?? 0] = valueText(text.slice(valueStart, valueEnd));
    }
    if (progress && (at + 1) % PROGRESS_ROWS === 0) progress(at + 1);
    return { cells, line: { unit: 'element' as const, number: at + 1 } };
  });
  return { text, objects: scanned.objects, grid: { columns, rows, sheet: null } };
}

const valueText = (raw: string): string =>
  raw === 'null' ? '' : raw.startsWith('"') ? String(JSON.parse(raw)) : raw;

function textOf(bytes: Uint8Array, file: string): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new TableProblem({ file }, 'is not in UTF-8', 'JSON is written in UTF-8: save it so');
  }
  if (text.trim() === '') throw new TableProblem({ file }, 'is empty', 'a table is an array of objects');
  try {
    JSON.parse(text.replace(/^\ufeff/, ''));
  } catch (failure) {
    const words = failure instanceof Error ? failure.message : String(failure);
    const at = /position (\d+)/.exec(words)?.[1];
    throw new TableProblem(
      { file, line: at === undefined ? null : lineOf(text, Number(at)) },
      'is no JSON: {words}',
      'NaN, a comma before a bracket and // are not JSON',
      { words: words.replace(/ in JSON at position.*$/s, '').slice(0, 200) },
    );
  }
  return text;
}

const lineOf = (text: string, at: number): RowPlace => ({
  unit: 'line',
  number: text.slice(0, at).split('\n').length,
});
