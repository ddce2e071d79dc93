/** What the page says of a table, told from its counts: its state, how far it is, and in which order tables stand. Pure. */
import type { RunCounts, Table } from '../../../src/model/queue.ts';
import type { RunState } from '../../../src/model/task.ts';
import { countOf } from '../../parts/RunsBar.tsx';

export type TableShow = 'working' | 'mine' | 'done' | 'all';
export const TABLE_SHOWS: readonly TableShow[] = ['working', 'mine', 'done', 'all'];

/** Runs that nothing but somebody's word changes. */
export const endedOf = (counts: RunCounts): number =>
  countOf(counts, 'succeeded') + countOf(counts, 'failed') + countOf(counts, 'cancelled');

export const isDone = (table: Table): boolean => table.runs > 0 && endedOf(table.counts) >= table.runs;

/** The one state that stands for a table. */
export function tableState(table: Table): RunState {
  if (isDone(table)) {
    if (countOf(table.counts, 'failed') > 0) return 'failed';
    return countOf(table.counts, 'succeeded') > 0 ? 'succeeded' : 'cancelled';
  }
  if (table.paused !== null) return 'held';
  if (countOf(table.counts, 'running') > 0) return 'running';
  return countOf(table.counts, 'queued') > 0 ? 'queued' : 'held';
}

const RANK: Partial<Record<RunState, number>> = { running: 0, held: 1, queued: 2 };

/** Own tables first; then what works, what waits and what is done; the newest first. */
export function orderedTables(tables: readonly Table[], me: string | null): Table[] {
  const rank = (table: Table): number => RANK[tableState(table)] ?? 3;
  return [...tables].sort(
    (a, b) =>
      Number(b.owner === me) - Number(a.owner === me) ||
      rank(a) - rank(b) ||
      b.createdAtMs - a.createdAtMs ||
      numberOf(b.id) - numberOf(a.id),
  );
}

const numberOf = (id: string): number => Number(id.slice(1));

/** Whether a table is in a list. */
export function isShown(table: Table, show: TableShow, me: string | null): boolean {
  switch (show) {
    case 'working':
      return !isDone(table);
    case 'mine':
      return table.owner === me;
    case 'done':
      return isDone(table);
    case 'all':
      return true;
  }
}

/** Runs wanted of each row, where all want as many; else null. */
export function runsPerRow({ rows, runs }: Pick<Table, 'rows' | 'runs'>): number | null {
  return rows > 0 && runs % rows === 0 ? runs / rows : null;
}
