/**
 * Figures out of bytes that NVML filled in: numbers, flags and texts, with its words for "not available" as null.
 * NVML's numbers are little-endian 32-bit words or pairs of them on every machine that it runs on.
 */

const NOT_AVAILABLE_32 = 0xffffffff;
const WORD = 2 ** 32;
/** From here on a pair of words is beyond what a number holds exactly; 2^63 − 1 and 2^64 − 1 are NVML's sentinels. */
const LARGEST_HIGH_WORD = 2 ** 21;

/** An unsigned int at word `at`. */
export function number32(words: Uint32Array, at = 0): number | null {
  const value = words[at] ?? NOT_AVAILABLE_32;
  return value === NOT_AVAILABLE_32 ? null : value;
}

/** An int at word `at`; −1 is the sentinel's other face. */
export function signed32(words: Uint32Array, at = 0): number | null {
  const value = number32(words, at);
  return value === null ? null : value | 0;
}

/** An unsigned long long at words `at` and `at + 1`. */
export function number64(words: Uint32Array, at = 0): number | null {
  const high = words[at + 1] ?? NOT_AVAILABLE_32;
  return high >= LARGEST_HIGH_WORD ? null : high * WORD + (words[at] ?? 0);
}

/** A pointer at words `at` and `at + 1`: user space ends far below 2^53. */
export function pointer(words: Uint32Array, at = 0): number {
  return (words[at + 1] ?? 0) * WORD + (words[at] ?? 0);
}

/** 0 and 1; anything else is no answer. */
export function flag(words: Uint32Array, at = 0): boolean | null {
  const value = words[at];
  return value === 0 ? false : value === 1 ? true : null;
}

/** A text up to its NUL, within `from` and `to`; an empty one is none. */
export function text(bytes: Buffer, from = 0, to = bytes.length): string | null {
  const end = bytes.indexOf(0, from);
  const found = bytes.toString('utf8', from, end === -1 || end > to ? to : end).trim();
  return found === '' ? null : found;
}
