/** Figures as a terminal shows them: with their units, `–` for what is missing. */
import type { Words } from '../words/words.ts';

export const MISSING = '–';
const GIB = 2 ** 30;

/** `98 %`. */
export const percent = (value: number | null): string => amount(value, '%');
/** A rounded number and its unit. */
export const amount = (value: number | null, unit: string): string =>
  value === null ? MISSING : `${Math.round(value)} ${unit}`;

/** GiB without the unit: `61.0`, `0.6`, `1008`. */
export function gib(bytes: number | null): string {
  if (bytes === null) return MISSING;
  const value = bytes / GIB;
  return value >= 99.95 ? String(Math.round(value)) : value.toFixed(1);
}

/** A size in the unit that suits it: `61.0 GiB`, `312 MiB`, `1.8 TiB`. */
export function size(bytes: number | null): string {
  if (bytes === null) return MISSING;
  if (bytes === 0) return '0 B';
  if (bytes >= 1000 * GIB) return `${(bytes / GIB / 1024).toFixed(1)} TiB`;
  if (bytes >= 0.95 * GIB) return `${gib(bytes)} GiB`;
  return bytes >= 2 ** 20 ? `${Math.round(bytes / 2 ** 20)} MiB` : `${Math.round(bytes / 2 ** 10)} KiB`;
}

/** A span in its two largest units: `42 s`, `3 h 12 min`, `41 d`. */
export function span({ time }: Pick<Words, 'time'>, milliseconds: number | null): string {
  if (milliseconds === null) return MISSING;
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (seconds < 60) return `${seconds} ${time.second}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} ${time.minute}`;
  const hours = Math.floor(minutes / 60);
  if (hours < 24)
    return minutes % 60 ? `${hours} ${time.hour} ${minutes % 60} ${time.minute}` : `${hours} ${time.hour}`;
  const days = Math.floor(hours / 24);
  return hours % 24 && days < 7 ? `${days} ${time.day} ${hours % 24} ${time.hour}` : `${days} ${time.day}`;
}

/** Whole numbers with runs drawn together: `0-3, 6`. */
export function ranges(numbers: readonly number[]): string {
  const runs: [first: number, last: number][] = [];
  for (const number of [...new Set(numbers)].sort((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run && number === run[1] + 1) run[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([first, last]) => (first === last ? first : `${first}-${last}`)).join(', ');
}
