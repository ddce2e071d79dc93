/** Somebody's word about tasks: kill, hold, release, again, edit (moving: moving.ts); and what the file's owner did to its rows. */
import { withoutUndefined } from '../../../lib/withoutUndefined.ts';
import type { Remark } from '../../../model/remark.ts';
import { isFinal, isLive } from '../../../model/task.ts';
import { editTask } from './changes.ts';
import { unchanged } from './ending.ts';
import type { TableRecord, TaskOverrides, TaskRecord } from './records.ts';
import { askStop } from './running.ts';
import { apply, lastPlace, presentRun, type Shelf, settle, settleTable, tell } from './shelf.ts';
import type { Change, Story, TableChanges, TaskChanges } from './taskBook.ts';

export const DONE: Change = { done: true };
export const failed = (remark: Remark): Change => ({ done: false, outcome: 'failed', remark });
export const stands = ({ state }: TaskRecord): Remark => ({ kind: 'state', state });

/** A line about the task's present run. */
export const story = (task: TaskRecord, kind: Story['kind'], by: string | null, remark: Remark): Story => ({
  kind,
  run: presentRun(task),
  attempt: null,
  by,
  remarks: [remark],
  figures: null,
});

/** Waiting: cancelled. Living: stopping, for good. */
export function kill(shelf: Shelf, task: TaskRecord, by: string | null, graceSeconds: number | null): Change {
  if (task.live) {
    const grace = graceSeconds ?? task.table.options.graceSeconds;
    return askStop(shelf, task.live, { reason: 'user', graceSeconds: grace, atMs: shelf.nowMs() }, by);
  }
  if (task.state !== 'queued' && task.state !== 'held') return unchanged(stands(task));
  settle(shelf, task, () => apply(shelf, task, { kind: 'cancelled' }));
  tell(shelf, task, story(task, 'ended', by, { kind: 'taken-out' }));
  return DONE;
}

/**
 * Only what is queued can be held, and it keeps its place. `unchanged` where it is held already; `failed` where it runs
 * or is over.
 */
export function hold(shelf: Shelf, task: TaskRecord, by: string | null): Change {
  if (task.state === 'held') return unchanged(stands(task));
  // It runs, or is over: that it waits until it is released is what cannot be had.
  if (task.state !== 'queued') return failed(stands(task));
  settle(shelf, task, () => {
    apply(shelf, task, { kind: 'held' });
    task.heldBy = 'user';
  });
  tell(shelf, task, story(task, 'held', by, { kind: 'held' }));
  return DONE;
}

/**
 * Whoever held it, also where its row left the file; its place is the one that it had. `unchanged` where it waits or
 * runs; `failed` where it is over.
 */
export function release(shelf: Shelf, task: TaskRecord, by: string | null): Change {
  if (isFinal(task.state)) return failed(stands(task));
  if (task.state !== 'held') return unchanged(stands(task));
  settle(shelf, task, () => apply(shelf, task, { kind: 'released' }));
  tell(shelf, task, story(task, 'released', by, { kind: 'released' }));
  return DONE;
}

/** Queued once more, behind the others, as if it had never been tried. */
export function retry(shelf: Shelf, task: TaskRecord, by: string | null): Change {
  if (task.state === 'succeeded') return failed(stands(task));
  if (!isFinal(task.state)) return unchanged(stands(task));
  if (!task.table.hasEnvironment) {
    return failed({ kind: 'no-environment' });
  }
  settle(shelf, task, () => {
    apply(shelf, task, { kind: 'run-again' });
    task.usedRetries = null;
    task.notBeforeMs = null;
    task.avoid = null;
    task.place = lastPlace(shelf);
  });
  tell(shelf, task, story(task, 'queued-again', by, { kind: 'queued-again', isFresh: true }));
  return DONE;
}

/** No card that is known could ever hold it. */
export function impossible(
  shelf: Shelf,
  task: TaskRecord,
  remark: Remark,
  figures: Record<string, number> | null,
): Change {
  if (task.state !== 'queued' && task.state !== 'held') return unchanged(stands(task));
  settle(shelf, task, () => apply(shelf, task, { kind: 'impossible' }));
  tell(shelf, task, { ...story(task, 'impossible', null, remark), figures });
  return DONE;
}

/** What concerns how it will run may change only while it is not out on a node. */
export function edit(shelf: Shelf, task: TaskRecord, changes: TaskChanges, by: string | null): Change {
  const { name, needRunNum, priority, ...rest } = changes;
  const concernsRun = priority !== undefined || Object.keys(rest).length > 0;
  if (concernsRun && isLive(task.state)) {
    return failed({ kind: 'out-on-node' });
  }
  const isMoreRuns = (needRunNum ?? 0) > task.runNum;
  if (concernsRun && task.state === 'succeeded' && !isMoreRuns) return failed(stands(task));
  const overrides = editedOverrides(task.overrides, rest);
  const isSame =
    (name ?? task.name) === task.name &&
    (needRunNum ?? task.needRunNum) === task.needRunNum &&
    (priority ?? task.priority) === task.priority &&
    JSON.stringify(overrides) === JSON.stringify(task.overrides);
  if (isSame) return unchanged({ kind: 'same' });
  settle(shelf, task, () => {
    task.name = name ?? task.name;
    task.needRunNum = needRunNum ?? task.needRunNum;
    task.priority = priority ?? task.priority;
    task.overrides = overrides;
    // Its owner's word counts for more than what earlier attempts taught.
    if (changes.memoryBytes !== undefined) task.learnedBytes = null;
  });
  shelf.write(editTask(task));
  tell(shelf, task, story(task, 'edited', by, { kind: 'edited', changes: withoutUndefined(changes) }));
  const isForAgain = isFinal(task.state) && task.state !== 'succeeded';
  return isForAgain ? { done: true, remark: { kind: 'changed-for-again', state: task.state } } : DONE;
}

function editedOverrides(
  before: TaskOverrides | null,
  { gpus, memoryBytes, model, node, ...options }: Omit<TaskChanges, 'name' | 'needRunNum' | 'priority'>,
): TaskOverrides | null {
  const given = <T extends object>(values: T): Partial<T> =>
    Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Partial<T>;
  const ask = { ...before?.ask, ...given({ gpus, memoryBytes, model, node }) };
  const after: TaskOverrides = { ...before, ...given(options) };
  if (Object.keys(ask).length > 0) after.ask = ask;
  return Object.keys(after).length === 0 ? null : after;
}

/** Pause, limits, and what holds for all rows of a table. */
export function changeTable(
  shelf: Shelf,
  table: TableRecord,
  changes: TableChanges,
  by: string | null,
): Change {
  const { paused, maxRunning, priority, memoryBytes, fileWarning } = changes;
  if (paused !== undefined) table.paused = paused;
  if (maxRunning !== undefined) table.maxRunning = maxRunning;
  if (fileWarning !== undefined) table.fileWarning = fileWarning;
  if (priority !== undefined) table.options = { ...table.options, priority };
  if (memoryBytes !== undefined) {
    table.options = { ...table.options, ask: { ...table.options.ask, memoryBytes } };
  }
  settleTable(shelf, table);
  if (priority === undefined && memoryBytes === undefined) return DONE;
  for (const task of table.tasks) {
    if (task.state === 'queued' || task.state === 'held') fallBackToTable(shelf, task, changes, by);
  }
  return DONE;
}

/** A waiting row takes what its table says now, whatever it said itself. */
function fallBackToTable(
  shelf: Shelf,
  task: TaskRecord,
  { priority, memoryBytes }: TableChanges,
  by: string | null,
): void {
  const own = task.overrides?.ask;
  const isWritten =
    (priority !== undefined && task.priority !== priority) ||
    (memoryBytes !== undefined && (own?.memoryBytes !== undefined || task.learnedBytes !== null));
  settle(shelf, task, () => {
    task.priority = priority ?? task.priority;
    if (memoryBytes === undefined) return;
    task.learnedBytes = null;
    if (own?.memoryBytes === undefined) return;
    const { memoryBytes: _dropped, ...ask } = own;
    task.overrides = { ...task.overrides, ask };
  });
  if (!isWritten) return;
  shelf.write(editTask(task));
  tell(shelf, task, story(task, 'edited', by, { kind: 'table-changed' }));
}

/** The row is gone from the file: what waits is held until somebody says what to do. */
export function rowRemoved(shelf: Shelf, task: TaskRecord): Change {
  if (!task.isInFile) return unchanged({ kind: 'same' });
  settle(shelf, task, () => {
    task.isInFile = false;
    if (task.state === 'queued' && apply(shelf, task, { kind: 'held' })) task.heldBy = 'row-removed';
  });
  shelf.write(editTask(task));
  tell(shelf, task, story(task, 'held', null, { kind: 'row-removed' }));
  return DONE;
}

/** Releases only what `rowRemoved` held: somebody’s own hold stays. `unchanged` where the row was not missed. */
export function rowReturned(shelf: Shelf, task: TaskRecord): Change {
  if (task.isInFile) return unchanged({ kind: 'same' });
  settle(shelf, task, () => {
    task.isInFile = true;
    if (task.heldBy === 'row-removed') apply(shelf, task, { kind: 'released' });
  });
  shelf.write(editTask(task));
  tell(shelf, task, story(task, 'released', null, { kind: 'row-returned' }));
  return DONE;
}
