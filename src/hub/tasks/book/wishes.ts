/** Somebody's word about tasks: kill, hold, release, again, edit (moving: moving.ts); and what the file's owner did to its rows. */

import { formatBytes, formatDuration } from '../../../lib/durations.ts';
import { isLive } from '../../../model/task.ts';
import { editTask } from './changes.ts';
import { unchanged } from './ending.ts';
import type { TableRecord, TaskOverrides, TaskRecord } from './records.ts';
import { askStop } from './running.ts';
import { apply, lastPlace, presentRun, type Shelf, settle, settleTable, tell } from './shelf.ts';
import type { Change, Story, TableChanges, TaskChanges } from './taskBook.ts';
import { stateSentence } from './words.ts';

export const DONE: Change = { done: true };

/** A sentence about the task's present run. */
export const story = (task: TaskRecord, kind: Story['kind'], by: string | null, text: string): Story => ({
  kind,
  run: presentRun(task),
  attempt: null,
  by,
  text,
  figures: null,
});

/** Waiting: cancelled. Living: stopping, for good. */
export function kill(shelf: Shelf, task: TaskRecord, by: string | null, graceSeconds: number | null): Change {
  if (task.live) {
    const grace = graceSeconds ?? task.table.options.graceSeconds;
    return askStop(shelf, task.live, { reason: 'user', graceSeconds: grace, atMs: shelf.nowMs() }, by);
  }
  if (task.state !== 'queued' && task.state !== 'held') return unchanged(stateSentence(task.state));
  settle(shelf, task, () => apply(shelf, task, { kind: 'cancelled' }));
  tell(shelf, task, story(task, 'ended', by, 'taken out of the queue'));
  return DONE;
}

export function hold(shelf: Shelf, task: TaskRecord, by: string | null): Change {
  if (task.state !== 'queued') return unchanged(stateSentence(task.state));
  settle(shelf, task, () => {
    apply(shelf, task, { kind: 'held' });
    task.heldBy = 'user';
  });
  tell(shelf, task, story(task, 'held', by, 'held until it is released'));
  return DONE;
}

export function release(shelf: Shelf, task: TaskRecord, by: string | null): Change {
  if (task.state !== 'held') return unchanged(stateSentence(task.state));
  settle(shelf, task, () => apply(shelf, task, { kind: 'released' }));
  tell(shelf, task, story(task, 'released', by, 'released'));
  return DONE;
}

/** Queued once more, behind the others, as if it had never been tried. */
export function retry(shelf: Shelf, task: TaskRecord, by: string | null): Change {
  if (['queued', 'held', 'succeeded'].includes(task.state) || isLive(task.state))
    return unchanged(stateSentence(task.state));
  if (!task.table.hasEnvironment) {
    const message =
      'the environment it was submitted with is no longer kept: submit its table again, rows that succeeded are left out';
    return { done: false, outcome: 'failed', message };
  }
  settle(shelf, task, () => {
    apply(shelf, task, { kind: 'run-again' });
    task.usedRetries = null;
    task.notBeforeMs = null;
    task.avoid = null;
    task.place = lastPlace(shelf);
  });
  tell(shelf, task, story(task, 'queued-again', by, 'queued again, with fresh budgets'));
  return DONE;
}

/** No card that is known could ever hold it. */
export function impossible(
  shelf: Shelf,
  task: TaskRecord,
  message: string,
  figures: Record<string, number> | null,
): Change {
  if (task.state !== 'queued' && task.state !== 'held') return unchanged(stateSentence(task.state));
  settle(shelf, task, () => apply(shelf, task, { kind: 'impossible' }));
  tell(shelf, task, { ...story(task, 'impossible', null, message), figures });
  return DONE;
}

/** What concerns how it will run may change only while it is not out on a node. */
export function edit(shelf: Shelf, task: TaskRecord, changes: TaskChanges, by: string | null): Change {
  const { name, needRunNum, priority, ...rest } = changes;
  const concernsRun = priority !== undefined || Object.keys(rest).length > 0;
  if (concernsRun && isLive(task.state)) {
    return {
      done: false,
      outcome: 'failed',
      message: 'it is out on a node: only its name and how often it runs can change',
    };
  }
  const overrides = editedOverrides(task.overrides, rest);
  const isSame =
    (name ?? task.name) === task.name &&
    (needRunNum ?? task.needRunNum) === task.needRunNum &&
    (priority ?? task.priority) === task.priority &&
    JSON.stringify(overrides) === JSON.stringify(task.overrides);
  if (isSame) return unchanged('it was so already');
  settle(shelf, task, () => {
    task.name = name ?? task.name;
    task.needRunNum = needRunNum ?? task.needRunNum;
    task.priority = priority ?? task.priority;
    task.overrides = overrides;
    // Its owner's word counts for more than what earlier attempts taught.
    if (changes.memoryBytes !== undefined) task.learnedBytes = null;
  });
  shelf.write(editTask(task));
  tell(shelf, task, story(task, 'edited', by, editedWords(changes)));
  return DONE;
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

const CHANGE_WORDS: Record<keyof TaskChanges, string> = {
  gpus: 'GPUs',
  memoryBytes: 'memory',
  model: 'model',
  node: 'node',
  priority: 'priority',
  needRunNum: 'runs wanted',
  timeLimitSeconds: 'time limit',
  retries: 'retries',
  startAfterMs: 'start time',
  name: 'name',
};

const editedWords = (changes: TaskChanges): string =>
  (Object.entries(changes) as [keyof TaskChanges, string | number | null | undefined][])
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => `${CHANGE_WORDS[name]}: ${editedValue(name, value ?? null)}`)
    .join(', ');

function editedValue(name: keyof TaskChanges, value: string | number | null): string {
  if (value === null)
    return name === 'memoryBytes' ? 'learned' : name === 'timeLimitSeconds' ? 'none' : 'any';
  if (name === 'memoryBytes') return formatBytes(Number(value));
  if (name === 'timeLimitSeconds') return formatDuration(Number(value) * 1000);
  return name === 'startAfterMs' ? new Date(value).toISOString() : String(value);
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
  tell(shelf, task, story(task, 'edited', by, 'its table was changed'));
}

/** The row is gone from the file: what waits is held until somebody says what to do. */
export function rowRemoved(shelf: Shelf, task: TaskRecord): Change {
  if (!task.isInFile) return unchanged('it was gone already');
  settle(shelf, task, () => {
    task.isInFile = false;
    if (task.state === 'queued' && apply(shelf, task, { kind: 'held' })) task.heldBy = 'row-removed';
  });
  shelf.write(editTask(task));
  tell(
    shelf,
    task,
    story(task, 'held', null, 'its row is no longer in the file: kill it, or release it to run all the same'),
  );
  return DONE;
}

export function rowReturned(shelf: Shelf, task: TaskRecord): Change {
  if (task.isInFile) return unchanged('it was there');
  settle(shelf, task, () => {
    task.isInFile = true;
    if (task.heldBy === 'row-removed') apply(shelf, task, { kind: 'released' });
  });
  shelf.write(editTask(task));
  tell(shelf, task, story(task, 'released', null, 'its row is back in the file'));
  return DONE;
}
