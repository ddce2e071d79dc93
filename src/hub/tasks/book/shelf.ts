/**
 * Where the book keeps its records, with the indexes that are kept up with every change: tasks by state, counts, rows
 * whose cells are to be written. Every change of a task goes through `settle`, every change of a run's state through
 * `apply`, the only caller of `transition()`.
 */

import { type RunEvent, transition } from '../../../model/runState.ts';
import { type Fence, isFinal, isLive, RunState } from '../../../model/task.ts';
import { remarksText } from '../../../scheduling/remarkText.ts';
import type { Change } from '../store/sentences.ts';
import { editTask, putRun, putTable } from './changes.ts';
import type { LiveAttempt, TableRecord, TaskRecord } from './records.ts';
import type { Story } from './taskBook.ts';

export type TaskListener = (task: TaskRecord, was: RunState | null) => void;

export interface Shelf {
  readonly tables: Map<number, TableRecord>;
  readonly tasks: Map<number, TaskRecord>;
  readonly byState: Readonly<Record<RunState, Set<TaskRecord>>>;
  /** Tasks that are not over, by owner. */
  readonly openRows: Map<string, number>;
  /** Attempts whose GPUs are counted, by id. */
  readonly live: Map<string, LiveAttempt>;
  /** Tables that wait for a task's end, by its number. */
  readonly dependents: Map<number, Set<TableRecord>>;
  readonly taskListeners: Set<TaskListener>;
  readonly tableListeners: Set<(table: TableRecord) => void>;
  /** Rises with every change. */
  revision: number;
  next: { table: number; task: number; event: number };
  /** The fence of the next lease. */
  fence: Fence;
  isRestored: boolean;
  /** Places behind and before all others. */
  places: { last: number; first: number };
  nowMs(): number;
  write(change: Change): void;
}

export const emptyCounts = (): Record<RunState, number> =>
  Object.fromEntries(RunState.options.map((state) => [state, 0])) as Record<RunState, number>;

/**
 * As on the very first start; loadShelf puts in what is stored and raises the numbers above it.
 * @param nowMs milliseconds since 1970
 * @param write takes a change in the order of the calls; when it is committed is the store’s affair
 */
export function emptyShelf(nowMs: () => number, write: (change: Change) => void): Shelf {
  return {
    tables: new Map(),
    tasks: new Map(),
    byState: Object.fromEntries(
      RunState.options.map((state) => [state, new Set<TaskRecord>()]),
    ) as Shelf['byState'],
    openRows: new Map(),
    live: new Map(),
    dependents: new Map(),
    taskListeners: new Set(),
    tableListeners: new Set(),
    revision: 0,
    next: { table: 1, task: 1, event: 1 },
    fence: { epoch: 1, number: 1 },
    isRestored: false,
    places: { last: 0, first: 0 },
    nowMs,
    write,
  };
}

/** The task's state, derived from its run and its successes (scheduling.md, 2). */
function derivedState(task: TaskRecord): RunState {
  const { runState } = task;
  if (runState !== null && isLive(runState)) return runState;
  return task.runNum >= task.needRunNum || runState === null ? 'succeeded' : runState;
}

/** Number of the task's present run, or of the next one where there is none. */
export const presentRun = (task: TaskRecord): number => task.runNum + 1;

/** A place behind all others. */
export function lastPlace(shelf: Shelf): number {
  shelf.places.last += 1;
  return shelf.places.last;
}

/** Puts a task that is new to the book, or loaded, into the indexes. */
export function shelve(shelf: Shelf, task: TaskRecord): void {
  const { table } = task;
  task.state = derivedState(task);
  shelf.tasks.set(task.number, task);
  table.tasks.push(task);
  table.byKey.set(task.key, task);
  table.needRuns += task.needRunNum;
  table.doneRuns += task.runNum;
  table.counts[task.state] += 1;
  shelf.byState[task.state].add(task);
  if (!isFinal(task.state)) countOpen(shelf, table.owner, 1);
  if (task.revision > table.writtenRevision) table.unwritten.add(task);
  table.revision = Math.max(table.revision, task.revision);
  shelf.places.last = Math.max(shelf.places.last, task.place);
  shelf.places.first = Math.min(shelf.places.first, task.place);
}

/**
 * Puts a table, without its tasks, into the indexes, and under each task that it waits for, whether or not the book has
 * that one. Writes nothing.
 */
export function shelveTable(shelf: Shelf, table: TableRecord): void {
  shelf.tables.set(table.number, table);
  for (const { task } of table.options.after) {
    const number = Number(task.slice(1));
    const waiting = shelf.dependents.get(number) ?? new Set();
    shelf.dependents.set(number, waiting.add(table));
  }
}

/**
 * Changes a task and everything that follows from it: its derived state, the counts, the cells to be written, its rows in
 * the store, whoever listens.
 * @param change may touch anything of the task but `state`, `table` and `revision`
 */
export function settle(shelf: Shelf, task: TaskRecord, change: () => void): void {
  const { table, state: was, runNum, needRunNum, last } = task;
  change();
  if (task.runState === null && task.runNum < task.needRunNum) beginRun(shelf, task);
  task.state = derivedState(task);
  table.needRuns += task.needRunNum - needRunNum;
  table.doneRuns += task.runNum - runNum;
  const isSeen =
    task.state !== was || task.runNum !== runNum || task.needRunNum !== needRunNum || task.last !== last;
  if (isSeen) {
    table.revision += 1;
    task.revision = table.revision;
    // Again at the end: in the order of their revisions.
    table.unwritten.delete(task);
    if (table.file !== null) table.unwritten.add(task);
  }
  if (task.state !== was) {
    shelf.byState[was].delete(task);
    shelf.byState[task.state].add(task);
    if (isFinal(was) !== isFinal(task.state)) countOpen(shelf, table.owner, isFinal(was) ? 1 : -1);
    table.counts[was] -= 1;
    table.counts[task.state] += 1;
    noteQuiet(shelf, table);
  }
  // The run that succeeded was written by `apply`; here follows the present one, or where there is none the revision.
  if (task.runState !== null) shelf.write(putRun(task, presentRun(task), task.runState));
  else shelf.write(editTask(task));
  announce(shelf, task, was);
}

function countOpen(shelf: Shelf, owner: string, step: 1 | -1): void {
  const open = (shelf.openRows.get(owner) ?? 0) + step;
  if (open > 0) shelf.openRows.set(owner, open);
  else shelf.openRows.delete(owner);
}

/** The next run that is wanted, queued where the one before stood. */
export function beginRun(shelf: Shelf, task: TaskRecord): void {
  // A row that wanted no runs so far never stood anywhere.
  if (task.place === 0) task.place = lastPlace(shelf);
  task.runState = task.isInFile ? 'queued' : 'held';
  task.heldBy = task.isInFile ? null : 'row-removed';
  task.notBeforeMs = null;
  task.attempts = 0;
  task.usedRetries = null;
  task.avoid = null;
}

/**
 * Lets an event happen to the task's present run. To be called within `settle`.
 * @returns false, and nothing is changed, where it does not belong to the run's state.
 */
export function apply(shelf: Shelf, task: TaskRecord, event: RunEvent): boolean {
  if (task.runState === null) return false;
  const next = transition(task.runState, event);
  if (next === null) return false;
  task.runState = next;
  if (next !== 'held') task.heldBy = null;
  if (next === 'succeeded') {
    // Counted here, once: with it the run is no longer the present one.
    shelf.write(putRun(task, presentRun(task), 'succeeded'));
    task.runNum += 1;
    task.runState = null;
    // As it is loaded: what it took belongs to a run that is over.
    Object.assign(task, { notBeforeMs: null, attempts: 0, usedRetries: null, avoid: null });
  }
  return true;
}

/** Whether an event belongs to the state of the task's present run. */
export const applies = (task: TaskRecord, event: RunEvent): boolean =>
  task.runState !== null && transition(task.runState, event) !== null;

/**
 * To be called last, once the indexes are right: listeners look at the book.
 * @param was null for a task that is new to the book
 */
export function announce(shelf: Shelf, task: TaskRecord, was: RunState | null): void {
  shelf.revision += 1;
  for (const listener of shelf.taskListeners) listener(task, was);
}

/** Writes a table's own row and says that it changed. */
export function settleTable(shelf: Shelf, table: TableRecord): void {
  shelf.write(putTable(table));
  shelf.revision += 1;
  for (const listener of shelf.tableListeners) listener(table);
}

/** Notes whether anything of the table waits or lives; where all of it succeeded, its environment is dropped at once. */
export function noteQuiet(shelf: Shelf, table: TableRecord): void {
  const isQuiet =
    table.isComplete && RunState.options.every((state) => isFinal(state) || table.counts[state] === 0);
  if (isQuiet) table.quietSinceMs ??= shelf.nowMs();
  else table.quietSinceMs = null;
  if (isQuiet && table.counts.succeeded === table.tasks.length) dropEnvironment(shelf, table);
}

/** Forgets the environment of a submit, for good (trust.md, 13). */
export function dropEnvironment(shelf: Shelf, table: TableRecord): void {
  if (!table.hasEnvironment) return;
  table.hasEnvironment = false;
  shelf.write(['dropEnvironment', table.number]);
}

/** A sentence of a task's story. */
export function tell(shelf: Shelf, task: TaskRecord, story: Story): void {
  const { kind, run, attempt, by, remarks, figures } = story;
  const number = shelf.next.event;
  shelf.next.event += 1;
  shelf.write([
    'putEvent',
    number,
    task.number,
    shelf.nowMs(),
    kind,
    run,
    attempt,
    by,
    (remarksText(remarks, null) ?? '').slice(0, 1000),
    figures === null ? null : JSON.stringify(figures),
    JSON.stringify(remarks),
  ]);
}
