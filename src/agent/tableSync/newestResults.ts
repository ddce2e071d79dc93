/** The newest result of every row of a table, which of them stand nowhere yet, and who waits until they do. */
import type { RowResult } from '../../protocol/tableSync.ts';

export interface NewestResults {
  /** By row. */
  readonly latest: ReadonlyMap<string, RowResult>;
  /** Rows whose newest stands nowhere yet. */
  readonly unwritten: ReadonlySet<string>;
  /** What was left from before is older than everything that came since. */
  remember(result: RowResult): void;
  take(results: readonly RowResult[]): void;
  /** Resolves with the warning of then once these stand somewhere; rejects where that failed. */
  wait(results: readonly RowResult[]): Promise<string | null>;
  /** Those that are to be written now. */
  takenUp(): Map<string, RowResult>;
  /** They stand somewhere now, unless a newer one came meanwhile. */
  settle(written: ReadonlyMap<string, RowResult>, warning: string | null): void;
  /** They stand nowhere, and whoever waits is told why. */
  fail(why: string): void;
  /** Somebody changed how often the row is to run: a result from before must not undo it. */
  changeNeed(key: string, needRunNum: number): void;
}

interface Waiter {
  keys: Set<string>;
  resolve(warning: string | null): void;
  reject(failure: Error): void;
}

/** None yet. */
export function newestResults(): NewestResults {
  const latest = new Map<string, RowResult>();
  const unwritten = new Set<string>();
  let waiters: Waiter[] = [];
  return {
    latest,
    unwritten,
    remember(result) {
      if (!latest.has(result.key)) latest.set(result.key, result);
    },
    take(results) {
      for (const result of results) {
        latest.set(result.key, result);
        unwritten.add(result.key);
      }
    },
    wait: (results) =>
      new Promise((resolve, reject) => {
        waiters.push({ keys: new Set(results.map(({ key }) => key)), resolve, reject });
      }),
    takenUp() {
      const results = new Map<string, RowResult>();
      for (const key of unwritten) {
        const result = latest.get(key);
        if (result) results.set(key, result);
      }
      return results;
    },
    settle(written, warning) {
      for (const [key, result] of written) if (latest.get(key) === result) unwritten.delete(key);
      const done = waiters.filter(({ keys }) => [...keys].every((key) => !unwritten.has(key)));
      waiters = waiters.filter((waiter) => !done.includes(waiter));
      for (const { resolve } of done) resolve(warning);
    },
    fail(why) {
      const failed = waiters;
      waiters = [];
      for (const { reject } of failed) reject(new Error(why));
    },
    changeNeed(key, needRunNum) {
      const result = latest.get(key);
      if (result) latest.set(key, { ...result, needRunNum });
    },
  };
}
