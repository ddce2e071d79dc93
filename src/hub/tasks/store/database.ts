/**
 * The queue's database itself, in whichever thread it is opened: WAL, every commit flushed to the disk before it counts.
 * Everything here waits for the disk; the worker beside this file keeps that away from the hub's thread.
 */
import { chmodSync, closeSync, openSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { STEPS } from './schema.ts';
import type { Change, Row, Value } from './sentences.ts';
import { READS, type ReadName, WRITES } from './statements.ts';
import { damaged, isNeverTaken, openFailure, StoreError } from './storeError.ts';

export interface Database {
  /**
   * All of them, for good, or none.
   * @returns words for changes that can never be taken, and were left out
   * @throws SQLite's error; then none of them.
   */
  commit(changes: readonly Change[]): string[];
  read(name: ReadName, values: readonly Value[]): Row[];
  close(): void;
}

/**
 * Opens the database, makes it (0600) where there is none, checks it and takes the steps that it lacks.
 * @param path `:memory:` for one that is forgotten.
 * @throws StoreError
 */
export function openDatabase(path: string): Database {
  let database: DatabaseSync | null = null;
  try {
    if (path !== ':memory:') keepPrivate(path);
    database = new DatabaseSync(path, { timeout: 5000 });
    return prepared(path, database);
  } catch (failure) {
    database?.close();
    throw openFailure(path, failure);
  }
}

/** SQLite gives its log and index the permissions of the database. */
function keepPrivate(path: string): void {
  closeSync(openSync(path, 'a', 0o600));
  chmodSync(path, 0o600);
}

function prepared(path: string, database: DatabaseSync): Database {
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA journal_size_limit = 67108864;
    -- A dropped environment is overwritten, not only unlinked.
    PRAGMA secure_delete = ON;
    PRAGMA cache_size = -8192;
  `);
  check(path, database);
  migrate(path, database);
  const statements = new Map<string, StatementSync>();
  const statement = (name: string, sql: string): StatementSync => {
    let known = statements.get(name);
    if (!known) {
      known = database.prepare(sql);
      known.setReturnArrays(true);
      statements.set(name, known);
    }
    return known;
  };
  return {
    commit(changes) {
      const refused: string[] = [];
      const run = ([name, ...values]: Change): unknown => statement(name, WRITES[name]).run(...values);
      database.exec('BEGIN IMMEDIATE');
      try {
        for (const change of changes) {
          try {
            run(change);
          } catch (failure) {
            // A statement that fails alone leaves the transaction as it was before it.
            if (!isNeverTaken(failure) || !database.isTransaction) throw failure;
            refused.push(`${change[0]}: ${failure instanceof Error ? failure.message : failure}`);
          }
        }
        database.exec('COMMIT');
        return refused;
      } catch (failure) {
        // A full disk may have ended the transaction already.
        if (database.isTransaction) database.exec('ROLLBACK');
        throw failure;
      }
    },
    read: (name, values) => statement(name, READS[name]).all(...values) as unknown as Row[],
    close: () => database.close(),
  };
}

/** Looks at every page: a damaged queue is said at the start, not found row by row. */
function check(path: string, database: DatabaseSync): void {
  const found = database.prepare('PRAGMA quick_check(3)').all() as { quick_check: string }[];
  const problems = found.map((row) => row.quick_check).filter((text) => text !== 'ok');
  if (problems.length > 0) throw damaged(path, problems.join('; '));
}

function migrate(path: string, database: DatabaseSync): void {
  const { user_version: taken } = database.prepare('PRAGMA user_version').get() as { user_version: number };
  if (taken > STEPS.length) {
    throw new StoreError(
      'newer',
      `the queue's database ${path} was written by a newer FlowLine (format ${taken}, this one knows ${STEPS.length})`,
      'start that version, or restore the copy from before the update',
    );
  }
  for (const [index, step] of STEPS.entries()) {
    if (index < taken) continue;
    database.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${index + 1}; COMMIT;`);
  }
}
