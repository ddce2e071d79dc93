/** Opens the task book of a data folder: the store beneath it, and everything it holds loaded into memory. */
import { join } from 'node:path';
import type { Clock } from '../../../io/clock.ts';
import type { Log } from '../../../io/log.ts';
import { parseJson } from '../../../lib/json.ts';
import { RunState } from '../../../model/task.ts';
import { openStore, type Store } from '../store/store.ts';
import { type Beside, loadBeside } from './beside.ts';
import { cardsFreed, end, notStarted, unchanged } from './ending.ts';
import { keepNote } from './epochs.ts';
import { ranRows, unwritten, written } from './fileRows.ts';
import { forgetTables, sweepEnvironments } from './forgetting.ts';
import { lease } from './leasing.ts';
import { listTasks } from './list.ts';
import { loadShelf } from './load.ts';
import { readAttempts, readDetails, readEnvironment, readStory } from './looking.ts';
import { move, type Where } from './moving.ts';
import type { LiveAttempt, TableRecord, TaskRecord } from './records.ts';
import { noteFence } from './restoring.ts';
import { askStop, nodeSilent, report } from './running.ts';
import { emptyShelf, type Shelf, tell } from './shelf.ts';
import { addRows, createTable } from './submitting.ts';
import type { Change, MoveTo, TaskBook } from './taskBook.ts';
import * as wishes from './wishes.ts';

export interface TaskBookOptions {
  /** Local and locked by this process (io/dataFolder.ts); null: kept in memory only, for tests. */
  dataFolder: string | null;
  clock: Clock;
  log: Log;
}

/** Of the queue's database and the note beside it, in the data folder. */
const DATABASE = 'queue.sqlite';
const NOTE = 'queue.note.json';
const SWEEP_EVERY_MS = 3_600_000;

/**
 * Opens the book, an empty one on the first start.
 * @throws StoreError where the database is damaged, or newer than this program, with what to do.
 */
export async function openTaskBook({ dataFolder, clock, log }: TaskBookOptions): Promise<TaskBook> {
  const path = dataFolder === null ? ':memory:' : join(dataFolder, DATABASE);
  const store = await openStore({ path, clock, log });
  try {
    const shelf = emptyShelf(clock.nowMs, store.write);
    const facts = new Map(
      (await store.read('facts')).map(([name, value]) => [String(name), parseJson(String(value))]),
    );
    await loadShelf(store, shelf);
    const beside = await loadBeside(store, shelf, facts, log);
    const stopNote =
      dataFolder === null
        ? async () => undefined
        : await keepNote({ path: join(dataFolder, NOTE), store, shelf, facts, clock, log });
    const sweep = (): void => {
      sweepEnvironments(shelf);
      void forgetTables(shelf, store).then((tables) => {
        for (const { number, name } of tables)
          log.info(
            { table: `b${number}`, name },
            'there are very many tasks: a table that is long over was forgotten',
          );
      });
    };
    const stopSweeping = clock.every(SWEEP_EVERY_MS, sweep);
    sweep();
    let stopped: Promise<void> | null = null;
    const stop = async (): Promise<void> => {
      stopSweeping();
      await stopNote();
      await store.stop();
    };
    return bookOf(shelf, store, beside, () => {
      stopped ??= stop();
      return stopped;
    });
  } catch (failure) {
    await store.stop();
    throw failure;
  }
}

function bookOf(shelf: Shelf, store: Store, beside: Beside, stop: () => Promise<void>): TaskBook {
  const onTask = (number: number, change: (task: TaskRecord) => Change): Change => {
    const task = shelf.tasks.get(number);
    return task ? change(task) : unknown(`t${number}`);
  };
  const onLive = (id: string, change: (live: LiveAttempt) => Change): Change => {
    const live = shelf.live.get(id);
    return live ? change(live) : unchanged({ kind: 'over' });
  };
  const onTable = (number: number, change: (table: TableRecord) => Change): Change => {
    const table = shelf.tables.get(number);
    return table ? change(table) : unknown(`b${number}`);
  };
  const tableOf = (number: number): TableRecord => {
    const table = shelf.tables.get(number);
    if (!table) throw new Error(`there is no table b${number}`);
    return table;
  };
  const listen = <Listener>(listeners: Set<Listener>, listener: Listener): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const NO_TABLES: ReadonlySet<TableRecord> = new Set();

  return {
    durable: store.durable,
    pending: store.pending,
    trouble: store.trouble,
    onTrouble: store.onTrouble,
    stop,

    revision: () => shelf.revision,
    onTask: (listener) => listen(shelf.taskListeners, listener),
    onTable: (listener) => listen(shelf.tableListeners, listener),

    table: (number) => shelf.tables.get(number) ?? null,
    tables: () => [...shelf.tables.values()].reverse(),
    task: (number) => shelf.tasks.get(number) ?? null,
    taskByKey: (table, key) => shelf.tables.get(table)?.byKey.get(key) ?? null,
    counts: () => Object.fromEntries(RunState.options.map((state) => [state, shelf.byState[state].size])),
    openRows(owner) {
      if (owner !== null) return shelf.openRows.get(owner) ?? 0;
      let open = 0;
      for (const rows of shelf.openRows.values()) open += rows;
      return open;
    },
    inState: (state) => shelf.byState[state],
    live: () => shelf.live,
    liveOn: (nodeId) => [...shelf.live.values()].filter((live) => live.attempt.nodeId === nodeId),
    dependents: (task) => [...(shelf.dependents.get(task) ?? NO_TABLES)],
    list: (query) => listTasks(shelf, store, query),
    details: (tasks) => readDetails(store, tasks),
    attempts: (tasks) => readAttempts(store, shelf, tasks),
    async story(number) {
      const task = shelf.tasks.get(number);
      return task ? readStory(store, task) : [];
    },
    environment: (table) => readEnvironment(store, table),

    repeated(owner, key) {
      const number = beside.repeated(owner, key);
      return number === null ? null : (shelf.tables.get(number) ?? null);
    },
    createTable(submit) {
      const { owner, idempotencyKey } = submit;
      const known = idempotencyKey === null ? null : beside.repeated(owner, idempotencyKey);
      if (known !== null) {
        const table = tableOf(known);
        return { table, tasks: addRows(shelf, table, 0, submit.rows, submit.isComplete), isRepeated: true };
      }
      const created = createTable(shelf, submit);
      if (idempotencyKey !== null) beside.noteRequest(owner, idempotencyKey, created.table.number);
      return { ...created, isRepeated: false };
    },
    addRows(number, batch, rows, isComplete) {
      const table = tableOf(number);
      return { table, tasks: addRows(shelf, table, batch, rows, isComplete) };
    },

    lease(number, given) {
      const task = shelf.tasks.get(number);
      const live = task ? lease(shelf, task, given) : null;
      return live && { attemptId: live.id, fence: live.fence, live };
    },
    notStarted: (id, remark, notBeforeMs = null) =>
      onLive(id, (live) => notStarted(shelf, live, remark, notBeforeMs)),
    report: (from, said, judge) => report(shelf, from, said, judge, beside.charge),
    ended: (id, verdict) =>
      onLive(id, (live) =>
        end(shelf, live, verdict, 'ended', beside.charge, null)
          ? { done: true }
          : unchanged({ kind: 'over' }),
      ),
    nodeSilent: (nodeId) => nodeSilent(shelf, nodeId),
    gone: (id, verdict, by) =>
      onLive(id, (live) => {
        if (live.isReturning) return cardsFreed(shelf, live);
        const isOver = end(shelf, live, verdict, 'gone', beside.charge, by);
        return isOver ? { done: true } : unchanged({ kind: 'over' });
      }),
    cardsFreed: (id) => onLive(id, (live) => cardsFreed(shelf, live)),

    kill: (number, by, grace) => onTask(number, (task) => wishes.kill(shelf, task, by, grace)),
    askStop: (id, reason) =>
      onLive(id, (live) => {
        const { graceSeconds } = live.task.table.options;
        return askStop(shelf, live, { reason, graceSeconds, atMs: shelf.nowMs() }, null);
      }),
    hold: (number, by) => onTask(number, (task) => wishes.hold(shelf, task, by)),
    release: (number, by) => onTask(number, (task) => wishes.release(shelf, task, by)),
    retry: (number, by) => onTask(number, (task) => wishes.retry(shelf, task, by)),
    edit: (number, changes, by) => onTask(number, (task) => wishes.edit(shelf, task, changes, by)),
    move(numbers, to, by) {
      const where = whereOf(shelf, to);
      if (where === null) return numbers.map(() => unknown(anchorName(to)));
      const known = numbers.flatMap((number) => shelf.tasks.get(number) ?? []);
      const changes = new Map(
        move(shelf, known, where, by).map((change, index) => [known[index]?.number, change]),
      );
      return numbers.map((number) => changes.get(number) ?? unknown(`t${number}`));
    },
    changeTable: (number, changes, by) =>
      onTable(number, (table) => wishes.changeTable(shelf, table, changes, by)),
    impossible: (number, remark, figures) =>
      onTask(number, (task) => wishes.impossible(shelf, task, remark, figures ?? null)),

    rowRemoved: (number) => onTask(number, (task) => wishes.rowRemoved(shelf, task)),
    rowReturned: (number) => onTask(number, (task) => wishes.rowReturned(shelf, task)),
    unwritten: (number, limit) => unwritten(tableOf(number), limit),
    ranRows: (number, offset, limit) => ranRows(tableOf(number), offset, limit),
    written(number, revision, warning) {
      const table = tableOf(number);
      written(shelf, table, revision);
      if (warning !== table.fileWarning) wishes.changeTable(shelf, table, { fileWarning: warning }, null);
    },

    tell(number, event) {
      const task = shelf.tasks.get(number);
      if (task) tell(shelf, task, event);
    },
    profile: (key) => beside.profiles().get(key),
    profiles: beside.profiles,
    keepProfile: beside.keepProfile,
    usage: beside.usage,
    settings: beside.settings,
    changeSettings: beside.changeSettings,
    gpusOff: beside.gpusOff,
    switchGpus: beside.switchGpus,
    promises: beside.promises,
    keepPromise: beside.keepPromise,
    endPromise: beside.endPromise,

    epoch: () => shelf.fence.epoch,
    isRestored: () => shelf.isRestored,
    nodesReported() {
      if (!shelf.isRestored) return;
      shelf.isRestored = false;
      shelf.write(['putFact', 'restored', 'false']);
    },
    noteFence: (fence) => noteFence(shelf, fence),
  };
}

const anchorName = (to: MoveTo): string =>
  typeof to === 'string' ? to : `t${'before' in to ? to.before : to.behind}`;

/** Null where there is no such task. */
function whereOf(shelf: Shelf, to: MoveTo): Where | null {
  if (typeof to === 'string') return to;
  const anchor = shelf.tasks.get('before' in to ? to.before : to.behind);
  if (!anchor) return null;
  return 'before' in to ? { before: anchor } : { behind: anchor };
}

const unknown = (task: string): Change => ({
  done: false,
  outcome: 'failed',
  remark: { kind: 'unknown-task', task },
});
