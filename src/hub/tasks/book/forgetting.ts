/**
 * What the book lets go of, so that it does not grow for ever: environments that nothing will need again, and, once there
 * are very many tasks, tables that have been over for longest.
 */
import type { Store } from '../store/store.ts';
import type { TableRecord } from './records.ts';
import { dropEnvironment, type Shelf } from './shelf.ts';

/** A table with rows that did not succeed may be run again for so long: until then its environment is kept. */
const ENVIRONMENT_KEPT_MS = 7 * 86_400_000;
/** Beyond these, at half a KiB each, the oldest tables go; those that were over for less than a week never do. */
const MOST_TASKS = 200_000;
const TABLE_KEPT_MS = 7 * 86_400_000;
/** Tasks that are deleted in one commit: others wait for it. */
const TASKS_AT_ONCE = 1000;

/** Drops the environments of tables that have been quiet for long. */
export function sweepEnvironments(shelf: Shelf): void {
  for (const table of shelf.tables.values()) {
    if (quietMs(shelf, table) > ENVIRONMENT_KEPT_MS) dropEnvironment(shelf, table);
  }
}

/**
 * Forgets the tables that have been over for longest while there are more tasks than `most`. From memory at once, from
 * the database piece by piece; a piece that is left over by a kill is found, and forgotten, after the next start.
 */
export async function forgetTables(shelf: Shelf, store: Store, most = MOST_TASKS): Promise<TableRecord[]> {
  const old = [...shelf.tables.values()]
    .filter((table) => quietMs(shelf, table) > TABLE_KEPT_MS && !isAwaited(shelf, table))
    .toSorted((a, b) => quietMs(shelf, b) - quietMs(shelf, a));
  const forgotten: TableRecord[] = [];
  for (const table of old) {
    if (shelf.tasks.size <= most) break;
    takeOff(shelf, table);
    forgotten.push(table);
  }
  for (const table of forgotten) {
    for (let from = 0; from < table.tasks.length; from += TASKS_AT_ONCE) {
      const to = Math.min(from + TASKS_AT_ONCE, table.tasks.length) - 1;
      const piece = [table.number, table.tasks[from]?.number ?? 0, table.tasks[to]?.number ?? 0] as const;
      store.write(['dropEvents', ...piece]);
      store.write(['dropAttempts', ...piece]);
      store.write(['dropRuns', ...piece]);
      store.write(['dropTasks', ...piece]);
      await store.durable();
    }
    store.write(['dropEnvironment', table.number]);
    store.write(['dropTable', table.number]);
  }
  return forgotten;
}

const quietMs = (shelf: Shelf, table: TableRecord): number =>
  table.quietSinceMs === null ? 0 : shelf.nowMs() - table.quietSinceMs;

/** Whether a table that is not over waits for a task of this one, or a card of it is not back. */
function isAwaited(shelf: Shelf, table: TableRecord): boolean {
  const waitsForIt = (task: number): boolean =>
    [...(shelf.dependents.get(task) ?? [])].some((other) => other.quietSinceMs === null);
  return (
    [...shelf.live.values()].some((live) => live.task.table === table) ||
    (shelf.dependents.size > 0 && table.tasks.some((task) => waitsForIt(task.number)))
  );
}

function takeOff(shelf: Shelf, table: TableRecord): void {
  shelf.tables.delete(table.number);
  for (const task of table.tasks) {
    shelf.tasks.delete(task.number);
    shelf.byState[task.state].delete(task);
  }
  for (const [task, waiting] of shelf.dependents) {
    waiting.delete(table);
    if (waiting.size === 0) shelf.dependents.delete(task);
  }
  shelf.revision += 1;
}
