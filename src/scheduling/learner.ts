/**
 * Keeps the profiles of a queue: told of every end and, now and then, of what living attempts show; asked for promises by
 * every decision and for lengths by every estimate. What is learned is handed out to be kept; after a restart it is handed
 * back.
 */
import * as z from 'zod';
import { KEPT_DURATIONS, learned, type Observation, type Profile, settled } from './learn.ts';

/** A profile as it was kept, perhaps by an older program. */
const KeptProfile = z.object({
  runs: z.number().nonnegative(),
  peakBytes: z.number().nonnegative(),
  promisedBytes: z.number().nonnegative(),
  durationSeconds: z.array(z.number().nonnegative()).max(KEPT_DURATIONS),
});

/** What a living attempt shows on the card where it holds most. */
export interface Showing {
  attempt: string;
  profile: string;
  peakBytes: number | null;
  /** total − headroom − what others hold there; null: not known. */
  roomBytes: number | null;
}

export class Learner {
  readonly #profiles = new Map<string, Profile>();
  readonly #promises = new Map<string, number>();
  readonly #keep: (key: string, profile: Profile) => void;
  /** Since when a living attempt's peak stands. */
  readonly #peaks = new Map<string, { bytes: number; sinceMs: number }>();

  /** @param keep is handed every profile that changed. */
  constructor(kept: Iterable<readonly [string, unknown]>, keep: (key: string, profile: Profile) => void) {
    this.#keep = keep;
    for (const [key, value] of kept) {
      const profile = KeptProfile.safeParse(value);
      // What an older or newer program kept otherwise is learned again.
      if (profile.success) this.#know(key, profile.data);
    }
  }

  /** Learned bytes per GPU by profile, always as they are now: DecisionFacts.promises. */
  get promises(): ReadonlyMap<string, number> {
    return this.#promises;
  }

  /** How long successes of a profile took, in seconds, the newest last. */
  durationSeconds(profile: string): readonly number[] {
    return this.#profiles.get(profile)?.durationSeconds ?? [];
  }

  /** An attempt is over. True where its profile's promise changed: others may start now. */
  ended(attempt: string, profile: string, seen: Observation): boolean {
    this.#peaks.delete(attempt);
    const before = this.#profiles.get(profile) ?? null;
    return this.#change(profile, before, learned(before, seen));
  }

  /** A living attempt was measured. True where that made its profile known: those that waited for it may start. */
  measured({ attempt, profile, peakBytes, roomBytes }: Showing, nowMs: number): boolean {
    const before = this.#profiles.get(profile) ?? null;
    if (peakBytes === null || (before !== null && before.promisedBytes > 0)) {
      this.#peaks.delete(attempt);
      return false;
    }
    const peak = this.#peaks.get(attempt);
    if (!peak || peakBytes > peak.bytes) {
      this.#peaks.set(attempt, { bytes: peakBytes, sinceMs: nowMs });
      return false;
    }
    const after = settled(before, { peakBytes, peakAtMs: peak.sinceMs, roomBytes, nowMs });
    return this.#change(profile, before, after);
  }

  #change(key: string, before: Profile | null, after: Profile | null): boolean {
    if (after === null || after === before) return false;
    this.#know(key, after);
    this.#keep(key, after);
    return after.promisedBytes !== (before?.promisedBytes ?? 0);
  }

  #know(key: string, profile: Profile): void {
    this.#profiles.set(key, profile);
    if (profile.promisedBytes > 0) this.#promises.set(key, profile.promisedBytes);
  }
}
