/** The store's own thread: opens the database it is told of, and commits and reads what it is sent, in that order. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Database, openDatabase } from './database.ts';
import type { FromWorker, ToWorker } from './sentences.ts';
import { StoreError, sqliteCode } from './storeError.ts';

const { path } = workerData as { path: string };
const say = (sentence: FromWorker): void => parentPort?.postMessage(sentence);

let database = open();

function open(): Database | null {
  try {
    const opened = openDatabase(path);
    say({ kind: 'opened' });
    return opened;
  } catch (failure) {
    const { code, message, hint } =
      failure instanceof StoreError ? failure : new StoreError('unusable', String(failure), '');
    say({ kind: 'not-opened', code, message, hint });
    return null;
  }
}

parentPort?.on('message', (sentence: ToWorker) => {
  switch (sentence.kind) {
    case 'commit':
      return commit(sentence.changes);
    case 'read':
      try {
        const rows = database?.read(sentence.name, sentence.values) ?? [];
        return say({ kind: 'rows', id: sentence.id, rows });
      } catch (failure) {
        return say({ kind: 'not-read', id: sentence.id, message: wordsOf(failure) });
      }
    case 'close':
      database?.close();
      database = null;
      say({ kind: 'closed' });
      parentPort?.close();
  }
});

function commit(changes: Extract<ToWorker, { kind: 'commit' }>['changes']): void {
  try {
    database?.commit(changes);
    say({ kind: 'committed' });
  } catch (failure) {
    say({ kind: 'not-committed', sqliteCode: sqliteCode(failure), message: wordsOf(failure) });
  }
}

function wordsOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
