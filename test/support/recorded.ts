/** What the older systems answered (test/recordings/dialects), and how an answer of ours is compared with it. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DialectName } from '../../src/model/dialect.ts';

const folder = join(import.meta.dirname, '../recordings/dialects');

export interface RecordedAnswer {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  text: string;
  /** An address, or a line for curl. */
  request: string;
}

/** The answer of that name. @throws where there is none */
export function recorded(dialect: DialectName, name: string): RecordedAnswer {
  const path = join(folder, dialect, name);
  const [first = '', ...lines] = readFileSync(`${path}.headers`, 'utf8').split('\r\n');
  const body = ['json', 'txt'].map((ending) => `${path}.${ending}`).find(existsSync);
  return {
    status: Number(first.split(' ')[1]),
    headers: Object.fromEntries(
      lines
        .filter((line) => line !== '')
        .map((line) => [
          line.slice(0, line.indexOf(':')).toLowerCase(),
          line.slice(line.indexOf(':') + 1).trim(),
        ]),
    ),
    text: body === undefined ? '' : readFileSync(body, 'utf8').replace(/\n$/, ''),
    request: readFileSync(`${path}.request`, 'utf8').trim(),
  };
}

/** Its body, which is JSON. */
export const recordedBody = (dialect: DialectName, name: string): unknown =>
  JSON.parse(recorded(dialect, name).text);

/**
 * What a value looks like, with its figures left out: `{"a": "number", "b": ["string"]}`. A list shows each shape in it
 * once, so that lists of different length can be alike.
 */
export function shapeOf(value: unknown): unknown {
  if (value === null) return 'null';
  if (Array.isArray(value)) {
    const shapes = new Map(value.map((item) => [JSON.stringify(shapeOf(item)), shapeOf(item)]));
    return [...shapes.values()];
  }
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([name, item]) => [name, shapeOf(item)]),
  );
}
