/**
 * The door of the keeper: keeps the files of queued tables up, in a process of their owner (trust.md, 11), and tells
 * what somebody edited in them meanwhile. The agent hands it the hub's requests; a waiting command does the same.
 */
import type { KeepTable, TableEdits, TableWrite, TableWritten } from '../../protocol/tableSync.ts';

export interface TableSync {
  /**
   * A page of what the hub knows of a table; after the last one edits of its file are looked for.
   * @throws TableSyncError where the file is another user's
   */
  keep(keep: KeepTable): Promise<void>;
  /**
   * Resolves when the results are in the file, or in the sidecar beside it.
   * @throws TableSyncError where neither could be done yet: it is tried again, and so should the request be
   */
  write(write: TableWrite): Promise<TableWritten>;
  forget(table: string): Promise<void>;
  stop(): Promise<void>;
}

export interface TableSyncOptions {
  /** Tells the hub; true once it took them. They are told again until then. */
  tell(edits: TableEdits): Promise<boolean>;
}

/** Why a table cannot be kept up now, with a stable code. */
export class TableSyncError extends Error {
  readonly code: 'owner' | 'busy' | 'failed';
  constructor(code: TableSyncError['code'], message: string) {
    super(message);
    this.code = code;
  }
}
