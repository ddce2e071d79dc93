import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RunState } from '../../model/task.ts';
import type { TableView } from './book/records.ts';
import { runCounts } from './runCounts.ts';

const tableOf = (tasks: { state: RunState; runNum: number; needRunNum: number }[], revision = 1): TableView =>
  ({ tasks, revision }) as unknown as TableView;

test('runs after one that lives wait, those of a failed row failed with it', () => {
  const table = tableOf([
    { state: 'running', runNum: 1, needRunNum: 3 },
    { state: 'failed', runNum: 0, needRunNum: 2 },
    { state: 'succeeded', runNum: 4, needRunNum: 4 },
  ]);
  expect(runCounts(table)).toEqual({ succeeded: 5, running: 1, queued: 1, failed: 2 });
});

test('runs of all states are together as many as are wanted', () => {
  const task = fc
    .record({
      state: fc.constantFrom(...RunState.options.filter((state) => state !== 'succeeded')),
      needRunNum: fc.integer({ min: 1, max: 9 }),
      done: fc.integer({ min: 0, max: 8 }),
    })
    .map(({ state, needRunNum, done }) => {
      const runNum = Math.min(done, needRunNum);
      return { state: runNum === needRunNum ? ('succeeded' as const) : state, runNum, needRunNum };
    });
  fc.assert(
    fc.property(fc.array(task), (tasks) => {
      const total = Object.values(runCounts(tableOf(tasks))).reduce((sum, runs) => sum + runs, 0);
      expect(total).toBe(tasks.reduce((sum, { needRunNum }) => sum + needRunNum, 0));
    }),
  );
});

test('a change of the table is counted', () => {
  const tasks = [{ state: 'queued' as RunState, runNum: 0, needRunNum: 1 }];
  const table = tableOf(tasks) as { revision: number } & TableView;
  expect(runCounts(table)).toEqual({ queued: 1 });
  tasks[0] = { state: 'running', runNum: 0, needRunNum: 1 };
  (table as { revision: number }).revision = 2;
  expect(runCounts(table)).toEqual({ running: 1 });
});
