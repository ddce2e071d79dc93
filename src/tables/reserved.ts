/** The columns that are ours, as the older scheduler named them, and those that are kept up when asked. */
import type { TableFile } from '../model/queue.ts';

export type ResultColumn = TableFile['writesColumns'][number];

/** In the order in which missing ones are added to a file. */
export const RESERVED_COLUMNS = ['run_num', 'need_run_num', 'name', 'cmd'] as const;
export const RESULT_COLUMNS: readonly ResultColumn[] = [
  'status',
  'exit_code',
  'started_at',
  'ended_at',
  'gpu',
  'node',
];

/** What stands in `cmd` where a row has no command of its own. */
export const NO_COMMAND = 'No command';

/** Result columns that a file already has, whoever made them. */
export const resultColumnsIn = (columns: readonly string[]): ResultColumn[] =>
  RESULT_COLUMNS.filter((column) => columns.includes(column));

/** Name of a row without one; `index` counts from 0, as the older scheduler did. */
export const defaultName = (index: number): string => `Task:${index}`;

export const isReserved = (column: string): boolean =>
  (RESERVED_COLUMNS as readonly string[]).includes(column);
