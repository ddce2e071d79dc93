/** Chance that can be repeated: the same seed gives the same fleet and the same day on it. */

/** The next number, from 0 up to (never) 1. */
export type Random = () => number;

/** A generator of its own for each seed (xorshift on 32 bits: fast, and good enough for weather). */
export function seededRandom(seed: string): Random {
  let state = hash(seed) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}

/** FNV-1a over the text's UTF-16 units, then stirred so that `node-1` and `node-2` begin far apart. */
function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let at = 0; at < text.length; at++) value = Math.imul(value ^ text.charCodeAt(at), 0x01000193);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return value ^ (value >>> 13);
}

/** A number from `low` up to `high`. */
export const between = (random: Random, low: number, high: number): number => low + (high - low) * random();

/** A whole number from `low` to `high`, both possible. */
export const wholeBetween = (random: Random, low: number, high: number): number =>
  Math.floor(between(random, low, high + 1));

/** One of the list. */
export function pick<List extends readonly [unknown, ...unknown[]]>(
  random: Random,
  list: List,
): List[number] {
  return list[Math.floor(random() * list.length)] ?? list[0];
}

/** So many hexadecimal digits. */
export function hexadecimal(random: Random, digits: number): string {
  let text = '';
  while (text.length < digits) text += Math.floor(random() * 16).toString(16);
  return text;
}

/** Whether something that happens so many times an hour happened within these seconds. */
export const happened = (random: Random, timesAnHour: number, seconds: number): boolean =>
  random() < 1 - Math.exp((-timesAnHour * seconds) / 3600);

/** Looks like a UUID; no two are alike in practice. */
export const uuid = (random: Random): string =>
  [8, 4, 4, 4, 12].map((digits) => hexadecimal(random, digits)).join('-');
