/** The report of one attempt: how it changes, what of it is on disk when it is told. */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { MAX_MESSAGE_CHARACTERS } from '../../model/limits.ts';
import type { AttemptReport, Lease } from '../../protocol/supervision.ts';
import type { AttemptFiles } from './files/attemptFiles.ts';

export type ReportChange = Partial<Omit<AttemptReport, 'attempt' | 'fence' | 'sequence'>>;

export interface ReportKeeper {
  current(): AttemptReport;
  /**
   * For an attempt that an earlier agent told of: a number above all that it may have told, on disk before it is used.
   * Else two agents that are killed one after the other would both count on from the same one.
   */
  takeOver(): Promise<void>;
  /** Nothing of the attempt lives, and nothing will. */
  isFinal(): boolean;
  /** A change that is told at once, and written without hurry. */
  change(changed: ReportChange): void;
  /** An end: on disk before it is told. A disk that is full is waited for. */
  changeForGood(changed: ReportChange): Promise<void>;
  /** Figures that travel with the next change. */
  note(changed: Pick<ReportChange, 'gpuMemoryPeakBytes' | 'hostMemoryPeakBytes'>): void;
  /** Writes what was noted, without hurry. */
  save(): void;
  /** Resolves when nothing is being written. */
  settled(): Promise<void>;
  /** Gives up waiting for a disk. */
  letGo(): void;
}

export interface ReportKeeperOptions {
  lease: Lease;
  /** The newest that an earlier agent wrote; null for a new attempt. */
  earlier: AttemptReport | null;
  files: AttemptFiles;
  changed: () => void;
  clock: Clock;
  log: Log;
}

/** More changes than an agent that was killed may have told without having written them down. */
const SEQUENCE_LEAP = 1000;
const WRITE_AGAIN = { firstMs: 500, maximumMs: 30_000 };

/** Begins with what an earlier agent wrote: then `takeOver` comes before anything is told of it. */
export function keepReport({
  lease,
  earlier,
  files,
  changed,
  clock,
  log,
}: ReportKeeperOptions): ReportKeeper {
  let report = earlier ?? newReport(lease);
  let writing: Promise<void> = Promise.resolve();
  let isLetGo = false;
  /** From the first word of an end on nothing else changes it. */
  let ending = earlier?.state === 'ended' || earlier?.state === 'never-started';

  /** One after the other: an older one must not replace a newer. */
  function write(written: AttemptReport, isFinal: boolean): Promise<void> {
    writing = writing.catch(() => undefined).then(() => files.writeReport(written, isFinal));
    return writing;
  }
  function save(): void {
    if (!ending) write(report, false).catch(() => undefined);
  }

  const bounded = (change: ReportChange): ReportChange =>
    change.message ? { ...change, message: change.message.slice(0, MAX_MESSAGE_CHARACTERS) } : change;

  return {
    current: () => report,
    async takeOver() {
      report = { ...report, sequence: report.sequence + SEQUENCE_LEAP };
      await write(report, true).catch((failure: unknown) => {
        log.error(
          { attempt: lease.attempt, failure: String(failure) },
          'could not write down that an attempt was taken over',
        );
      });
    },
    isFinal: () => report.state === 'ended' || report.state === 'never-started',
    change(change) {
      if (ending) return;
      report = { ...report, ...bounded(change), sequence: report.sequence + 1 };
      save();
      changed();
    },
    async changeForGood(change) {
      ending = true;
      const next = { ...report, ...bounded(change), sequence: report.sequence + 1 };
      for (let waitMs = WRITE_AGAIN.firstMs; !isLetGo; waitMs = Math.min(waitMs * 2, WRITE_AGAIN.maximumMs)) {
        try {
          await write(next, true);
          // Only now: an inventory that is asked for meanwhile must not tell what may yet be forgotten.
          report = next;
          return changed();
        } catch (failure) {
          const words = 'could not write down how an attempt ended; trying again';
          log.error({ attempt: lease.attempt, failure: String(failure) }, words);
          await new Promise<void>((resolve) => clock.after(waitMs, resolve));
        }
      }
    },
    note(figures) {
      if (!ending) report = { ...report, ...figures };
    },
    save,
    settled: () => writing.catch(() => undefined),
    letGo() {
      isLetGo = true;
    },
  };
}

function newReport({ attempt, fence }: Lease): AttemptReport {
  return {
    attempt,
    fence,
    sequence: 1,
    state: 'starting',
    pid: null,
    startedAtMs: null,
    endedAtMs: null,
    exitCode: null,
    signal: null,
    class: null,
    outOfMemory: null,
    stopReason: null,
    message: null,
    remarks: [],
    cpuSeconds: null,
    hostMemoryPeakBytes: null,
    gpuMemoryPeakBytes: [],
    cardsFree: false,
  };
}
