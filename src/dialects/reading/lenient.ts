/**
 * Fields of answers from older programs, which left out, renamed or filled with zero what they did not know: whatever is
 * not what it should be is null, so that one odd figure hides no other.
 */
import * as z from 'zod';
import { MAX_NAME_CHARACTERS } from '../../model/limits.ts';

/** A number; null for anything else. */
export const figure = z.number().nullable().catch(null);
/** A text; null for anything else. */
export const text = z.string().nullable().catch(null);
/** A list of whatever; empty for anything else. */
export const list = z.array(z.unknown()).catch([]);

/** The objects of a list that a schema takes, `maximum` at most. */
export function objectsIn<Shape extends z.ZodType>(
  items: readonly unknown[],
  shape: Shape,
  maximum: number,
): z.output<Shape>[] {
  const objects: z.output<Shape>[] = [];
  for (const item of items) {
    if (objects.length === maximum) break;
    const parsed = shape.safeParse(item);
    if (parsed.success) objects.push(parsed.data);
  }
  return objects;
}

/** What older programs write where they know nothing. */
const NOTHING = new Set([
  '',
  '?',
  'n/a',
  '[n/a]',
  'unknown',
  '[not found]',
  '[not supported]',
  'none',
  'null',
]);

/** A name; null where it is one of the older programs' words for nothing. */
export function nameOf(told: string | null, maximum = MAX_NAME_CHARACTERS): string | null {
  const name = told?.trim() ?? '';
  return NOTHING.has(name.toLowerCase()) ? null : name.slice(0, maximum);
}

/** A whole count; null for a negative one or one that no number holds exactly. */
export function countOf(told: number | null): number | null {
  if (told === null || told < 0) return null;
  const whole = Math.round(told);
  return Number.isSafeInteger(whole) ? whole : null;
}

/** Bytes of MiB or GiB. */
export const bytesOfMiB = (told: number | null): number | null =>
  countOf(told === null ? null : told * 2 ** 20);
export const bytesOfGiB = (told: number | null): number | null =>
  countOf(told === null ? null : told * 2 ** 30);

/** 0 to 100; null for what no share can be. */
export const percentOf = (told: number | null): number | null =>
  told !== null && told >= 0 && told <= 100 ? told : null;

/** A figure that is never 0: there it stands for "not known". */
export const aboveZero = (told: number | null): number | null => (told !== null && told > 0 ? told : null);

/** A card or a processor at 0 °C was not read; nor one that would boil or freeze solid. */
export const celsiusOf = (told: number | null): number | null =>
  told !== null && told !== 0 && told > -60 && told < 250 ? told : null;

/** A process id that a system can have. */
export const pidOf = (told: number | null): number | null =>
  told !== null && Number.isInteger(told) && told > 0 && told < 2 ** 31 ? told : null;

/** An instant in milliseconds of one in seconds since 1970; null for what is before or far beyond. */
export function instantOfSeconds(told: number | null): number | null {
  if (told === null || told <= 0 || told > 2 ** 33) return null;
  return Math.round(told * 1000);
}
