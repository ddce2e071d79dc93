/** Everything the store keeps of the queue, read into memory in pages: what the hub knows when it starts. */
import { attemptIdOf, taskIdOf } from '../../../model/task.ts';
import type { Row } from '../store/sentences.ts';
import type { Store } from '../store/store.ts';
import { readAttempt, readTable, readTask, takeRun } from './changes.ts';
import type { TableRecord, TaskRecord } from './records.ts';
import { emptyCounts, noteQuiet, type Shelf, shelve, shelveTable } from './shelf.ts';

/** Rows a page: each is a message from the store's thread. */
const PAGE = 1000;

/** Fills an empty shelf. */
export async function loadShelf(store: Store, shelf: Shelf): Promise<void> {
  await loadNumbers(store, shelf);
  await loadTables(store, shelf);
  const tasks = await loadTasks(store, shelf);
  await loadRuns(store, tasks);
  await loadLastEnds(store, tasks);
  for (const task of tasks.values()) shelve(shelf, task);
  await loadCounted(store, shelf);
  for (const table of shelf.tables.values()) {
    table.unwritten = new Set([...table.unwritten].toSorted((a, b) => a.revision - b.revision));
    noteQuiet(shelf, table);
    if (table.quietSinceMs !== null) table.quietSinceMs = lastEndOf(table) ?? table.quietSinceMs;
  }
}

async function loadNumbers(store: Store, shelf: Shelf): Promise<void> {
  for (const [table, highest] of await store.read('numbers')) {
    if (table === 'tables') shelf.next.table = Number(highest) + 1;
    if (table === 'tasks') shelf.next.task = Number(highest) + 1;
  }
  const [highest] = await store.read('highest');
  shelf.fence.number = Number(highest?.[0] ?? 0) + 1;
  shelf.next.event = Number(highest?.[1] ?? 0) + 1;
}

async function loadTables(store: Store, shelf: Shelf): Promise<void> {
  const withEnvironment = new Set((await store.read('environments')).map(([number]) => number));
  for (const row of await store.read('tables')) {
    const stored = readTable(row);
    shelveTable(shelf, {
      ...stored,
      tasks: [],
      byKey: new Map(),
      unwritten: new Set(),
      counts: emptyCounts(),
      needRuns: 0,
      doneRuns: 0,
      revision: stored.writtenRevision,
      hasEnvironment: withEnvironment.has(stored.number),
      quietSinceMs: null,
    });
  }
}

async function loadTasks(store: Store, shelf: Shelf): Promise<Map<number, TaskRecord>> {
  const tasks = new Map<number, TaskRecord>();
  let above = 0;
  for (;;) {
    const rows = await store.read('tasks', above, PAGE);
    for (const row of rows) {
      const { table: number, task } = readTask(row);
      above = task.number;
      const table = shelf.tables.get(number);
      if (table) tasks.set(task.number, { ...task, table });
    }
    if (rows.length < PAGE) return tasks;
  }
}

/** In the order of their numbers: those that succeeded are counted, the last other one is the present run. */
async function loadRuns(store: Store, tasks: ReadonlyMap<number, TaskRecord>): Promise<void> {
  let above: Row = [0, 0];
  for (;;) {
    const rows = await store.read('runs', above[0] ?? 0, above[1] ?? 0, PAGE);
    for (const row of rows) {
      const task = tasks.get(Number(row[0]));
      if (task) takeRun(task, row);
    }
    above = rows.at(-1) ?? above;
    if (rows.length < PAGE) return;
  }
}

async function loadLastEnds(store: Store, tasks: ReadonlyMap<number, TaskRecord>): Promise<void> {
  const numbers = [...tasks.keys()];
  for (let from = 0; from < numbers.length; from += PAGE) {
    const to = Math.min(from + PAGE, numbers.length) - 1;
    for (const row of await store.read('lastEnds', (numbers[from] ?? 0) - 1, numbers[to] ?? 0)) {
      const [number, run, attempt, endClass, exitCode, startedAtMs, endedAtMs, nodeId, node, gpus] = row;
      const task = tasks.get(Number(number));
      if (!task) continue;
      task.last = {
        run: Number(run),
        attempt: Number(attempt),
        class: endClass as NonNullable<TaskRecord['last']>['class'],
        exitCode: exitCode as number | null,
        startedAtMs: startedAtMs as number | null,
        endedAtMs: endedAtMs as number | null,
        nodeId: String(nodeId),
        node: String(node),
        gpus: (JSON.parse(String(gpus)) as { index: number }[]).map(({ index }) => index).join(','),
      };
    }
  }
}

async function loadCounted(store: Store, shelf: Shelf): Promise<void> {
  for (const row of await store.read('countedAttempts')) {
    const { task: number, live } = readAttempt(row);
    const task = shelf.tasks.get(number);
    if (!task) continue;
    const id = attemptIdOf(taskIdOf(number), live.attempt.run, live.attempt.number);
    const loaded = { ...live, id, task };
    shelf.live.set(id, loaded);
    if (!live.isReturning) task.live = loaded;
  }
}

/** Newest end of a table's tasks as the nodes' clocks told it. */
function lastEndOf(table: TableRecord): number | null {
  let newest: number | null = null;
  for (const { last } of table.tasks) {
    if (last?.endedAtMs != null) newest = Math.max(newest ?? 0, last.endedAtMs);
  }
  return newest;
}
