/** How many more rows somebody may have in the queue: the hub keeps each in memory until it is over, and long after. */
import type { TaskBook } from './book/taskBook.ts';

export interface RowRoom {
  /** Infinity for no limit. */
  rows: number;
  /** Why so many more are too many, in words. */
  reason(asked: number): string;
  /** The option of `flowline queue` that changes the limit. */
  option: string;
}

type Book = Pick<TaskBook, 'settings' | 'openRows'>;

/** @param owner whose rows they would be */
export function rowRoom(book: Book, owner: string): RowRoom {
  const { maxQueued, maxQueuedPerUser } = book.settings();
  const own = left(maxQueuedPerUser, book.openRows(owner));
  const all = left(maxQueued, book.openRows(null));
  if (own <= all)
    return {
      rows: own,
      reason: (asked) =>
        `${rowsText(asked)} more of ${owner} would be over the limit of ${maxQueuedPerUser} that one person may have in the queue: ${book.openRows(owner)} are there`,
      option: '--max-queued-per-user',
    };
  return {
    rows: all,
    reason: (asked) =>
      `${rowsText(asked)} more would be over the limit of ${maxQueued} in the queue: ${book.openRows(null)} are there, of everybody`,
    option: '--max-queued',
  };
}

const left = (limit: number | null, taken: number): number =>
  limit === null ? Number.POSITIVE_INFINITY : Math.max(0, limit - taken);

const rowsText = (rows: number): string => (rows === 1 ? '1 row' : `${rows} rows`);
