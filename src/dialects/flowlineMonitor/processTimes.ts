/** When a process started, as `ps -o lstart,etime` tells it without a zone. Pure. */

const MONTHS = 'JanFebMarAprMayJunJulAugSepOctNovDec';
const QUARTER_MS = 15 * 60_000;

/**
 * The instant of `Mon Jan 22 10:00:00 2024`, whose zone follows from how long the process runs: `[[dd-]hh:]mm:ss`.
 * Null where the time it runs is not told; without the date (another language) to the second that this gives.
 */
export function startedAtMs(start: string | null, elapsed: string | null, nowMs: number): number | null {
  const runsForMs = elapsedMs(elapsed ?? '');
  if (runsForMs === null) return null;
  const aboutMs = Math.max(0, nowMs - runsForMs);
  const asUtcMs = startAsUtcMs(start ?? '');
  if (asUtcMs === null) return Math.floor(aboutMs / 1000) * 1000;
  const offsetMs = Math.round((asUtcMs - aboutMs) / QUARTER_MS) * QUARTER_MS;
  const startMs = asUtcMs - offsetMs;
  return startMs >= 0 ? startMs : null;
}

function elapsedMs(text: string): number | null {
  const match = /^(?:(?:(\d{1,6})-)?(\d{1,2}):)?(\d{1,2}):(\d{2})$/.exec(text.trim());
  if (!match) return null;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = match.slice(1).map((part) => Number(part ?? 0));
  return (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

function startAsUtcMs(text: string): number | null {
  const match = /^[A-Z][a-z]{2} ([A-Z][a-z]{2}) +(\d{1,2}) (\d\d):(\d\d):(\d\d) (\d{4})$/.exec(text.trim());
  const month = MONTHS.indexOf(match?.[1] ?? '-') / 3;
  if (!match || !Number.isInteger(month) || month < 0) return null;
  const [day = 1, hour = 0, minute = 0, second = 0, year = 0] = match.slice(2).map(Number);
  return Date.UTC(year, month, day, hour, minute, second);
}
