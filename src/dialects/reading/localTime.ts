/**
 * Times that older programs write without saying of which zone: `2026-11-22T11:20:48.770702`. Pure.
 *
 * A machine that looks every few seconds writes a time close to now, read in its own zone; and zones differ from UTC by
 * multiples of a quarter of an hour. So the zone is the one that brings the time closest to now. A time that is near no
 * zone's now is old, and then nobody can tell how old to the hour: it is read in this machine's zone.
 */

const QUARTER_MS = 15 * 60_000;
/** From UTC−12 to UTC+14. */
const LARGEST_OFFSET_MS = 14 * 3_600_000;

export interface LocalInstant {
  atMs: number;
  /** Whether it is of now, within `toleranceMs`, in the zone of this machine: what can be said without guessing a zone. */
  isOfNow: boolean;
}

/** The instant; null where the text is no such time. A time with a zone is taken as it says. */
export function instantOfLocalTime(text: string, nowMs: number, toleranceMs: number): LocalInstant | null {
  if (text.length > 64) return null;
  const match = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[+-]\d\d:?\d\d)?$/.exec(text);
  if (!match) return null;
  const [, year, month, day, hour, minute, second, fraction, zone] = match;
  const asUtcMs =
    Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)) +
    Math.round(Number(fraction ?? 0) * 1000);
  if (!Number.isFinite(asUtcMs) || asUtcMs < LARGEST_OFFSET_MS) return null;
  const isNear = (atMs: number): boolean => Math.abs(nowMs - atMs) <= toleranceMs;
  if (zone !== undefined) {
    const atMs = asUtcMs - offsetMsOf(zone);
    return { atMs, isOfNow: isNear(atMs) };
  }
  // By what holds now: in the hours around a change of the clocks the time alone would not tell.
  const now = asUtcMs - hereOffsetMs(nowMs);
  if (isNear(now)) return { atMs: now, isOfNow: true };
  const offset = Math.round((asUtcMs - nowMs) / QUARTER_MS) * QUARTER_MS;
  const elsewhere = asUtcMs - offset;
  const isSomewhere = Math.abs(offset) <= LARGEST_OFFSET_MS && isNear(elsewhere);
  return { atMs: isSomewhere ? elsewhere : asUtcMs - hereOffsetMs(asUtcMs), isOfNow: false };
}

function offsetMsOf(zone: string): number {
  if (zone === 'Z') return 0;
  const [hours, minutes] = [Number(zone.slice(1, 3)), Number(zone.slice(-2))];
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
}

/** How far this machine's clock is ahead of UTC. */
const hereOffsetMs = (aroundMs: number): number => -new Date(aroundMs).getTimezoneOffset() * 60_000;
