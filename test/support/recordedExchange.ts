/**
 * Whole exchanges with the older systems, to ask ours the same and hold the answer against theirs: the same keys in the same
 * order, the same types, an integer where theirs is one and a fraction where theirs is one.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DialectName } from '../../src/model/dialect.ts';
import { recorded } from './recorded.ts';

export interface Exchange {
  method: string;
  /** With its query, without host. */
  path: string;
  /** What was sent; null for nothing. */
  sent: string | null;
  sentType: string | null;
  status: number;
  /** By name in lower case. */
  headers: Record<string, string>;
  /** To its last byte. */
  body: string;
}

/** One exchange by its name, like `exchange('flowline-monitor', 'master-slaves')`. */
export function exchange(dialect: DialectName, name: string): Exchange {
  const { request, status, headers, text } = recorded(dialect, name);
  // Kept without the line's end that all of these servers write after JSON and errors.
  const body = headers['content-length'] === String(Buffer.byteLength(text)) ? text : `${text}\n`;
  return { ...parseRequest(request), status, headers, body };
}

/** The names of all exchanges that were recorded with a system. */
export const exchangeNames = (dialect: DialectName): string[] =>
  readdirSync(join(import.meta.dirname, '../recordings/dialects', dialect))
    .filter((file) => file.endsWith('.request'))
    .map((file) => file.slice(0, -'.request'.length));

/** A file beside the recordings, as text. */
export const recordedFile = (dialect: DialectName, file: string): string =>
  readFileSync(join(import.meta.dirname, '../recordings/dialects', dialect, file), 'utf8');

/** `curl -X POST -H content-type: application/json -d {"pids":[1]} http://127.0.0.1:7864/api/…`, or the address alone. */
function parseRequest(line: string): Pick<Exchange, 'method' | 'path' | 'sent' | 'sentType'> {
  const url = new URL(/https?:\/\/\S+$/.exec(line)?.[0] ?? '');
  const named = /(?:-X|--request) (\w+)/.exec(line)?.[1] ?? (/ (-I|--head)\b/.test(line) ? 'HEAD' : null);
  const sent = /(?:-d|--data) '?(.*?)'? http/.exec(line)?.[1] ?? null;
  return {
    method: named ?? (sent === null ? 'GET' : 'POST'),
    // Not `pathname` alone: what is encoded stays so.
    path: url.pathname + url.search,
    sent,
    sentType: /content-type: ([\w/-]+)/i.exec(line)?.[1] ?? null,
  };
}

/** What a JSON value is, with Python's and Go's difference between 1 and 1.0. */
type Shape =
  | 'integer'
  | 'fraction'
  | 'string'
  | 'boolean'
  | 'null'
  | { list: Shape[] }
  | { keys: [string, Shape][] };

/** The shape of a JSON text. @throws SyntaxError */
function shapeOf(text: string): Shape {
  return toShape(
    JSON.parse(text, function (this: unknown, _key: string, value: unknown, context?: { source?: string }) {
      return typeof value === 'number' ? new Written(context?.source ?? '') : value;
    } as (key: string, value: unknown) => unknown),
  );
}

class Written {
  readonly source: string;
  constructor(source: string) {
    this.source = source;
  }
}

function toShape(value: unknown): Shape {
  if (value === null) return 'null';
  if (value instanceof Written) return /^-?\d+$/.test(value.source) ? 'integer' : 'fraction';
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(value)) return { list: value.map(toShape) };
  return { keys: Object.entries(value as object).map(([key, inner]) => [key, toShape(inner)]) };
}

export interface Comparison {
  /** Places whose keys are names of machines or numbers of things, like `machines`; `` is the whole. */
  keyed?: readonly string[];
  /** Places where ours may be null although theirs never was. */
  mayBeNull?: readonly string[];
  /** Keys that ours may have beside theirs. */
  mayAdd?: readonly string[];
}

/**
 * Where ours differs in shape from theirs, as sentences; empty where a reader of theirs reads ours. Elements of a list,
 * and values under free keys, are held against all of theirs: each must be like one of them. Places are written with
 * dots, `*` for an element or a free key: `machines.*.gpu_data.*.id`.
 */
export function differences(theirs: string, ours: string, options: Comparison = {}): string[] {
  return compare([shapeOf(theirs)], shapeOf(ours), '', options);
}

function compare(theirs: readonly Shape[], ours: Shape, place: string, options: Comparison): string[] {
  if (ours === 'null' && options.mayBeNull?.includes(place)) return [];
  const where = place === '' ? 'the whole' : place;
  if (typeof ours === 'string') {
    if (theirs.includes(ours)) return [];
    return [`${where}: theirs ${[...new Set(theirs.map(wordOf))].join(' or ')}, ours ${ours}`];
  }
  if ('list' in ours) {
    const lists = theirs.filter((shape) => typeof shape === 'object' && 'list' in shape);
    if (lists.length === 0) return [`${where}: theirs ${theirs.map(wordOf).join(' or ')}, ours a list`];
    const elements = lists.flatMap((shape) => shape.list);
    // Nothing is known of the elements of a list that was empty whenever it was recorded.
    if (elements.length === 0) return [];
    return unique(ours.list.flatMap((one) => compare(elements, one, below(place, '*'), options)));
  }
  const objects = theirs.filter((shape) => typeof shape === 'object' && 'keys' in shape);
  if (objects.length === 0) return [`${where}: theirs ${theirs.map(wordOf).join(' or ')}, ours an object`];
  if (options.keyed?.includes(place)) {
    const values = objects.flatMap((shape) => shape.keys.map(([, inner]) => inner));
    return unique(ours.keys.flatMap(([, inner]) => compare(values, inner, below(place, '*'), options)));
  }
  const names = ours.keys.map(([key]) => key);
  const kept = names.filter((key) => !options.mayAdd?.includes(below(place, key)));
  const alike = objects.find((shape) => shape.keys.map(([key]) => key).join() === kept.join());
  if (!alike) {
    const best = objects[0]?.keys.map(([key]) => key) ?? [];
    return [`${where}: theirs has ${best.join(', ')}; ours ${names.join(', ')}`];
  }
  return ours.keys
    .filter(([key]) => kept.includes(key))
    .flatMap(([key, inner]) => {
      const values = objects.flatMap((shape) =>
        shape.keys.filter(([one]) => one === key).map(([, value]) => value),
      );
      return compare(values, inner, below(place, key), options);
    });
}

const below = (place: string, key: string): string => (place === '' ? key : `${place}.${key}`);
const unique = (sentences: string[]): string[] => [...new Set(sentences)];
const wordOf = (shape: Shape): string =>
  typeof shape === 'string' ? shape : 'list' in shape ? 'a list' : 'an object';
