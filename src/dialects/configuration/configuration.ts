/** What a configuration file, of whichever system, comes to for a hub; and how one that cannot be understood is refused. */
import { isIP } from 'node:net';
import * as z from 'zod';
import { type Figures, fill } from '../../lib/fill.ts';
import { nearestWord } from '../../lib/nearestWord.ts';
import type { DialectName } from '../../model/dialect.ts';
import type { PolledNode } from '../reading/nodeReader.ts';
import { type ConfigurationSentence, inChinese } from './problemsZh.ts';

export interface Configuration {
  /** The file that says so. */
  path: string;
  nodes: PolledNode[];
  /** `HOST:PORT` of a name server that is asked first for these nodes; null for none. */
  nameServer: string | null;
  /** Where the older main program listened, by its file; null where the file does not tell. */
  listened: { dialect: DialectName; host: string; port: number } | null;
  /** Places of keys that no program of that system knows, like `slaves[1].prot`: passed over, as it did, but told. */
  unknownKeys: string[];
}

/** One that was read: each node once. */
export interface ReadConfiguration extends Configuration {
  /** `HOST:PORT` of nodes that were named more than once, of which the first is read. */
  repeated: string[];
}

/** A file that cannot be used: which, where in it, what to do; in English, and as data for other languages. */
export class ConfigurationError extends Error {
  readonly hint: string;
  private readonly path: string;
  private readonly sentence: string;
  private readonly hintSentence: ConfigurationSentence;
  private readonly said: { place?: Place; figures?: Figures };

  /** @param sentence one of ours, or what a parser says */
  constructor(
    path: string,
    sentence: ConfigurationSentence | { parser: string },
    hint: ConfigurationSentence,
    said: { place?: Place; figures?: Figures } = {},
  ) {
    const { place = null, figures = {} } = said;
    const problem = typeof sentence === 'string' ? sentence : sentence.parser;
    const where = place === null ? '' : `${typeof place === 'number' ? `line ${place}` : place}: `;
    super(`${path}: ${where}${fill(problem, figures)}`);
    this.hint = fill(hint, figures);
    this.path = path;
    this.sentence = problem;
    this.hintSentence = hint;
    this.said = said;
  }

  inChinese(): { what: string; hint: string } {
    const { place = null, figures = {} } = this.said;
    const where = place === null ? '' : `${typeof place === 'number' ? `第 ${place} 行` : place}：`;
    return {
      what: `${this.path}：${where}${inChinese(this.sentence, figures)}`,
      hint: inChinese(this.hintSentence, figures),
    };
  }
}

/** A line, counted from 1, or a key, like `slaves[2].ip`; null for the whole file. */
type Place = number | string | null;

/**
 * A part of a file by its schema.
 * @throws ConfigurationError that names the place, like `slaves[2].ip`
 */
export function parsePart<Shape extends z.ZodType>(
  path: string,
  shape: Shape,
  value: unknown,
  hint: ConfigurationSentence,
): z.output<Shape> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  // A slip in a key that is needed is told as the slip, not as what is missing.
  const { issues } = parsed.error;
  const issue = issues.find(({ code }) => code === 'unrecognized_keys') ?? issues[0];
  const { at, problem, figures } = issue ? explain(issue, shape, value) : NOT_UNDERSTOOD;
  const place = at.reduce<string>(within, '');
  throw new ConfigurationError(path, problem, hint, { place: place === '' ? null : place, figures });
}

interface Explained {
  at: PropertyKey[];
  problem: ConfigurationSentence | { parser: string };
  figures: Figures;
}

const NOT_UNDERSTOOD: Explained = { at: [], problem: 'not understood', figures: {} };

/** What is wrong and where, in words for who wrote the file: not in those of the parser, and with what was meant. */
function explain(issue: z.core.$ZodIssue, shape: z.core.$ZodType, value: unknown): Explained {
  const at = [...issue.path];
  if (issue.code === 'unrecognized_keys') {
    const [key = ''] = issue.keys;
    const known = keysOf(at.reduce<z.core.$ZodType | null>(stepInto, shape));
    const meant = nearestWord(key, known);
    return {
      at: [...at, key],
      problem:
        meant === null ? 'no such key is known; there are {known}' : 'no such key; did you mean {meant}?',
      figures: { known: known.join(', '), meant: meant ?? '' },
    };
  }
  if (issue.code !== 'invalid_type') return { at, problem: { parser: issue.message }, figures: {} };
  const wanted = KINDS[issue.expected] ?? issue.expected;
  const found = at.reduce<unknown>((inner, step) => (isObject(inner) ? inner[step] : undefined), value);
  return {
    at,
    problem: found === undefined ? 'is missing: say {wanted}' : 'say {wanted}, not {found}',
    figures: { wanted, found: kindOf(found) },
  };
}

const KINDS: Record<string, ConfigurationSentence | undefined> = {
  string: 'a text in "quotes"',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list in [brackets]',
  object: 'an object in {braces}',
};

const kindOf = (value: unknown): string =>
  value === null ? 'null' : (KINDS[Array.isArray(value) ? 'array' : typeof value] ?? 'this');

const isObject = (value: unknown): value is Record<PropertyKey, unknown> =>
  typeof value === 'object' && value !== null;

/** The schema of what stands under a key or at a place of a list; null where that cannot be told. */
function stepInto(shape: z.core.$ZodType | null, step: PropertyKey): z.core.$ZodType | null {
  const inner = unwrapped(shape);
  if (inner instanceof z.ZodArray) return inner.element;
  return inner instanceof z.ZodObject ? (inner.shape[String(step)] ?? null) : null;
}

function unwrapped(shape: z.core.$ZodType | null): z.core.$ZodType | null {
  return shape instanceof z.ZodOptional || shape instanceof z.ZodNullable || shape instanceof z.ZodDefault
    ? unwrapped(shape.unwrap())
    : shape;
}

function keysOf(shape: z.core.$ZodType | null): string[] {
  const inner = unwrapped(shape);
  return inner instanceof z.ZodObject ? Object.keys(inner.shape) : [];
}

/** The place of a key or an element, as people write it: `slaves[2].ip`. */
const within = (before: string, step: PropertyKey): string =>
  typeof step === 'number' ? `${before}[${step}]` : `${before}${before && '.'}${String(step)}`;

/** Places of keys that a schema does not name: slips, mostly, that would otherwise mean their defaults in silence. */
export function unknownKeys(shape: z.core.$ZodType, value: unknown, place = ''): string[] {
  const inner = unwrapped(shape);
  if (inner instanceof z.ZodArray && Array.isArray(value))
    return value.flatMap((one, index) => unknownKeys(inner.element, one, within(place, index)));
  if (!(inner instanceof z.ZodObject) || !isObject(value)) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const known = Object.hasOwn(inner.shape, key) ? inner.shape[key] : undefined;
    return known ? unknownKeys(known, one, within(place, key)) : [within(place, key)];
  });
}

/** A host name or an address; brackets around IPv6 are taken off. */
export const host = z
  .string()
  .trim()
  .transform((text) => text.replace(/^\[(.*)\]$/, '$1'))
  .refine(
    (text) => isIP(text) !== 0 || /^(?!-)[\p{L}\p{N}_-]{1,63}(\.[\p{L}\p{N}_-]{1,63}){0,15}\.?$/u.test(text),
    'say a host name or an address',
  );
export const port = z
  .int('say a port from 1 to 65535')
  .min(1, 'say a port from 1 to 65535')
  .max(65_535, 'say a port from 1 to 65535');
/** Seconds; what older programs take. */
export const seconds = z.number().min(0.2).max(3600);
