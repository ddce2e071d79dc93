/** What a configuration file, of whichever system, comes to for a hub; and how one that cannot be understood is refused. */
import { isIP } from 'node:net';
import * as z from 'zod';
import type { DialectName } from '../../model/dialect.ts';
import type { PolledNode } from '../reading/nodeReader.ts';

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

/** A file that cannot be used: which, where in it, what to do. */
export class ConfigurationError extends Error {
  readonly hint: string;
  constructor(path: string, problem: string, hint: string) {
    super(`${path}: ${problem}`);
    this.hint = hint;
  }
}

/**
 * A part of a file by its schema.
 * @throws ConfigurationError that names the place, like `slaves[2].ip`
 */
export function parsePart<Shape extends z.ZodType>(
  path: string,
  shape: Shape,
  value: unknown,
  hint: string,
): z.output<Shape> {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const place = (issue?.path ?? []).reduce<string>(within, '');
  throw new ConfigurationError(
    path,
    `${place === '' ? '' : `${place}: `}${issue?.message ?? 'not understood'}`,
    hint,
  );
}

/** The place of a key or an element, as people write it: `slaves[2].ip`. */
const within = (before: string, step: PropertyKey): string =>
  typeof step === 'number' ? `${before}[${step}]` : `${before}${before && '.'}${String(step)}`;

/** Places of keys that a schema does not name: slips, mostly, that would otherwise mean their defaults in silence. */
export function unknownKeys(shape: z.core.$ZodType, value: unknown, place = ''): string[] {
  if (shape instanceof z.ZodOptional || shape instanceof z.ZodNullable || shape instanceof z.ZodDefault)
    return unknownKeys(shape.unwrap(), value, place);
  if (shape instanceof z.ZodArray && Array.isArray(value))
    return value.flatMap((one, index) => unknownKeys(shape.element, one, within(place, index)));
  if (!(shape instanceof z.ZodObject) || typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, one]) => {
    const known = Object.hasOwn(shape.shape, key) ? shape.shape[key] : undefined;
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
