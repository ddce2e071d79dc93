/** How a table's runs stand, counted from its tasks: a row that is wanted three times counts three runs. */
import type { RunCounts } from '../../model/queue.ts';
import { isLive } from '../../model/task.ts';
import type { TableView, TaskView } from './book/records.ts';

const counted = new WeakMap<TableView, { revision: number; counts: RunCounts }>();

/** Runs by state; together as many as the table wants. Counted anew only after a task of the table changed. */
export function runCounts(table: TableView): RunCounts {
  const known = counted.get(table);
  if (known?.revision === table.revision) return known.counts;
  const counts: RunCounts = {};
  for (const task of table.tasks) countTask(task, counts);
  counted.set(table, { revision: table.revision, counts });
  return counts;
}

/** Those that succeeded, the present one, and those after it: they wait behind one that lives, and share any other state. */
function countTask(task: Pick<TaskView, 'state' | 'runNum' | 'needRunNum'>, counts: RunCounts): void {
  const add = (state: TaskView['state'], runs: number): void => {
    if (runs > 0) counts[state] = (counts[state] ?? 0) + runs;
  };
  const left = Math.max(0, task.needRunNum - task.runNum);
  add('succeeded', Math.min(task.runNum, task.needRunNum));
  add(task.state, isLive(task.state) ? Math.min(1, left) : left);
  if (isLive(task.state)) add('queued', left - 1);
}
