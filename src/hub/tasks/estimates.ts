/** When tasks and tables will be done, from how long runs of their profile lasted (scheduling/estimate.ts). */
import { type Estimate, estimateRun, estimateTable } from '../../scheduling/estimate.ts';
import type { TableView, TaskView } from './book/records.ts';
import type { Lessons } from './lessons.ts';

export interface Estimates {
  task(task: TaskView): Estimate | null;
  table(table: TableView): Estimate | null;
}

/** @param live the attempts of a table that run now. */
export function estimates(
  lessons: Lessons,
  profileOf: (table: TableView) => string,
  live: () => Iterable<{
    task: TaskView;
    attempt: { startedAtMs: number | null; leasedAtMs: number };
    isReturning: boolean;
  }>,
  isRunning: () => boolean,
  nowMs: () => number,
): Estimates {
  return {
    task(task) {
      // By our own clock: a node's may be wrong by hours.
      const since = task.live?.attempt.startedAtMs === null ? null : (task.live?.attempt.leasedAtMs ?? null);
      if (since === null) return null;
      return estimateRun(lessons.durations(profileOf(task.table)), since, nowMs());
    },
    table(table) {
      const durationSeconds = lessons.durations(profileOf(table));
      if (durationSeconds.length === 0) return null;
      const runningSinceMs = [...live()]
        .filter(({ task, isReturning }) => task.table.number === table.number && !isReturning)
        .map(({ attempt }) => attempt.leasedAtMs);
      const { failed, cancelled, timed_out, impossible, lost } = table.counts;
      // What is over otherwise than well runs no more, at least a run each.
      const over = failed + cancelled + timed_out + impossible + lost;
      const waiting = table.needRuns - table.doneRuns - over - runningSinceMs.length;
      return estimateTable(
        {
          durationSeconds,
          runningSinceMs,
          waiting: Math.max(0, waiting),
          isStopped: table.paused !== null || !isRunning() || table.counts.held > 0,
        },
        nowMs(),
      );
    },
  };
}
