/** When tasks start and tasks and tables will be done, from how long runs of their profile lasted (scheduling/estimate.ts, turns.ts). */
import { isLive } from '../../model/task.ts';
import type { WaitingReason } from '../../model/waiting.ts';
import { type Estimate, estimateRun, estimateTable } from '../../scheduling/estimate.ts';
import { estimateEnd, estimateStarts, runsAhead, type StartsAfter } from '../../scheduling/turns.ts';
import type { LiveView, TableView, TaskView } from './book/records.ts';
import type { Lessons } from './lessons.ts';

/** A task with why it waits. */
export interface WaitingTask {
  task: TaskView;
  reason: WaitingReason;
}

/** When its next run starts, and when that is done; null where only the start is known. */
export interface TurnEstimate {
  start: Estimate;
  end: Estimate | null;
}

export interface Estimates {
  task(task: TaskView): Estimate | null;
  table(table: TableView): Estimate | null;
  /** By number, for those of which anything is known. Costs a pass over each of their tables, however many are asked for. */
  turns(waiting: readonly WaitingTask[]): Map<number, TurnEstimate>;
}

export interface EstimateSources {
  lessons: Pick<Lessons, 'durations'>;
  profileOf: (table: TableView) => string;
  taskOf: (number: number) => TaskView | null;
  /** The attempts that live. */
  live: () => Iterable<LiveView>;
  /** Whether the queue gives out anything. */
  isRunning: () => boolean;
  nowMs: () => number;
}

/** The estimates of a queue. */
export function estimates({
  lessons,
  profileOf,
  taskOf,
  live,
  isRunning,
  nowMs,
}: EstimateSources): Estimates {
  const durationsOf = (table: TableView): readonly number[] => lessons.durations(profileOf(table));

  const running = (task: TaskView): Estimate | null => {
    // By our own clock: a node's may be wrong by hours.
    const since = task.live?.attempt.startedAtMs === null ? null : (task.live?.attempt.leasedAtMs ?? null);
    return since === null ? null : estimateRun(durationsOf(task.table), since, nowMs());
  };

  /** When the last of those is done that it waits for; null unless each of them runs, and for the last time. */
  const dependenciesDone = ({ table }: TaskView): Estimate | null => {
    let last: Estimate | null = null;
    for (const { task: id } of table.options.after) {
      const other = taskOf(Number(id.slice(1)));
      if (!other || (!isLive(other.state) && other.state !== 'queued')) continue;
      const done = other.needRunNum - other.runNum === 1 ? running(other) : null;
      if (done === null) return null;
      if (last === null || done.doneAtMs > last.doneAtMs) last = done;
    }
    return last;
  };

  const startOf = (
    { task, reason }: WaitingTask,
    starts: StartsAfter | null,
    ahead: number,
  ): Estimate | null => {
    if (reason.kind === 'dependency') return ahead === 0 ? dependenciesDone(task) : null;
    if (!WAITS_ITS_TURN.has(reason.kind)) return null;
    const start = starts?.(ahead) ?? null;
    if (start === null || (reason.kind !== 'time' && reason.kind !== 'backoff')) return start;
    return { ...start, doneAtMs: Math.max(start.doneAtMs, reason.untilMs) };
  };

  return {
    task: running,
    table(table) {
      const durationSeconds = durationsOf(table);
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
    turns(waiting) {
      const known = new Map<number, TurnEstimate>();
      const runs = [...live()].filter(
        ({ attempt, isReturning }) => !isReturning && attempt.state !== 'unreachable',
      );
      const running = Map.groupBy(runs, ({ task }) => task.table);
      for (const [table, ofTable] of Map.groupBy(waiting, ({ task }) => task.table)) {
        const durationSeconds = durationsOf(table);
        const runningSinceMs = (running.get(table) ?? []).map(({ attempt }) => attempt.leasedAtMs);
        const starts = estimateStarts({ durationSeconds, runningSinceMs }, nowMs());
        const ahead = runsAhead(
          ofTable.map(({ task }) => task),
          table.tasks,
          (row) => runsLeft(row, nowMs()),
        );
        for (const one of ofTable) {
          const start = startOf(one, starts, ahead.get(one.task.number) ?? 0);
          if (start) known.set(one.task.number, { start, end: estimateEnd(start, durationSeconds) });
        }
      }
      return known;
    },
  };
}

/** Waits for nothing but its turn and room; a row that is paused, held or nowhere to go has no start to name. */
const WAITS_ITS_TURN: ReadonlySet<WaitingReason['kind']> = new Set<WaitingReason['kind']>([
  'memory',
  'gpus',
  'warm-up',
  'strangers',
  'limit',
  'reservation',
  'turn',
  'time',
  'backoff',
]);

/** Runs of a row that come before whoever stands behind it: a run that ends has its next one stand where it stood. */
function runsLeft({ state, needRunNum, runNum, notBeforeMs }: TaskView, nowMs: number): number {
  if (state === 'queued') return (notBeforeMs ?? 0) > nowMs ? 0 : Math.max(0, needRunNum - runNum);
  return isLive(state) ? Math.max(0, needRunNum - runNum - 1) : 0;
}
