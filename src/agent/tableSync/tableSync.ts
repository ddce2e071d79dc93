/**
 * The door of the keeper: keeps the files of queued tables up, in the process of their owner (trust.md, 11), and tells
 * what somebody edited in them meanwhile. The agent hands it the hub's requests; a waiting command does the same.
 */
import type { KeepTable, TableEdits, TableWrite, TableWritten } from '../../protocol/tableSync.ts';

export interface TableSync {
  /** A page of what the hub knows of a table; after the last one its file is watched. */
  keep(keep: KeepTable): void;
  /** Resolves when the results are in the file, or in the sidecar beside it. */
  write(write: TableWrite): Promise<TableWritten>;
  forget(table: string): void;
  stop(): Promise<void>;
}

export interface TableSyncOptions {
  /** Tells the hub; resolves true once it took them. They are told again until then. */
  tell(edits: TableEdits): Promise<boolean>;
}
