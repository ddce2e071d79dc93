/** Failures of the queue's database, told apart: what happened, where, and what to do next. */
import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';

/** The queue's database cannot be used: what happened, where, and what to do next. */
export class StoreError extends Error {
  readonly code: 'damaged' | 'newer' | 'unusable';
  readonly hint: string;

  constructor(code: StoreError['code'], message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

/** SQLite's own codes (sqlite.org/rescode.html); the lowest eight bits tell the kind. */
const FULL = 13;
/** Input and output, cannot open: what SQLite says where a full disk has no room for its log or index either. */
const PERHAPS_FULL = new Set([10, 14]);
/** A page of its index. */
const LEAST_ROOM_BYTES = 32 * 1024;
const DAMAGED = new Set([11, 26]);
/** The disk has nothing to do with it: a value that a column does not take (too big, constraint, mismatch, range). */
const NEVER_TAKEN = new Set([18, 19, 20, 25]);

/** The kind of a failure of SQLite's, or null where it is another one. */
export function sqliteCode(failure: unknown): number | null {
  if (!(failure instanceof Error) || !('errcode' in failure)) return null;
  return Number(failure.errcode) & 0xff;
}

/** Whether it failed because the disk of the database takes no more. */
export function isDiskFull(path: string, failure: unknown): boolean {
  const code = sqliteCode(failure);
  if (code === FULL) return true;
  if (code === null || !PERHAPS_FULL.has(code)) return false;
  try {
    const { bavail, bsize } = statfsSync(dirname(path));
    return bavail * bsize < LEAST_ROOM_BYTES;
  } catch {
    return false;
  }
}

/** Whether writing it again would fail again, on any disk. */
export function isNeverTaken(failure: unknown): boolean {
  const code = sqliteCode(failure);
  return code === null
    ? failure instanceof TypeError || failure instanceof RangeError
    : NEVER_TAKEN.has(code);
}

/** What stands for a failure to open, with what to do. */
export function openFailure(path: string, failure: unknown): StoreError {
  if (failure instanceof StoreError) return failure;
  const reason = failure instanceof Error ? failure.message : String(failure);
  const code = sqliteCode(failure);
  if (code !== null && DAMAGED.has(code)) return damaged(path, reason);
  if (isDiskFull(path, failure)) {
    return new StoreError(
      'unusable',
      `cannot use the queue's database ${path}: its disk is full`,
      'make room there and start again; nothing in it is lost',
    );
  }
  return new StoreError(
    'unusable',
    `cannot use the queue's database ${path}: ${reason}`,
    'it must be readable and writable for this user',
  );
}

export const damaged = (path: string, reason: string): StoreError =>
  new StoreError(
    'damaged',
    `the queue's database ${path} is damaged: ${reason.slice(0, 300)}`,
    `restore it from a copy, or move it away (with its -wal and -shm) to begin with an empty queue: what runs on the machines goes on. \`sqlite3 ${path} .recover\` may save its rows`,
  );
