/** How much runs now, against what is allowed: overall, by table, by person. Over a limit is a reason to wait, no error. */
import type { WaitingReason } from '../model/waiting.ts';
import type { DecisionFacts, TableLimits, WaitingRun } from './facts.ts';

export type LimitReason = Extract<WaitingReason, { kind: 'limit' }>;

export class Counts {
  #running = 0;
  readonly #ofTable = new Map<string, number>();
  readonly #gpusOf = new Map<string, number>();
  readonly #secondsOf = new Map<string, number>();
  /** What room is kept for: it will count too, and whoever starts meanwhile must leave it its place. */
  #kept: WaitingRun | null = null;
  readonly #facts: Pick<DecisionFacts, 'settings' | 'usage'>;

  constructor(facts: Pick<DecisionFacts, 'live' | 'settings' | 'usage' | 'nowMs'>) {
    this.#facts = facts;
    for (const { isReturning, owner, table, gpus, sinceMs } of facts.live) {
      if (isReturning) continue;
      this.add(owner, table, gpus.length);
      const seconds = (gpus.length * Math.max(0, facts.nowMs - sinceMs)) / 1000;
      this.#secondsOf.set(owner, this.gpuSecondsOf(owner) + seconds);
    }
  }

  /** Counts one more that runs. */
  add(owner: string, table: string | null, gpus: number): void {
    this.#running += 1;
    if (table !== null) this.#ofTable.set(table, (this.#ofTable.get(table) ?? 0) + 1);
    this.#gpusOf.set(owner, this.gpusOf(owner) + gpus);
  }

  /** Keeps a place under every limit for a run; null: for none. */
  keep(run: WaitingRun | null): void {
    this.#kept = run;
  }

  /**
   * Whether one of its owner's or table's limits, or that of all, has room for a run only in the place that is kept for
   * another: taken, the limit would keep that one waiting, and small ones could do so for ever.
   */
  isKept(run: WaitingRun, table: TableLimits): boolean {
    const kept = this.#kept;
    if (kept === null || kept.id === run.id) return false;
    const { maxRunning, maxGpusPerUser } = this.#facts.settings;
    if (maxRunning !== null && this.#running + 1 >= maxRunning) return true;
    if (run.table === kept.table && run.table !== null && table.maxRunning !== null) {
      if ((this.#ofTable.get(run.table) ?? 0) + 1 >= table.maxRunning) return true;
    }
    if (maxGpusPerUser === null || run.owner !== kept.owner || run.ask.gpus === 0) return false;
    const handStarted = this.#facts.usage.handStartedGpus.get(run.owner) ?? 0;
    return this.gpusOf(run.owner) + handStarted + kept.ask.gpus + run.ask.gpus > maxGpusPerUser;
  }

  /** GPUs that somebody's attempts have now. */
  gpusOf(owner: string): number {
    return this.#gpusOf.get(owner) ?? 0;
  }

  /** GPU seconds of somebody's attempts that still run: they are charged to his use only when they end. */
  gpuSecondsOf(owner: string): number {
    return this.#secondsOf.get(owner) ?? 0;
  }

  /** The limit that keeps a run, or null. */
  check(run: WaitingRun, table: TableLimits): LimitReason | null {
    const { maxRunning, maxGpusPerUser } = this.#facts.settings;
    if (maxRunning !== null && this.#running >= maxRunning) {
      return { kind: 'limit', limit: 'overall', running: this.#running, allowed: maxRunning, handStarted: 0 };
    }
    const ofTable = run.table === null ? 0 : (this.#ofTable.get(run.table) ?? 0);
    if (table.maxRunning !== null && ofTable >= table.maxRunning) {
      return {
        kind: 'limit',
        limit: 'table',
        running: ofTable,
        allowed: table.maxRunning,
        handStarted: 0,
      };
    }
    if (maxGpusPerUser === null || run.ask.gpus === 0) return null;
    const handStarted = this.#facts.usage.handStartedGpus.get(run.owner) ?? 0;
    const running = this.gpusOf(run.owner) + handStarted;
    if (running + run.ask.gpus <= maxGpusPerUser) return null;
    return { kind: 'limit', limit: 'user', running, allowed: maxGpusPerUser, handStarted };
  }
}
