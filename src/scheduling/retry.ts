/**
 * What comes of an attempt's end: budgets by class, the wait before the next try, strikes of a node, and the breaker that
 * pauses a table whose runs fail one after another (scheduling.md, 7). What somebody killed is never tried again.
 */
import type { EndRemark } from '../model/endRemark.ts';
import type { QueueSettings, RetryBudgets } from '../model/queue.ts';
import { DEFAULT_SETTINGS } from '../model/queue.ts';
import type { EndClass } from '../model/task.ts';
import { afterOutOfMemory, type OutOfMemoryFacts, type OutOfMemoryLesson } from './afterOutOfMemory.ts';

export interface End {
  class: EndClass;
  /** What the node, or the hub for it, said of it. */
  remarks: readonly EndRemark[];
  /** Somebody asked to stop it, or the queue did for him: final, whatever it ended with. */
  isKilled: boolean;
  /** With `gpu_oom`: what is known of the card; null: nothing. */
  memory: OutOfMemoryFacts | null;
}

export interface RetryFacts {
  nowMs: number;
  budgets: RetryBudgets;
  /** `--retries` of the task: failures of its program. */
  retries: number;
  /** Of this run since it was last queued with fresh budgets. */
  used: Partial<Record<EndClass, number>>;
  /** 0 to 1: spreads the waits. */
  random: number;
}

/** In the shape of the task book's Verdict. */
export interface Judgement {
  class: EndClass;
  again: boolean;
  notBeforeMs: number | null;
  learnedBytes?: number;
  isImpossible?: boolean;
  /** What was said of it, what it teaches, and what comes next. */
  remarks: EndRemark[];
  figures?: Record<string, number>;
  /** The lesson of an out of memory: of a victim, its cards are gone round next time (WaitingRun.avoid). */
  lesson?: OutOfMemoryLesson['kind'];
}

const FIRST_WAIT_MS = 30_000;
const LONGEST_WAIT_MS = 10 * 60_000;
const SPREAD = 0.2;

/** 30 s × 2ⁿ ± 20 %, at most 10 min; `used`: how often it was tried again before. */
export function waitMs(used: number, random: number): number {
  const step = FIRST_WAIT_MS * 2 ** Math.min(used, 20);
  return Math.round(Math.min(LONGEST_WAIT_MS, step * (1 - SPREAD + 2 * SPREAD * random)));
}

/** How often a run is tried again after such an end; null: as often as it takes. */
export function budgetOf(
  endClass: Exclude<EndClass, 'ok'>,
  budgets: RetryBudgets,
  retries: number,
): number | null {
  // What is never again: an end that somebody wanted.
  if (endClass === 'user_kill') return 0;
  const budget = budgets[endClass] === undefined ? DEFAULT_SETTINGS.budgets[endClass] : budgets[endClass];
  return endClass === 'program' && budget !== null ? Math.max(budget, retries) : budget;
}

/** The verdict on an end: again (when, with what promise) or final. */
export function judge(end: End, facts: RetryFacts): Judgement {
  const endClass = end.isKilled && end.class !== 'ok' ? 'user_kill' : end.class;
  const final: Judgement = { class: endClass, again: false, notBeforeMs: null, remarks: [...end.remarks] };
  if (endClass === 'ok' || endClass === 'user_kill') return final;
  const lesson = endClass === 'gpu_oom' && end.memory ? afterOutOfMemory(end.memory) : null;
  const taught: Judgement = lesson
    ? {
        ...final,
        remarks: [...final.remarks, lesson.remark],
        figures: lesson.figures,
        lesson: lesson.kind,
        ...(lesson.promisedBytes === null ? {} : { learnedBytes: lesson.promisedBytes }),
      }
    : final;
  if (lesson?.kind === 'impossible') return { ...taught, isImpossible: true };
  const budget = budgetOf(endClass, facts.budgets, facts.retries);
  const used = facts.used[endClass] ?? 0;
  if (budget !== null && used >= budget) {
    return budget === 0
      ? taught
      : { ...taught, remarks: [...taught.remarks, { kind: 'retries-used', budget }] };
  }
  const wait = waitMs(used, facts.random);
  return {
    ...taught,
    again: true,
    notBeforeMs: facts.nowMs + wait,
    remarks: [...taught.remarks, { kind: 'again', waitMs: wait, retry: used + 1, budget }],
  };
}

const STRIKES = 2;
/** Characters of what the last one said: it stands in a sentence. */
const MOST_SAID = 400;
/** A strike is forgotten after this: a disk that was full last week is no reason to keep work away today. */
const STRIKE_MS = 60 * 60_000;

/** Failures that are charged to a node: two without a success between them drain it. */
export class Strikes {
  readonly #byNode = new Map<string, { atMs: number; message: string | null }[]>();

  /** Takes the end of an attempt into account. */
  ended(node: string, endClass: EndClass, message: string | null, atMs: number): void {
    if (endClass === 'ok') {
      if (this.drained(node) === null) this.#byNode.delete(node);
      return;
    }
    if (endClass !== 'infra' || this.drained(node) !== null) return;
    const recent = (this.#byNode.get(node) ?? []).filter((strike) => atMs - strike.atMs < STRIKE_MS);
    this.#byNode.set(node, [...recent, { atMs, message }]);
  }

  /** How many attempts failed there, and what the last one said, where that keeps work away; null where it takes work. */
  drained(node: string): { attempts: number; last: string | null } | null {
    const strikes = this.#byNode.get(node) ?? [];
    const last = strikes.at(-1);
    if (strikes.length < STRIKES || !last) return null;
    return { attempts: strikes.length, last: last.message?.slice(0, MOST_SAID) ?? null };
  }

  /** Somebody looked, or the node's agent started anew: it takes work again. */
  forgive(node: string): void {
    this.#byNode.delete(node);
  }
}

/** Pauses a table whose runs fail one after another: the fault is the command, not the row. */
export class Breaker {
  readonly #failures = new Map<string, number[]>();

  /** True where this end is one too many: the table is to be paused. */
  ended(table: string, endClass: EndClass, atMs: number, settings: QueueSettings['breaker']): boolean {
    if (endClass === 'ok') this.#failures.delete(table);
    if (endClass !== 'program') return false;
    const sinceMs = atMs - settings.withinSeconds * 1000;
    const failures = [...(this.#failures.get(table) ?? []), atMs].filter(
      (failedAtMs) => failedAtMs >= sinceMs,
    );
    if (failures.length < settings.failures) {
      this.#failures.set(table, failures);
      return false;
    }
    this.#failures.delete(table);
    return true;
  }

  /** Somebody resumed or removed the table. */
  reset(table: string): void {
    this.#failures.delete(table);
  }
}
