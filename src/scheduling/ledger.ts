/**
 * What others use on one card (scheduling.md, 5): the maximum of the last 60 s of "used − measured use of our own
 * attempts". While one of ours comes or goes, the driver counts its memory before (or after) it can be told whose it is:
 * such a sample would look like a stranger's, and does not enter.
 *
 *   start ──── first memory ······················ end ──── release
 *      excluded (10 s at most)     counted             excluded
 *
 * A process may also end while a sample is being taken, after the driver has told of it and before it could be told whose
 * it was; the sample may even come after the release. So what rises beside ours is kept in mind only once the next sample
 * says the same; until then it counts, without being remembered.
 */
import type { QueueSettings } from '../model/queue.ts';

/** How long an external use is remembered: shorter, and a stranger between two epochs looks gone. */
export const EXTERNAL_WINDOW_MS = 60_000;
/** After this an attempt without memory on the card hides nobody else's any more: it may compute nothing there for hours. */
const FIRST_MEMORY_MS = 10_000;

export interface LedgerSample {
  atMs: number;
  /** Used on the card in all; null: not read, the sample says nothing. */
  usedBytes: number | null;
  /** Of our attempts with processes there; bytes null: the driver does not tell (containers, WSL). */
  ours: Iterable<{ attempt: string; bytes: number | null }>;
}

interface Own {
  promisedBytes: number | null;
  startedAtMs: number;
  hasShown: boolean;
  isOver: boolean;
  measuredBytes: number;
}

export class CardLedger {
  readonly #own = new Map<string, Own>();
  /** Falling from the first to the last: what is behind a greater and newer one can never be the maximum again. */
  #window: { atMs: number; bytes: number }[] = [];
  #newest: { atMs: number; bytes: number } | null = null;
  /** What the last sample that counted said, as it was. */
  #toldBytes: number | null = null;
  /** Said by one sample only, beside ours; 0 where the next said it too, or not. */
  #unconfirmedBytes = 0;
  #hasReleased = false;

  /** One of ours was given the card; called again when it is executed. `promisedBytes` null: the whole card. */
  started(attempt: string, promisedBytes: number | null, atMs: number): void {
    const known = this.#own.get(attempt);
    if (known) known.startedAtMs = atMs;
    else {
      this.#own.set(attempt, {
        promisedBytes,
        startedAtMs: atMs,
        hasShown: false,
        isOver: false,
        measuredBytes: 0,
      });
    }
  }

  /** Its process tree is gone; its memory may not be back. */
  ended(attempt: string): void {
    const own = this.#own.get(attempt);
    if (own) own.isOver = true;
  }

  /** Its memory is back, or nothing of it ever started. */
  released(attempt: string): void {
    if (this.#own.delete(attempt)) this.#hasReleased = true;
  }

  /** Takes a sample of the card. */
  sample({ atMs, usedBytes, ours }: LedgerSample): void {
    let known = 0;
    let untold = 0;
    for (const { attempt, bytes } of ours) {
      const own = this.#own.get(attempt);
      if (own && (bytes === null || bytes > 0)) own.hasShown = true;
      if (own) own.measuredBytes = Math.max(own.measuredBytes, bytes ?? 0);
      // Where the driver does not tell, it may hold all that it was promised.
      if (bytes === null) untold += own?.promisedBytes ?? Number.POSITIVE_INFINITY;
      known += bytes ?? 0;
    }
    if (usedBytes === null) return;
    if (this.#isHidden(atMs)) {
      // Where one follows the other without a break, strangers would never be seen: what exceeds all promises is theirs.
      if (this.#newest && atMs - this.#newest.atMs <= EXTERNAL_WINDOW_MS) return;
      untold = 0;
      known = this.#mostOfOurs();
    }
    this.#weigh(atMs, Math.max(0, usedBytes - known - untold));
  }

  /** The most that others used in the last 60 s; the newest known where that is longer ago; null before the first sample. */
  externalBytes(nowMs: number): number | null {
    const bytes = this.confirmedExternalBytes(nowMs);
    return bytes === null ? null : Math.max(bytes, this.#unconfirmedBytes);
  }

  /** The same without what one sample alone said: what may be gone in the next ends nobody's place in the line. */
  confirmedExternalBytes(nowMs: number): number | null {
    while (this.#window[0] && this.#window[0].atMs < nowMs - EXTERNAL_WINDOW_MS) this.#window.shift();
    return this.#window[0]?.bytes ?? this.#newest?.bytes ?? null;
  }

  #weigh(atMs: number, bytes: number): void {
    const mayBeOurs = this.#own.size > 0 || this.#hasReleased;
    const knownBytes = mayBeOurs ? Math.min(bytes, this.#toldBytes ?? bytes) : bytes;
    this.#unconfirmedBytes = bytes > knownBytes ? bytes : 0;
    this.#toldBytes = bytes;
    this.#hasReleased = false;
    this.#enter(atMs, knownBytes);
  }

  #isHidden(atMs: number): boolean {
    for (const own of this.#own.values()) {
      if (own.isOver) return true;
      if (!own.hasShown && atMs - own.startedAtMs <= FIRST_MEMORY_MS) return true;
    }
    return false;
  }

  #mostOfOurs(): number {
    let sum = 0;
    for (const own of this.#own.values()) {
      sum += Math.max(own.promisedBytes ?? Number.POSITIVE_INFINITY, own.measuredBytes);
    }
    return sum;
  }

  #enter(atMs: number, bytes: number): void {
    this.#newest = { atMs, bytes };
    for (let last = this.#window.at(-1); last && last.bytes <= bytes; last = this.#window.at(-1)) {
      this.#window.pop();
    }
    this.#window.push({ atMs, bytes });
  }
}

const LEAST_HEADROOM_BYTES = 512 * 1024 * 1024;
const HEADROOM_SHARE = 0.03;

/** Kept free on a card: what allocators waste, and contexts that no figure counts. */
export function headroomBytes(totalBytes: number, settings: Pick<QueueSettings, 'headroomBytes'>): number {
  return settings.headroomBytes ?? usualHeadroomBytes(totalBytes);
}

/** Where nobody set another. */
export function usualHeadroomBytes(totalBytes: number): number {
  return Math.max(LEAST_HEADROOM_BYTES, Math.ceil(totalBytes * HEADROOM_SHARE));
}
