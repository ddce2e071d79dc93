import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type BookBed,
  bookBed,
  from,
  given,
  row,
  rows,
  said,
  submit,
  verdict,
} from '../../../../test/support/bookBed.ts';
import type { TaskBook } from './taskBook.ts';

let bed: BookBed;
let book: TaskBook;
beforeEach(async () => {
  bed = bookBed();
  book = await bed.open();
});
afterEach(async () => {
  await book.stop();
  bed.remove();
});

const reopen = async (): Promise<void> => {
  await book.stop();
  book = await bed.open();
};
const leased = (task: number, more = {}) => {
  const lease = book.lease(task, given(more));
  if (!lease) throw new Error(`t${task} is not queued`);
  return lease;
};
const ok = () => verdict();

describe('a table in the book', () => {
  test('is there with its rows, its counts and everything of its submit after a restart', async () => {
    const { table, tasks } = book.createTable(submit(rows(3)));
    expect(tasks.map(({ key, task }) => [key, task.number])).toEqual([
      ['row-1', 1],
      ['row-2', 2],
      ['row-3', 3],
    ]);
    expect(table.counts.queued).toBe(3);
    await reopen();
    expect(book.table(1)).toMatchObject({ name: 'sweep.csv', owner: 'alice', needRuns: 3, isComplete: true });
    expect(book.counts()).toMatchObject({ queued: 3 });
    expect((await book.details([2])).get(2)?.parameters).toEqual([
      ['lr', '0.002'],
      ['model', 'vit_l'],
    ]);
    // Whole, but for what the hub itself keeps only as a hash.
    expect(await book.environment(1)).toEqual({ PATH: '/usr/bin', WANDB_API_KEY: 'secret-of-alice' });
  });

  test('is queued once, however often its submit and its batches are sent', async () => {
    const first = submit(rows(2), { idempotencyKey: 'k1', isComplete: false });
    book.createTable(first);
    book.addRows(1, 1, [row(3)], true);
    await reopen();
    expect(book.createTable(first)).toMatchObject({ isRepeated: true, table: { number: 1 } });
    expect(book.addRows(1, 1, [row(3)], true).tasks[0]?.task.number).toBe(3);
    expect(book.counts().queued).toBe(3);
    expect(book.createTable({ ...first, owner: 'bob' }).isRepeated).toBe(false);
    bed.clock.pass(86_400_000);
    expect(book.repeated('alice', 'k1')).toBeNull();
  });

  test('waits as held where it was submitted so', () => {
    book.createTable(submit(rows(1), { table: { hold: true } }));
    expect(book.task(1)).toMatchObject({ state: 'held', heldBy: 'user' });
    expect(book.release(1, 'alice')).toEqual({ done: true });
    expect(book.task(1)?.state).toBe('queued');
  });
});

describe('an attempt in the book', () => {
  test('goes from lease to success, is counted once, and is found after a restart', async () => {
    book.createTable(submit(rows(1)));
    const lease = leased(1);
    expect(lease).toMatchObject({ attemptId: 't1.1.1', fence: { epoch: 1, number: 1 } });
    expect(book.lease(1, given())).toBeNull();
    await reopen();
    expect(book.live().get('t1.1.1')).toMatchObject({ fence: lease.fence, task: { number: 1 } });
    expect(book.report(from(), said(lease, 'running', 1), ok).kind).toBe('applied');
    expect(book.task(1)?.state).toBe('running');
    expect(book.report(from(), said(lease, 'ended', 2), ok)).toMatchObject({ kind: 'applied', ended: true });
    expect(book.report(from(), said(lease, 'ended', 2), ok)).toEqual({ kind: 'known' });
    await reopen();
    expect(book.report(from(), said(lease, 'ended', 2), ok)).toEqual({ kind: 'known' });
    expect(book.task(1)).toMatchObject({ state: 'succeeded', runNum: 1, last: { exitCode: 0, gpus: '0' } });
    expect(book.live().size).toBe(0);
    const attempts = (await book.attempts([1])).get(1);
    expect(attempts).toMatchObject([{ number: 1, run: 1, state: 'succeeded', class: 'ok', pid: 4711 }]);
    expect((await book.story(1)).map(({ kind }) => kind)).toEqual(['submitted', 'started', 'ended']);
    expect(book.unwritten(1, 10)).toMatchObject({
      results: [{ key: 'row-1', runNum: 1, state: 'succeeded' }],
    });
  });
});
