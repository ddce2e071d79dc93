/** What the older systems' figures have in common: their units, their local times, and which GPUs of a sample they can be told of. Pure, but for the machine's time zone. */
import type { Gpu } from '../model/gpu.ts';
import type { NodeSample } from '../model/node.ts';

const MEBIBYTE = 1024 ** 2;
const GIBIBYTE = 1024 ** 3;

/** A figure with so many decimals, as a number: 12.345 → 12.35. Halves go up. */
export function rounded(figure: number, decimals: number): number {
  const scale = 10 ** decimals;
  return Math.round(figure * scale) / scale;
}

/** MiB with one decimal; 0 where it is unknown, which is the older systems' word for it. */
export const mebibytes = (bytes: number | null): number => rounded((bytes ?? 0) / MEBIBYTE, 1);

/** Whole MiB, what is begun left out; 0 where it is unknown. */
export const wholeMebibytes = (bytes: number | null): number => Math.floor((bytes ?? 0) / MEBIBYTE);

/** GiB with two decimals; 0 where it is unknown. */
export const gibibytes = (bytes: number | null): number => rounded((bytes ?? 0) / GIBIBYTE, 2);

/** How long the last figures of a driver that is in trouble stand for now: it is read once a second, and begun anew within seconds. */
const FIGURES_LAST_MS = 10_000;

/** True while the driver's last answer is young enough to be told as what is now. */
export function driverIsFresh({ driver, takenAtMs }: Pick<NodeSample, 'driver' | 'takenAtMs'>): boolean {
  return driver.answeredAtMs !== null && takenAtMs - driver.answeredAtMs <= FIGURES_LAST_MS;
}

/**
 * The GPUs that an older system would list, by index: one that is lost, missing or cannot be read is left out as it is
 * there, and takes no other with it. The numbers of the others stay theirs.
 */
export const listedGpus = ({ gpus }: Pick<NodeSample, 'gpus'>): Gpu[] =>
  gpus
    .filter(({ state }) => state === 'ok' || state === 'asleep')
    .sort((one, other) => one.index - other.index);

/** An instant in this machine's time zone, in the parts that calendars write. */
export interface LocalTime {
  /** `2026-11-22` */
  date: string;
  /** `11:23:31` */
  time: string;
  /** `892` */
  milliseconds: string;
  /** `+09:00`, or `Z` where it is none. */
  offset: string;
}

/** @param ms since 1970-01-01 UTC */
export function localTime(ms: number): LocalTime {
  const at = new Date(ms);
  const minutesEast = -at.getTimezoneOffset();
  const hours = Math.floor(Math.abs(minutesEast) / 60);
  return {
    date: [padded(at.getFullYear(), 4), padded(at.getMonth() + 1), padded(at.getDate())].join('-'),
    time: [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => padded(part)).join(':'),
    milliseconds: padded(at.getMilliseconds(), 3),
    offset:
      minutesEast === 0
        ? 'Z'
        : `${minutesEast < 0 ? '-' : '+'}${padded(hours)}:${padded(Math.abs(minutesEast) % 60)}`,
  };
}

/** Local time without zone, six digits of a second: `2026-11-22T11:23:31.892000`. */
export function nakedTime(ms: number): string {
  const { date, time, milliseconds } = localTime(ms);
  return `${date}T${time}.${milliseconds}000`;
}

/** `7` → `07`. */
export const padded = (part: number, width = 2): string => String(part).padStart(width, '0');

/** How long something runs, in the whole units that two of the older systems tell it in. */
export function uptime(ms: number): { days: number; hours: number; minutes: number; seconds: number } {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  return {
    days: Math.floor(seconds / 86_400),
    hours: Math.floor(seconds / 3600) % 24,
    minutes: Math.floor(seconds / 60) % 60,
    seconds: seconds % 60,
  };
}
