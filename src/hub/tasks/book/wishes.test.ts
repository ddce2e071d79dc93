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
import type { TaskBook, TaskQuery } from './taskBook.ts';

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
const list = async (query: Partial<TaskQuery> = {}) =>
  (await book.list({ sort: 'order', descending: false, offset: 0, limit: 100, ...query })).tasks.map(
    (task) => task.number,
  );

describe('somebody’s word', () => {
  test('takes a waiting task out, and lets it in again behind the others', async () => {
    book.createTable(submit(rows(2)));
    expect(book.kill(1, 'alice', null)).toEqual({ done: true });
    expect(book.task(1)?.state).toBe('cancelled');
    expect(book.kill(1, 'alice', null)).toMatchObject({ done: false, outcome: 'unchanged' });
    expect(book.retry(1, 'alice')).toEqual({ done: true });
    expect(await list()).toEqual([2, 1]);
    expect(book.retry(1, 'alice')).toMatchObject({ done: false, outcome: 'unchanged' });
    expect(book.kill(99, 'alice', null)).toMatchObject({
      done: false,
      remark: { kind: 'unknown-task', task: 't99' },
    });
  });

  test('that kills a row which succeeds before it is heard takes the runs that it still wanted, too', async () => {
    book.createTable(submit([row(1, { needRunNum: 3 })]));
    const lease = book.lease(1, given());
    book.kill(1, 'alice', null);
    if (lease) book.report(from(), said(lease, 'ended', 1), () => verdict());
    expect(book.task(1)).toMatchObject({ state: 'cancelled', runNum: 1, needRunNum: 3 });
    await reopen();
    expect(book.task(1)).toMatchObject({ state: 'cancelled', runNum: 1, needRunNum: 3 });
    expect(book.retry(1, 'alice')).toEqual({ done: true });
    expect(book.task(1)?.state).toBe('queued');
  });

  test('holds and releases, and tells so in the story', async () => {
    book.createTable(submit(rows(1)));
    book.hold(1, 'bob');
    expect(book.task(1)).toMatchObject({ state: 'held', heldBy: 'user' });
    await reopen();
    expect(book.task(1)).toMatchObject({ state: 'held', heldBy: 'user' });
    book.release(1, 'bob');
    expect((await book.story(1)).map(({ kind, by }) => [kind, by])).toEqual([
      ['submitted', 'alice'],
      ['held', 'bob'],
      ['released', 'bob'],
    ]);
  });

  test('that came too late is told as not done; what ended badly may be changed for when it runs again', async () => {
    book.createTable(submit(rows(2)));
    const [first, second] = [book.lease(1, given()), book.lease(2, given())];
    if (!first || !second) throw new Error('not leased');
    expect(book.hold(1, 'a')).toMatchObject({
      outcome: 'failed',
      remark: { kind: 'state', state: 'starting' },
    });
    expect(book.release(1, 'a')).toMatchObject({ outcome: 'unchanged' });
    book.report(from(), said(first, 'ended', 1), () => verdict());
    book.report(from(), said(second, 'ended', 1), () => verdict({ class: 'program' }));
    const tooLate = { done: false, outcome: 'failed', remark: { kind: 'state', state: 'succeeded' } };
    expect(book.edit(1, { memoryBytes: 7 }, 'a')).toEqual(tooLate);
    expect(book.hold(1, 'a')).toEqual(tooLate);
    expect(book.release(1, 'a')).toEqual(tooLate);
    expect(book.retry(1, 'a')).toEqual(tooLate);
    expect(book.move([1], 'first', 'a')).toEqual([tooLate]);
    expect(book.kill(1, 'a', null)).toMatchObject({ outcome: 'unchanged' });
    expect(book.task(1)?.overrides).toBeNull();
    expect(book.edit(2, { memoryBytes: 7 }, 'a')).toEqual({
      done: true,
      remark: { kind: 'changed-for-again', state: 'failed' },
    });
    expect(book.task(2)).toMatchObject({ state: 'failed', overrides: { ask: { memoryBytes: 7 } } });
    expect(book.edit(1, { needRunNum: 2, priority: 3 }, 'a')).toEqual({ done: true });
    expect(book.task(1)).toMatchObject({ state: 'queued', priority: 3 });
  });

  test('edits what a waiting task asks, and of a running one only its name and its runs', async () => {
    book.createTable(submit(rows(2)));
    expect(book.edit(1, { memoryBytes: 7, priority: 3, retries: 2, timeLimitSeconds: null }, 'a')).toEqual({
      done: true,
    });
    expect(book.edit(1, { memoryBytes: 7 }, 'a')).toMatchObject({ done: false, outcome: 'unchanged' });
    await reopen();
    expect(book.task(1)).toMatchObject({
      priority: 3,
      overrides: { ask: { memoryBytes: 7 }, retries: 2, timeLimitSeconds: null },
    });
    book.lease(2, given());
    expect(book.edit(2, { gpus: 2 }, 'a')).toMatchObject({ done: false, outcome: 'failed' });
    expect(book.edit(2, { needRunNum: 5, name: 'five' }, 'a')).toEqual({ done: true });
    expect(book.task(2)).toMatchObject({ needRunNum: 5, name: 'five', state: 'starting' });
  });

  test('moves tasks to the front and before another, in their order, and however often', async () => {
    book.createTable(submit(rows(6)));
    expect(book.move([4, 5], 'first', 'a')).toEqual([{ done: true }, { done: true }]);
    expect(await list()).toEqual([4, 5, 1, 2, 3, 6]);
    book.move([6, 4], { before: 2 }, 'a');
    expect(await list()).toEqual([5, 1, 6, 4, 2, 3]);
    // Between two places there are only so many numbers.
    for (let times = 0; times < 80; times += 1) book.move([times % 2 === 0 ? 1 : 5], { before: 3 }, 'a');
    expect(await list()).toEqual([6, 4, 2, 1, 5, 3]);
    await reopen();
    expect(await list()).toEqual([6, 4, 2, 1, 5, 3]);
  });

  test('moves tasks behind another and to the end, and the front stays the front', async () => {
    book.createTable(submit(rows(5)));
    book.move([1, 2], { behind: 4 }, 'a');
    expect(await list()).toEqual([3, 4, 1, 2, 5]);
    book.move([3], 'last', 'a');
    book.move([2], { behind: 3 }, 'a');
    expect(await list()).toEqual([4, 1, 5, 3, 2]);
    // Each goes before the first, below whatever places there were.
    for (const task of [1, 5, 3]) book.move([task], { before: task === 1 ? 4 : task === 5 ? 1 : 5 }, 'a');
    expect(await list()).toEqual([3, 5, 1, 4, 2]);
    book.move([2], 'first', 'a');
    expect(await list()).toEqual([2, 3, 5, 1, 4]);
    expect(book.move([9, 2], { before: 7 }, 'a')).toMatchObject([{ done: false }, { done: false }]);
    await reopen();
    expect(await list()).toEqual([2, 3, 5, 1, 4]);
  });

  test('leaves a task that others are moved by where it is, and whoever does not wait', async () => {
    book.createTable(submit(rows(4)));
    book.lease(1, given());
    expect(book.move([1, 2, 4], { before: 2 }, 'a')).toMatchObject([
      { done: false, outcome: 'unchanged' },
      { done: false, outcome: 'unchanged' },
      { done: true },
    ]);
    expect(await list()).toEqual([1, 4, 2, 3]);
  });

  test('of a table reaches all of its waiting rows', () => {
    book.createTable(submit(rows(2)));
    book.edit(1, { memoryBytes: 7, gpus: 2 }, 'a');
    book.changeTable(1, { memoryBytes: 9, priority: 5, maxRunning: 1, paused: 'user' }, 'a');
    expect(book.table(1)).toMatchObject({ paused: 'user', maxRunning: 1, options: { priority: 5 } });
    expect(book.table(1)?.options.ask.memoryBytes).toBe(9);
    expect(book.task(1)).toMatchObject({ priority: 5, overrides: { ask: { gpus: 2 } } });
    expect(book.task(1)?.overrides?.ask?.memoryBytes).toBeUndefined();
  });
});

describe('rows of the file', () => {
  test('that are gone are held, and come back as they were', async () => {
    book.createTable(submit(rows(2)));
    book.lease(2, given());
    book.rowRemoved(1);
    book.rowRemoved(2);
    expect(book.task(1)).toMatchObject({ state: 'held', heldBy: 'row-removed', isInFile: false });
    expect(book.task(2)?.state).toBe('starting');
    await reopen();
    book.rowReturned(1);
    expect(book.task(1)).toMatchObject({ state: 'queued', isInFile: true });
  });

  test('are to be written when their cells change, until the keeper has written them', async () => {
    book.createTable(submit(rows(3)));
    expect(book.unwritten(1, 10)).toEqual({ revision: 0, results: [] });
    const lease = book.lease(2, given());
    if (!lease) throw new Error('not leased');
    book.report(from(), said(lease, 'ended', 1, { exitCode: 2 }), () => verdict({ class: 'program' }));
    book.kill(1, 'alice', null);
    const first = book.unwritten(1, 1);
    expect(first.results).toMatchObject([
      { key: 'row-2', state: 'failed', exitCode: 2, gpu: '0', node: 'gpu-01', endedAtMs: 1_700_000_060_000 },
    ]);
    book.written(1, first.revision, null);
    await reopen();
    expect(book.unwritten(1, 10).results.map(({ key }) => key)).toEqual(['row-1']);
    book.written(
      1,
      book.unwritten(1, 10).revision,
      'the file is read only: results are in sweep.csv.flowline',
    );
    expect(book.unwritten(1, 10).results).toEqual([]);
    await reopen();
    expect(book.unwritten(1, 10).results).toEqual([]);
    expect(book.table(1)?.fileWarning).toMatch(/read only/);
  });
});

describe('lists', () => {
  beforeEach(() => {
    book.createTable(submit(rows(4)));
    book.createTable(
      submit([row(1, { name: 'Évaluation "100%"', parameters: [['note', 'a "quoted" 50%_x']] })], {
        owner: 'bob',
      }),
    );
  });

  test('are filtered by table, state, owner, node and GPU, sorted and paged, with counts beside', async () => {
    book.lease(2, given());
    expect(await list()).toEqual([2, 1, 3, 4, 5]);
    expect(await list({ table: 1, sort: 'row', descending: true, limit: 2, offset: 1 })).toEqual([3, 2]);
    expect(await list({ owner: 'bob' })).toEqual([5]);
    expect(await list({ node: 'gpu-01' })).toEqual([2]);
    expect(await list({ gpu: 'GPU-a' })).toEqual([2]);
    expect(await list({ gpu: 'GPU-b' })).toEqual([]);
    const page = await book.list({ states: ['queued'], sort: 'id', descending: false, offset: 0, limit: 1 });
    expect(page).toMatchObject({ total: 4, counts: { queued: 4, starting: 1 } });
  });

  test('find words in names, ids and cells, however they are written', async () => {
    expect(await list({ query: 'vit_l' })).toEqual([2, 4]);
    expect(await list({ query: 'model:VIT_L lr:0.002' })).toEqual([2]);
    expect(await list({ query: 'lr:>0.003' })).toEqual([4]);
    expect(await list({ query: 't3' })).toEqual([3]);
    expect(await list({ query: 'état' })).toEqual([]);
    // Names of tables match as well, of each of their rows.
    expect(await list({ query: 'SWEEP' })).toEqual([1, 2, 3, 4, 5]);
    expect(await list({ query: 'sweep vit_l' })).toEqual([2, 4]);
    expect(await list({ query: 'table:sweep.csv lr:>0.003' })).toEqual([4]);
    expect(await list({ query: 'évaluation' })).toEqual([5]);
    expect(await list({ query: '"quoted"' })).toEqual([5]);
    expect(await list({ query: '50%_x' })).toEqual([5]);
    expect(await list({ query: '50%y' })).toEqual([]);
    expect(await list({ query: 'state:queued resnet' })).toEqual([1, 3]);
    expect(await list({ query: 'owner:bob' })).toEqual([5]);
  });
});

describe('beside the runs', () => {
  test('settings, switches, profiles and promises are there after a restart', async () => {
    book.changeSettings({ maxRunning: 3 }, 'root');
    book.switchGpus(['GPU-a', 'GPU-b'], false, 'root');
    book.switchGpus(['GPU-b'], true, 'root');
    book.keepProfile('row:1', { peakBytes: 5 });
    const promise = {
      id: 'p1',
      owner: 'alice',
      nodeId: 'node-1',
      gpus: [],
      pid: 12,
      takenAtMs: 1,
      keptAtMs: 2,
    };
    book.keepPromise(promise);
    book.keepPromise({ ...promise, id: 'p2' });
    book.endPromise('p2');
    await reopen();
    expect(book.settings()).toMatchObject({ maxRunning: 3, isRunning: true });
    expect([...book.gpusOff()]).toEqual(['GPU-a']);
    expect(book.profile('row:1')).toEqual({ peakBytes: 5 });
    expect([...book.promises().values()]).toEqual([promise]);
  });
});
