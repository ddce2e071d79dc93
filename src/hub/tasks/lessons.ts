/**
 * What attempts teach (scheduling.md, 5–6): how much memory runs of a profile take and how long they last, kept in the
 * book; and what is known of a card that one ran out of memory on.
 */
import * as z from 'zod';
import type { EndClass } from '../../model/task.ts';
import type { AttemptReport } from '../../protocol/supervision.ts';
import type { OutOfMemoryFacts } from '../../scheduling/afterOutOfMemory.ts';
import { Board } from '../../scheduling/board.ts';
import type { NodeFacts, WaitingRun } from '../../scheduling/facts.ts';
import { learned, type Profile, settled } from '../../scheduling/learn.ts';
import { headroomBytes } from '../../scheduling/ledger.ts';
import { findCandidates } from '../../scheduling/placement.ts';
import type { LiveView, TaskView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { CardLedgers } from './cardLedgers.ts';

const KeptProfile = z.object({
  runs: z.number(),
  peakBytes: z.number(),
  promisedBytes: z.number(),
  durationSeconds: z.array(z.number()),
});

export interface Lessons {
  /** Learned bytes per GPU, by profile. */
  promised(): ReadonlyMap<string, number>;
  /** How long runs of a profile lasted. */
  durations(profile: string): readonly number[];
  /** An attempt ended. */
  ended(live: LiveView, class_: EndClass, report: AttemptReport | null): void;
  /** An attempt of an unknown profile has shown for long enough what it takes; true where that is news. */
  alive(live: LiveView): boolean;
  memory(live: LiveView): OutOfMemoryFacts | null;
}

export interface LessonSources {
  book: Pick<TaskBook, 'profiles' | 'keepProfile' | 'settings'>;
  ledgers: CardLedgers;
  nodes: () => NodeFacts[];
  wouldStand: (task: TaskView) => WaitingRun;
  nowMs: () => number;
}

/** The card of an attempt that tells the most of it: where it held most. */
interface Telling {
  uuid: string;
  promisedBytes: number | null;
  peakBytes: number | null;
  capacityBytes: number | null;
}

/** The lessons of a book so far. */
export function lessons({ book, ledgers, nodes, wouldStand, nowMs }: LessonSources): Lessons {
  const profiles = new Map<string, Profile>();
  for (const [key, kept] of book.profiles()) {
    const profile = KeptProfile.safeParse(kept);
    if (profile.success) profiles.set(key, profile.data);
  }
  const promised = new Map<string, number>();
  const promise = (key: string, { promisedBytes }: Profile): void => {
    if (promisedBytes > 0) promised.set(key, promisedBytes);
  };
  for (const [key, profile] of profiles) promise(key, profile);

  const keep = (key: string, profile: Profile | null): boolean => {
    const before = profiles.get(key);
    if (profile === null || profile === before) return false;
    profiles.set(key, profile);
    book.keepProfile(key, profile);
    promise(key, profile);
    return profile.promisedBytes !== (before?.promisedBytes ?? 0);
  };

  const capacityOf = (nodeId: string, uuid: string): number | null => {
    const card = nodes()
      .find(({ id }) => id === nodeId)
      ?.cards.find((known) => known.uuid === uuid);
    const totalBytes = card?.totalBytes ?? null;
    return totalBytes === null ? null : totalBytes - headroomBytes(totalBytes, book.settings());
  };

  const tellingCard = (live: LiveView, report: AttemptReport | null): Telling | null => {
    let telling: Omit<Telling, 'capacityBytes'> | null = null;
    for (const { uuid, promisedBytes, peakBytes } of live.attempt.gpus) {
      const reported = report?.gpuMemoryPeakBytes.find((peak) => peak.uuid === uuid)?.bytes ?? null;
      const known = [peakBytes, reported, ledgers.measuredBytes(live.id, uuid)].filter(
        (bytes) => bytes !== null,
      );
      const most = known.length === 0 ? null : Math.max(...known);
      if (telling === null || (most ?? -1) > (telling.peakBytes ?? -1))
        telling = { uuid, promisedBytes, peakBytes: most };
    }
    return telling && { ...telling, capacityBytes: capacityOf(live.attempt.nodeId, telling.uuid) };
  };

  const roomOf = (live: LiveView, { uuid, capacityBytes }: Telling): number | null => {
    const others = ledgers.seen(live.id, uuid)?.othersBytes ?? null;
    return capacityBytes === null || others === null ? null : Math.max(0, capacityBytes - others);
  };

  return {
    promised: () => promised,
    durations: (profile) => profiles.get(profile)?.durationSeconds ?? [],
    ended(live, class_, report) {
      if (live.profile === null) return;
      const telling = tellingCard(live, report);
      const startedAtMs = report?.startedAtMs ?? live.attempt.startedAtMs;
      const endedAtMs = report?.endedAtMs ?? null;
      const lasted = startedAtMs === null || endedAtMs === null ? null : (endedAtMs - startedAtMs) / 1000;
      keep(
        live.profile,
        learned(profiles.get(live.profile) ?? null, {
          class: class_,
          peakBytes: telling?.peakBytes ?? null,
          roomBytes: telling && roomOf(live, telling),
          durationSeconds: lasted !== null && lasted >= 0 ? lasted : null,
        }),
      );
    },
    alive(live) {
      if (live.profile === null || !live.isWarmingUp || promised.has(live.profile)) return false;
      const telling = tellingCard(live, null);
      if (!telling) return false;
      return keep(
        live.profile,
        settled(profiles.get(live.profile) ?? null, {
          peakBytes: telling.peakBytes,
          peakAtMs: ledgers.seen(live.id, telling.uuid)?.peakAtMs ?? null,
          roomBytes: roomOf(live, telling),
          nowMs: nowMs(),
        }),
      );
    },
    memory(live) {
      const telling = tellingCard(live, null);
      if (!telling) return null;
      const seen = ledgers.seen(live.id, telling.uuid);
      const told = live.attempt.outOfMemory;
      const run = wouldStand(live.task);
      const board = new Board({ nodes: nodes(), live: [], settings: book.settings(), promises: promised });
      const largest = findCandidates(board, run).mostBytes[run.ask.gpus];
      return {
        promisedBytes: telling.promisedBytes,
        peakBytes: telling.peakBytes,
        triedBytes: told?.triedBytes ?? null,
        ownBytes: told?.ownBytes ?? null,
        freeBytes: told?.freeBytes ?? null,
        capacityBytes: telling.capacityBytes,
        othersBytes: seen?.othersBytes ?? seen?.othersBeforeBytes ?? null,
        othersAtStartBytes: seen?.othersAtStartBytes ?? null,
        largestBytes: largest === undefined || !Number.isFinite(largest) ? null : largest,
      };
    },
  };
}
