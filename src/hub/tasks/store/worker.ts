/** The store's own thread: opens the database it is told of, and commits and reads what it is sent, in that order. */
import { parentPort, workerData } from 'node:worker_threads';
import { type Database, openDatabase } from './database.ts';
import type { Change, FromWorker, ToWorker } from './sentences.ts';
import { isDiskFull, openFailure, StoreError } from './storeError.ts';

const { path } = workerData as { path: string };
const say = (sentence: FromWorker): void => parentPort?.postMessage(sentence);

let database = openFirst();

function openFirst(): Database | null {
  try {
    const opened = openDatabase(path);
    try {
      // A disk that takes nothing is said at the start, and does not keep the hub waiting.
      opened.commit([['putFact', 'opened', 'true']]);
    } catch (failure) {
      opened.close();
      throw openFailure(path, failure);
    }
    say({ kind: 'opened' });
    return opened;
  } catch (failure) {
    const { code, message, hint } =
      failure instanceof StoreError ? failure : new StoreError('unusable', String(failure), '');
    say({ kind: 'not-opened', code, message, hint });
    return null;
  }
}

/** Opened anew where the last commit failed for another reason than a full disk. */
function opened(): Database {
  database ??= openDatabase(path);
  return database;
}

parentPort?.on('message', (sentence: ToWorker) => {
  switch (sentence.kind) {
    case 'commit':
      return commit(sentence.changes);
    case 'read':
      try {
        return say({ kind: 'rows', id: sentence.id, rows: opened().read(sentence.name, sentence.values) });
      } catch (failure) {
        return say({ kind: 'not-read', id: sentence.id, message: wordsOf(failure) });
      }
    case 'close':
      letGo();
      parentPort?.close();
  }
});

function commit(changes: readonly Change[]): void {
  try {
    const refused = opened().commit(changes);
    say({ kind: 'committed', refused });
  } catch (failure) {
    const isFull = isDiskFull(path, failure);
    // After a failed flush nobody knows what the kernel still has of it: the log is read again from the disk.
    if (!isFull && path !== ':memory:') letGo();
    say({ kind: 'not-committed', isFull, message: wordsOf(failure) });
  }
}

function letGo(): void {
  try {
    database?.close();
  } finally {
    database = null;
  }
}

function wordsOf(failure: unknown): string {
  return failure instanceof Error ? failure.message : String(failure);
}
