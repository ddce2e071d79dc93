import { afterEach, beforeEach, expect, test } from 'vitest';
import { rows, submit } from '../../../../test/support/bookBed.ts';
import { manualClock } from '../../../../test/support/manualClock.ts';
import { openLog } from '../../../io/log.ts';
import { DEFAULT_OPTIONS } from '../../../model/queue.ts';
import { openStore, type Store } from '../store/store.ts';
import { forgetTables } from './forgetting.ts';
import { loadShelf } from './load.ts';
import { emptyShelf, type Shelf, tell } from './shelf.ts';
import { createTable } from './submitting.ts';
import { kill } from './wishes.ts';

const DAY_MS = 86_400_000;
const clock = manualClock(1_700_000_000_000);
let store: Store;
let shelf: Shelf;
beforeEach(async () => {
  store = await openStore({ path: ':memory:', clock, log: openLog('silent') });
  shelf = emptyShelf(clock.nowMs, store.write);
});
afterEach(() => store.stop());

const overTable = (count: number) => {
  const { table } = createTable(shelf, submit(rows(count)));
  for (const task of table.tasks) kill(shelf, task, null, null);
  return table;
};

test('the longest over of very many tables goes, whole; what waits, is awaited or was over for less than a week stays', async () => {
  const oldest = overTable(1500);
  clock.pass(DAY_MS);
  const awaited = overTable(2);
  const old = overTable(2);
  const first = awaited.tasks[0];
  if (!first) throw new Error('there is no task');
  const after = [{ wanted: 'end', task: `t${first.number}` } as const];
  createTable(shelf, submit(rows(2), { table: { options: { ...DEFAULT_OPTIONS, after } } }));
  clock.pass(8 * DAY_MS);
  const fresh = overTable(2);
  tell(shelf, first, { kind: 'note', run: null, attempt: null, by: null, remarks: [], figures: null });

  expect(await forgetTables(shelf, store, 1600)).toEqual([]);
  expect(await forgetTables(shelf, store, 8)).toEqual([oldest]);
  expect(await forgetTables(shelf, store, 1)).toEqual([old]);
  expect([...shelf.tables.keys()]).toEqual([awaited.number, 4, fresh.number]);

  const again = emptyShelf(clock.nowMs, store.write);
  await loadShelf(store, again);
  expect([...again.tables.keys()]).toEqual([awaited.number, 4, fresh.number]);
  expect(again.tasks.size).toBe(6);
  expect(await store.read('runs', 0, 0, 5000)).toHaveLength(6);
  expect((await store.read('environments')).flat()).toEqual([awaited.number, 4, fresh.number]);
  // A number is never given twice.
  expect(again.next.task).toBe(shelf.next.task);
});
