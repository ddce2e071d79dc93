/**
 * How much memory runs take, learned from what earlier ones took (scheduling.md, 5–6). A **profile** is a table and its
 * command, or the program of a command that was queued by itself: what is learned of one row is a fair guess for the next.
 * What a row itself taught counts for that row alone, and more.
 */
import type { EndClass } from '../model/task.ts';

/** What is kept of a profile (the task book's `keepProfile`), a few numbers however many runs. */
export interface Profile {
  /** Runs that showed what they take. */
  runs: number;
  /** The most that one of them took on a card. */
  peakBytes: number;
  /** What the next is promised. */
  promisedBytes: number;
  /** Seconds of the newest successes, for estimates; at most KEPT_DURATIONS. */
  durationSeconds: number[];
}

export const KEPT_DURATIONS = 64;

/** Promises are whole steps: a thousand rows that differ by a few MiB are one group in the line. */
const STEP_BYTES = 64 * 1024 * 1024;
/** What takes nearly all of a card is promised a little less than it had, or it would not fit where it ran. */
const FULL_CARD_SHARE = 0.98;
/** A peak that has stood so long is taken for the peak: others of the profile need not wait for the end of a run of days. */
export const SETTLED_MS = 10 * 60_000;

/** The key of a profile. `command`: the template of a table, or the words of a single command. */
export function profileOf(table: string | null, command: string): string {
  return table === null ? `command ${programOf(command)}` : `${table} ${command}`;
}

/** `python train.py --lr 0.1` is the program `python train.py`: words up to the first option or value. */
function programOf(command: string): string {
  const words = command.trim().split(/\s+/);
  const place = words.findIndex(
    (word, index) => index > 0 && (word.startsWith('-') || /^[\d.]+$/.test(word)),
  );
  return (place === -1 ? words : words.slice(0, place)).join(' ').slice(0, 200);
}

export interface Observation {
  class: EndClass;
  /** The most that it was seen to hold on one of its cards; null: never seen. */
  peakBytes: number | null;
  /** Room it had on that card: total − headroom − what others held; null: not known. */
  roomBytes: number | null;
  durationSeconds: number | null;
}

/** What a profile is after one more of its runs ended. Peaks of failures count too: a run that took so much takes so much. */
export function learned(profile: Profile | null, seen: Observation): Profile | null {
  const isShown =
    seen.peakBytes !== null && seen.peakBytes > 0 && seen.class !== 'gpu_oom' && seen.class !== 'infra';
  // A failure in the first seconds shows the memory of an import, not of the work.
  const counts = isShown && (seen.class === 'ok' || profile !== null);
  const duration = seen.class === 'ok' ? seen.durationSeconds : null;
  if (!counts && duration === null) return profile;
  const before = profile ?? { runs: 0, peakBytes: 0, promisedBytes: 0, durationSeconds: [] };
  const after = counts ? withPeak(before, seen.peakBytes ?? 0, seen.roomBytes) : before;
  if (duration === null) return after;
  return { ...after, durationSeconds: [...after.durationSeconds, duration].slice(-KEPT_DURATIONS) };
}

/** A profile that a living attempt showed by a peak that has stood for SETTLED_MS; null where it shows nothing yet. */
export function settled(
  profile: Profile | null,
  alive: { peakBytes: number | null; peakAtMs: number | null; roomBytes: number | null; nowMs: number },
): Profile | null {
  if (profile !== null && profile.promisedBytes > 0) return profile;
  if (alive.peakBytes === null || alive.peakBytes === 0 || alive.peakAtMs === null) return profile;
  if (alive.nowMs - alive.peakAtMs < SETTLED_MS) return profile;
  return withPeak(
    profile ?? { runs: 0, peakBytes: 0, promisedBytes: 0, durationSeconds: [] },
    alive.peakBytes,
    alive.roomBytes,
  );
}

function withPeak(profile: Profile, peakBytes: number, roomBytes: number | null): Profile {
  return {
    ...profile,
    runs: profile.runs + 1,
    peakBytes: Math.max(profile.peakBytes, peakBytes),
    promisedBytes: Math.max(profile.promisedBytes, promiseFor(peakBytes, roomBytes)),
  };
}

/** What is promised to a run that is known to take so much at most, on a card that had so much room. */
export function promiseFor(peakBytes: number, roomBytes: number | null): number {
  const wanted = Math.ceil(peakBytes / STEP_BYTES) * STEP_BYTES;
  if (roomBytes === null) return wanted;
  return Math.min(
    wanted,
    Math.max(STEP_BYTES, Math.floor((roomBytes * FULL_CARD_SHARE) / STEP_BYTES) * STEP_BYTES),
  );
}
