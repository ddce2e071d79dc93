/** Tasks and tables as people are told of them (protocol/taskApi.ts): never their environment. */
import type { z } from 'zod';
import { commandText } from '../../model/command.ts';
import type { Table } from '../../model/queue.ts';
import { type Attempt, attemptIdOf, isLive, tableIdOf, taskIdOf } from '../../model/task.ts';
import type { WaitingReason } from '../../model/waiting.ts';
import type { Task, taskApi } from '../../protocol/taskApi.ts';
import type { Estimate } from '../../scheduling/estimate.ts';
import type { Asked } from '../../scheduling/facts.ts';
import { aloneWords } from './aloneWords.ts';
import type { TableView, TaskView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { Estimates } from './estimates.ts';
import { runCounts } from './runCounts.ts';

/** Longest command that is told; the whole of it is the node's affair. */
const MAX_TOLD_COMMAND = 4096;

export interface ViewSources {
  book: TaskBook;
  /** Why a task waits; null while it does not. */
  waiting: (task: TaskView) => { reason: WaitingReason; text: string } | null;
  asked: (task: TaskView) => Asked;
  /** The most that an attempt that lives was seen to hold on a card so far; null before the first look. */
  peakBytes: (attemptId: string, uuid: string) => number | null;
  taskDone: (task: TaskView) => Estimate | null;
  tableDone: (table: TableView) => Estimate | null;
  turns: Estimates['turns'];
}

export interface Views {
  /** Several at once: what is not in memory is read together. */
  tasks(tasks: readonly TaskView[]): Promise<z.input<typeof Task>[]>;
  /** One task with its story. */
  whole(task: TaskView): Promise<WholeTask>;
  table(table: TableView): Table;
}

export type WholeTask = z.input<(typeof taskApi)['task']['response']>;

/** The views over a book. */
export function views({ book, waiting, asked, peakBytes, taskDone, tableDone, turns }: ViewSources): Views {
  const told = async (tasks: readonly TaskView[]): Promise<z.input<typeof Task>[]> => {
    const numbers = tasks.map(({ number }) => number);
    const [details, attempts] = await Promise.all([book.details(numbers), book.attempts(numbers)]);
    const reasons = tasks.map((task) => waiting(task));
    const starts = turns(
      tasks.flatMap((task, place) => {
        const reason = reasons[place]?.reason;
        return reason ? [{ task, reason }] : [];
      }),
    );
    return tasks.map((task, place) => {
      const why = reasons[place] ?? null;
      const turn = starts.get(task.number) ?? null;
      const estimate = turn ? turn.end : taskDone(task);
      const { bytes, by } = asked(task);
      const known = details.get(task.number);
      return {
        id: taskIdOf(task.number),
        // A command that was queued by itself has a table too, which nobody named.
        table: isSingle(task.table) ? null : task.table.name,
        tableId: tableIdOf(task.table.number),
        row: isSingle(task.table) ? null : task.row,
        name: task.name,
        owner: task.table.owner,
        state: task.state,
        runNum: task.runNum,
        needRunNum: task.needRunNum,
        waitingReason: why?.text ?? null,
        waiting: why?.reason ?? null,
        command: known ? commandText(known.command).slice(0, MAX_TOLD_COMMAND) : '',
        parameters: known?.parameters ?? [],
        priority: task.priority,
        askedBytes: bytes,
        askedBy: by,
        createdAtMs: task.createdAtMs,
        startsAtMs: turn?.start.doneAtMs ?? null,
        startsErrorMs: turn?.start.errorMs ?? null,
        doneAtMs: estimate?.doneAtMs ?? null,
        doneErrorMs: estimate?.errorMs ?? null,
        attempts: (attempts.get(task.number) ?? []).map((attempt) =>
          isLive(attempt.state)
            ? withPeaks(attempt, attemptIdOf(taskIdOf(task.number), attempt.run, attempt.number))
            : attempt,
        ),
      };
    });
  };

  /** Nodes tell of peaks with what changes, samples tell of them each second. */
  const withPeaks = (attempt: Attempt, id: string): Attempt => ({
    ...attempt,
    gpus: attempt.gpus.map((gpu) => {
      const known = [gpu.peakBytes, peakBytes(id, gpu.uuid)].filter((bytes) => bytes !== null);
      return { ...gpu, peakBytes: known.length === 0 ? null : Math.max(...known) };
    }),
  });

  return {
    tasks: told,
    async whole(task) {
      const [[one], events] = await Promise.all([told([task]), book.story(task.number)]);
      if (!one) throw new Error(`nothing is kept of t${task.number}`);
      const { options, workingDirectory } = task.table;
      const { ask, ...other } = task.overrides ?? {};
      return {
        task: one,
        events,
        options: { ...options, ...other, ask: { ...options.ask, ...ask }, priority: task.priority },
        workingDirectory,
      };
    },
    table(table) {
      const estimate = tableDone(table);
      return {
        id: tableIdOf(table.number),
        name: table.name,
        owner: table.owner,
        file: table.file,
        fileWarning: table.fileWarning,
        fileTrouble: table.fileWarning === aloneWords(table.number) ? 'alone' : null,
        workingDirectory: table.workingDirectory,
        command: table.command,
        options: table.options,
        maxRunning: table.maxRunning,
        paused: table.paused,
        gitCommit: table.gitCommit,
        gitDirty: table.gitDirty,
        createdAtMs: table.createdAtMs,
        rows: table.tasks.length,
        runs: table.needRuns,
        counts: runCounts(table),
        doneAtMs: table.quietSinceMs === null ? (estimate?.doneAtMs ?? null) : lastEndOf(table),
        doneErrorMs: table.quietSinceMs === null ? (estimate?.errorMs ?? null) : null,
      };
    },
  };
}

/** When a table whose runs are all over was done; null where none of them ever ran: what never began took no time. */
const lastEndOf = ({ tasks, quietSinceMs }: TableView): number | null =>
  tasks.some(({ last }) => last !== null) ? quietSinceMs : null;

/** A command that was queued by itself: no file, one row. */
export const isSingle = ({ file, tasks }: TableView): boolean => file === null && tasks.length === 1;
