/** Figures as text: memory, power, time, share. Missing is `–`, never 0; the unit comes after a thin space. */
import type { Words } from './en.ts';

export const MISSING = '–';
const THIN = '\u2009';
const GIB = 2 ** 30;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Thousands apart by a thin space: 2 520. */
export function whole(value: number | null): string {
  if (value === null) return MISSING;
  return Math.round(value)
    .toString()
    .replace(/\B(?=(\d{3})+$)/g, THIN);
}

export const percent = (value: number | null): string =>
  value === null ? MISSING : `${whole(value)}${THIN}%`;

/** GiB with one decimal below 100: "61.0", "141". */
export function gib(bytes: number | null): string {
  if (bytes === null) return MISSING;
  const value = bytes / GIB;
  return value >= 99.95 ? whole(value) : value.toFixed(1);
}

/** GiB of a whole, beside `gib` of what is used of it: rounded as that is, so that never more seems used than is there: "39.5", "80". */
export const gibOfWhole = (bytes: number | null): string => gib(bytes).replace(/\.0$/, '');

/** GiB as narrow as it can be said: "61", "0.6". */
export function gibShort(bytes: number | null): string {
  if (bytes === null) return MISSING;
  const value = bytes / GIB;
  return value >= 9.95 || value === 0 ? whole(value) : value.toFixed(1);
}

/** A size in its own binary unit: "5.1 TiB", "612 GiB", "312 MiB". */
export function size(bytes: number | null): string {
  if (bytes === null) return MISSING;
  let value = bytes;
  let place = 0;
  while (value >= 1000 && place < UNITS.length - 1) {
    value /= 1024;
    place += 1;
  }
  return `${value >= 100 || place === 0 ? whole(value) : value.toFixed(1)}${THIN}${UNITS[place]}`;
}

/** Two sizes in one unit, which suits the second: "612 of 1 024 GiB", "5.1 of 7.2 TiB". */
export function sizeOf(words: Words, used: number | null, total: number | null): string {
  if (total === null) return size(used);
  let place = 0;
  // Memory is bought by the GiB: 1,024 of them are not yet called 1.0 TiB.
  while (total / 1024 ** place >= 2048 && place < UNITS.length - 1) place += 1;
  const say = (bytes: number | null): string => {
    if (bytes === null) return MISSING;
    const value = bytes / 1024 ** place;
    return total / 1024 ** place >= 20 ? whole(value) : value.toFixed(1);
  };
  return `${words.per(say(used), say(total))}${THIN}${UNITS[place]}`;
}

/** Bytes per second in decimal units, as disks are sold: "2.1 GB/s". */
export const bytesPerSecond = (value: number | null): string => decimal(value, 'B/s', 1);

/** Bytes per second as networks are sold, in bits: "9.4 Gbit/s". */
export const bitsPerSecond = (value: number | null): string => decimal(value, 'bit/s', 8);

/** Watts, from 10 kW up in kilowatts: "642 W", "41.7 kW". */
export function watts(value: number | null): string {
  if (value === null) return MISSING;
  return value < 10_000 ? `${whole(value)}${THIN}W` : `${kilo(value)}${THIN}kW`;
}

/** Kilowatts without the unit, to so many decimals below 100. */
export const kilo = (value: number | null, decimals = 1): string =>
  value === null ? MISSING : (value / 1000).toFixed(value >= 100_000 ? 0 : decimals);

/** Joules as kilowatt-hours. */
export const kilowattHours = (joules: number | null): string =>
  joules === null ? MISSING : `${(joules / 3_600_000).toFixed(1)}${THIN}kWh`;

function decimal(value: number | null, unit: string, factor: number): string {
  if (value === null) return MISSING;
  const prefixes = ['', 'k', 'M', 'G', 'T'];
  let scaled = value * factor;
  let place = 0;
  while (scaled >= 1000 && place < prefixes.length - 1) {
    scaled /= 1000;
    place += 1;
  }
  return `${scaled >= 100 || place === 0 ? whole(scaled) : scaled.toFixed(1)}${THIN}${prefixes[place]}${unit}`;
}

/** A span in its two largest units: "3 h 12 min", "41 d"; below 10 s with a decimal: "0.4 s". */
export function span(words: Words, milliseconds: number | null): string {
  if (milliseconds === null) return MISSING;
  const { time } = words;
  const gap = words.language === 'zh' ? '\u2009' : '\u2009';
  const say = (value: string | number, unit: string): string => `${value}${gap}${unit}`;
  const seconds = Math.max(0, milliseconds) / 1000;
  if (seconds < 9.95) return say(seconds.toFixed(1), time.second);
  if (seconds < 60) return say(Math.floor(seconds), time.second);
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return say(minutes, time.minute);
  const hours = Math.floor(minutes / 60);
  if (hours < 24)
    return `${say(hours, time.hour)} ${say(String(minutes % 60).padStart(2, '0'), time.minute)}`;
  const days = Math.floor(hours / 24);
  return days < 10 ? `${say(days, time.day)} ${say(hours % 24, time.hour)}` : say(days, time.day);
}

/** A time of day, with the date in front where it is not today's: "13:17", "2026-11-20 13:17". */
export function clockTime(atMs: number | null, nowMs: number, seconds = false): string {
  if (atMs === null) return MISSING;
  const at = new Date(atMs);
  const pad = (value: number): string => String(value).padStart(2, '0');
  const time = `${pad(at.getHours())}:${pad(at.getMinutes())}${seconds ? `:${pad(at.getSeconds())}` : ''}`;
  if (at.toDateString() === new Date(nowMs).toDateString()) return time;
  return `${at.getFullYear()}-${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${time}`;
}

/** A time to come, as briefly as it is clear: "17:20", "tomorrow 01:30", "11-28 09:00". */
export function soon(words: Words, atMs: number, nowMs: number): string {
  const time = clockTime(atMs, atMs);
  const dayOf = (ms: number): string => new Date(ms).toDateString();
  if (dayOf(atMs) === dayOf(nowMs)) return time;
  if (dayOf(atMs) === dayOf(nowMs + 86_400_000)) return `${words.time.tomorrow} ${time}`;
  const at = new Date(atMs);
  const pad = (value: number): string => String(value).padStart(2, '0');
  return `${pad(at.getMonth() + 1)}-${pad(at.getDate())} ${time}`;
}
