/**
 * A process that works a task book as fast as it can and says, line by line on stdout, what was acknowledged: only what
 * `durable()` let pass. Somebody kills it. Started with the folder of its database.
 */
import { openTaskBook } from '../../src/hub/tasks/book/openTaskBook.ts';
import { systemClock } from '../../src/io/clock.ts';
import { openLog } from '../../src/io/log.ts';
import { from, given, rows, said, submit, verdict } from './bookBed.ts';

/** A line of its stdout. */
export type Acknowledged =
  | { kind: 'open' }
  | { kind: 'table'; table: number; tasks: number[] }
  | { kind: 'leased'; attempt: string; fence: number }
  | { kind: 'ended'; task: number; attempt: string; isSuccess: boolean; runNum: number };

if (import.meta.main) await work(process.argv[2] ?? '.');

async function work(folder: string): Promise<void> {
  const say = (line: Acknowledged): boolean => process.stdout.write(`${JSON.stringify(line)}\n`);
  const book = await openTaskBook({ dataFolder: folder, clock: systemClock, log: openLog('error') });
  say({ kind: 'open' });

  const submitting = async (): Promise<void> => {
    for (;;) {
      const { table, tasks } = book.createTable(submit(rows(500, { needRunNum: 2 })));
      await book.durable();
      say({ kind: 'table', table: table.number, tasks: tasks.map(({ task }) => task.number) });
    }
  };
  const running = async (): Promise<void> => {
    for (let count = 0; ; count += 1) {
      const [task] = book.inState('queued');
      const lease = task ? book.lease(task.number, given()) : null;
      if (!task || !lease) {
        await new Promise((resolve) => setImmediate(resolve));
        continue;
      }
      await book.durable();
      say({ kind: 'leased', attempt: lease.attemptId, fence: lease.fence.number });
      book.report(from(), said(lease, 'running', 1), () => verdict());
      const isSuccess = count % 3 !== 0;
      const ending = verdict(isSuccess ? {} : { class: 'infra', again: count % 2 === 0 });
      book.report(from(), said(lease, 'ended', 2), () => ending);
      const { runNum } = task;
      await book.durable();
      say({ kind: 'ended', task: task.number, attempt: lease.attemptId, isSuccess, runNum });
    }
  };
  await Promise.all([submitting(), running(), running(), running(), running()]);
}
