/** Opens the task book of a data folder: the store beneath it, and everything it holds loaded into memory. */
import type { Clock } from '../../../io/clock.ts';
import type { Log } from '../../../io/log.ts';
import type { TaskBook } from './taskBook.ts';

export interface TaskBookOptions {
  /** Local and locked by this process (io/dataFolder.ts); null: kept in memory only, for tests. */
  dataFolder: string | null;
  clock: Clock;
  log: Log;
}

/**
 * Opens the book, an empty one on the first start.
 * @throws StoreError where the database is damaged, or newer than this program, with what to do.
 */
export async function openTaskBook(_options: TaskBookOptions): Promise<TaskBook> {
  throw new Error('the task book is being built');
}
