/**
 * The line of waiting runs (scheduling/lineup.ts), kept up from the task book: a task that waits stands in it with what
 * the scheduler must know, and leaves it when it is given out or over. Costs what changes, not what waits.
 */

import type { Ask, Dependency, RetryBudgets } from '../../model/queue.ts';
import type { EndClass, RunState } from '../../model/task.ts';
import { tableIdOf, taskIdOf } from '../../model/task.ts';
import { runIdOf, type WaitingRun } from '../../scheduling/facts.ts';
import { Lineup } from '../../scheduling/lineup.ts';
import { budgetOf } from '../../scheduling/retry.ts';
import type { TableView, TaskView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import { isSingle } from './views.ts';

export interface LineOptions {
  book: Pick<TaskBook, 'task' | 'tables' | 'dependents' | 'settings'>;
  /** The node of a machine; null where it never joined. */
  nodeOf: (machineId: string) => string | null;
  /** The id of the node that people call so; the name itself where there is none. */
  nodeCalled: (name: string) => string;
  profileOf: (task: TaskView) => string;
  /** False while the table's own program was not asked yet for its order of GPUs. */
  hasOrder: (table: TableView) => boolean;
}

export interface Line {
  readonly lineup: Lineup;
  /** A task's record changed; `was` is its state before. */
  follow(task: TaskView, was: RunState | null): void;
  followTable(table: TableView): void;
  /** Tables that must run on a machine which joined only now. */
  machineJoined(machineId: string): void;
  /** The waiting run of a task; null where it does not wait. */
  runOf(task: number): WaitingRun | null;
  /** The run that a task would stand with in the line, whether it does or not. */
  wouldStand(task: TaskView): WaitingRun;
}

/** A line with everything that waits in the book. */
export function line({ book, nodeOf, nodeCalled, profileOf, hasOrder }: LineOptions): Line {
  const lineup = new Lineup();
  /** Ids in the line, by task. */
  const standing = new Map<number, string>();

  const leave = (task: TaskView): void => {
    const id = standing.get(task.number);
    if (id === undefined) return;
    lineup.remove(id);
    standing.delete(task.number);
  };

  const stand = (task: TaskView): void => {
    const run = waitingRun(task);
    if (standing.get(task.number) !== run.id) leave(task);
    standing.set(task.number, run.id);
    lineup.set(run);
  };

  const waitingRun = (task: TaskView): WaitingRun => {
    const { table } = task;
    const id = runIdOf(taskIdOf(task.number), task.runNum + 1);
    const { options } = table;
    const overrides = task.overrides?.ask;
    // Of a command by itself, what its submit said is its own figure, not a default that learning may better.
    const rowBytes = overrides?.memoryBytes ?? (isSingle(table) ? options.ask.memoryBytes : null);
    return {
      id,
      task: taskIdOf(task.number),
      run: task.runNum + 1,
      table: tableIdOf(table.number),
      owner: table.owner,
      priority: task.priority,
      order: task.place,
      queuedAtMs: task.createdAtMs,
      ask: withNode(overrides ? { ...options.ask, ...overrides } : options.ask),
      own:
        task.learnedBytes !== null
          ? { bytes: task.learnedBytes, by: 'learned' }
          : rowBytes !== null
            ? { bytes: rowBytes, by: 'row' }
            : null,
      profile: profileOf(task),
      tableBytes: options.ask.memoryBytes,
      pin: table.machineId === null ? null : (nodeOf(table.machineId) ?? `machine ${table.machineId}`),
      person: table.owner,
      avoid: task.avoid ?? NOTHING,
      gpuOrder: table.gpuOrder === null ? null : tableIdOf(table.number),
      hold: task.state === 'held' ? (task.heldBy ?? 'user') : null,
      dependencies: options.after.length === 0 ? NOTHING : options.after.map(withState),
      previousRun: null,
      notBefore: notBefore(task, book.settings().budgets),
    };
  };

  /** People name a node by its alias, too; the scheduler knows ids and names. */
  const withNode = (ask: Ask): Ask => {
    if (ask.node === null) return ask;
    const node = nodeCalled(ask.node);
    return node === ask.node ? ask : { ...ask, node };
  };

  const withState = ({ task, wanted }: Dependency): WaitingRun['dependencies'][number] => ({
    task,
    wanted,
    // What is known no longer is over, and how it ended is not known either.
    state: book.task(Number(task.slice(1)))?.state ?? 'lost',
  });

  const restand = (table: TableView): void => {
    for (const task of table.tasks) if (standing.has(task.number)) stand(task);
  };

  const setTable = (table: TableView): void =>
    lineup.setTable(tableIdOf(table.number), {
      maxRunning: table.maxRunning,
      paused: table.paused,
      isComplete: table.isComplete && hasOrder(table),
    });

  for (const table of book.tables()) {
    setTable(table);
    for (const task of table.tasks) if (waits(task)) stand(task);
  }

  return {
    lineup,
    follow(task, was) {
      if (waits(task)) stand(task);
      else leave(task);
      if (task.state === was) return;
      for (const table of book.dependents(task.number)) restand(table);
    },
    followTable(table) {
      setTable(table);
      // It stood alone when it came, and was taken for a command by itself: what it takes memory like was another thing.
      const [first] = table.tasks;
      if (first && standing.has(first.number)) stand(first);
    },
    machineJoined(machineId) {
      for (const table of book.tables()) if (table.machineId === machineId) restand(table);
    },
    wouldStand: waitingRun,
    runOf(task) {
      const id = standing.get(task);
      return id === undefined ? null : lineup.get(id);
    },
  };
}

const NOTHING: readonly never[] = [];

const waits = ({ state }: TaskView): boolean => state === 'queued' || state === 'held';

/** The later of its start time and the wait after a failure; a failure is told with how often it was tried. */
function notBefore(task: TaskView, budgets: RetryBudgets): WaitingRun['notBefore'] {
  const overrides = task.overrides ?? {};
  const startAfterMs =
    'startAfterMs' in overrides ? (overrides.startAfterMs ?? null) : task.table.options.startAfterMs;
  const waitsMs = task.notBeforeMs;
  if (waitsMs === null || waitsMs < (startAfterMs ?? 0))
    return startAfterMs === null ? null : { atMs: startAfterMs, backoff: null };
  const class_ = task.last?.run === task.runNum + 1 ? task.last.class : null;
  return {
    atMs: waitsMs,
    backoff: class_ === null ? null : backoffOf(task, class_, budgets),
  };
}

const backoffOf = (task: TaskView, class_: EndClass, budgets: RetryBudgets) => ({
  class: class_,
  retry: task.usedRetries?.[class_] ?? 0,
  budget:
    class_ === 'ok' ? 0 : budgetOf(class_, budgets, task.overrides?.retries ?? task.table.options.retries),
});
