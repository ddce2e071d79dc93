/** Who keeps a table's file up, with a book in memory and a clock in the test's hand. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  type BookBed,
  bookBed,
  from,
  given,
  rows,
  said,
  submit,
  verdict,
} from '../../../test/support/bookBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { silentLog } from '../../io/log.ts';
import type { AgentRequest } from '../../protocol/agentHub.ts';
import { aloneWords } from './aloneWords.ts';
import type { TaskBook } from './book/taskBook.ts';
import { type Keepers, keepers } from './keepers.ts';

let bed: BookBed;
let book: TaskBook;
let kept: Keepers;
let asked: AgentRequest[];
let agents: { nodeId: string; user: string; uid: number }[];
beforeEach(async () => {
  bed = bookBed();
  book = await bed.open(false);
  asked = [];
  agents = [{ nodeId: 'node-1', user: 'alice', uid: 1000 }];
  kept = keepers({
    book,
    links: {
      ask: async (_node, request) => {
        asked.push(request);
        return request.kind === 'write-table'
          ? {
              kind: 'table-written',
              written: { table: request.write.table, revision: request.write.revision, warning: null },
            }
          : { kind: 'kept' };
      },
    },
    agents: () => agents,
    machineOf: () => 'm1',
    clock: bed.clock,
    log: silentLog,
    edited: () => {},
  });
});
afterEach(async () => {
  kept.stop();
  await book.stop();
  bed.remove();
});

const introductions = () => asked.filter(({ kind }) => kind === 'keep-table').length;
const passing = (what: string, isSo: () => boolean) =>
  waitFor(what, async () => {
    if (isSo()) return true;
    bed.clock.pass(1000);
    return false;
  });

test('rows that the queue has no room for are told of, and asked for again once there is some', async () => {
  book.changeSettings({ maxQueuedPerUser: 2 }, null);
  const { tasks } = book.createTable(submit(rows(2)));
  await passing('the keeper to be told', () => introductions() === 1);
  const edits = { table: 'b1', needRunNum: [], removed: [], returned: [], warning: null };
  const added = rows(4).slice(2);
  await kept.edits('node-1', { ...edits, added });
  expect(book.table(1)?.tasks).toHaveLength(2);
  expect(book.table(1)?.fileWarning).toMatch(
    /^2 rows that were added to the file are not queued yet: 2 rows more of alice would be over the limit of 2/,
  );
  // No room yet: the keeper is left in peace.
  bed.clock.pass(120_000);
  await book.durable();
  expect(introductions()).toBe(1);
  for (const { task } of tasks) book.kill(task.number, 'alice', null);
  await passing('it to be asked again', () => introductions() === 2);
  await kept.edits('node-1', { ...edits, added });
  expect(book.table(1)?.tasks).toHaveLength(4);
  expect(book.table(1)?.fileWarning).toBeNull();
});

test('whether a file is kept up is known once agents had time to connect; what to do stands in the warning', async () => {
  agents = [{ nodeId: 'node-1', user: 'bob', uid: 1000 }];
  const { table } = book.createTable(submit(rows(1)));
  const isKeptUp = () => {
    const now = book.table(table.number);
    return now === null ? null : kept.isKeptUp(now);
  };
  expect(isKeptUp()).toBeNull();
  await passing('the warning', () => book.table(table.number)?.fileWarning !== null);
  expect(isKeptUp()).toBe(false);
  expect(book.table(table.number)?.fileWarning).toContain('`flowline write b1`');
  // By these words it is told as a word of its own, for readers of other languages.
  expect(book.table(table.number)?.fileWarning).toBe(aloneWords(table.number));
  agents = [{ nodeId: 'node-1', user: 'alice', uid: 1000 }];
  expect(isKeptUp()).toBe(true);
  await passing('the warning to go', () => book.table(table.number)?.fileWarning === null);
  const command = book.createTable(submit(rows(1), { table: { file: null } })).table;
  expect(kept.isKeptUp(command)).toBeNull();
});

test('what rows came to that ran is told by pages, without those that never did', () => {
  book.createTable(submit(rows(3)));
  expect(book.ranRows(1, 0, 10)).toMatchObject({ results: [], total: 0 });
  for (const task of [1, 3]) {
    const lease = book.lease(task, given());
    if (!lease) throw new Error('not queued');
    book.report(from(), said(lease, 'ended', 1, { exitCode: task }), () => verdict());
  }
  const { results, total } = book.ranRows(1, 1, 10);
  expect(total).toBe(2);
  expect(results).toMatchObject([{ key: 'row-3', runNum: 1, state: 'succeeded', exitCode: 3 }]);
});

test('what its owner wrote himself is nobody’s to write any more, and is not warned of', async () => {
  agents = [];
  const { tasks, table } = book.createTable(submit(rows(1)));
  book.kill(tasks[0]?.task.number ?? 0, 'alice', null);
  const warning = () => book.table(table.number)?.fileWarning ?? null;
  await passing('the warning', () => warning() !== null);
  expect(book.unwritten(table.number, 10).results).toHaveLength(1);
  book.written(table.number, book.ranRows(table.number, 0, 1).revision, null);
  expect(book.unwritten(table.number, 10).results).toEqual([]);
  bed.clock.pass(60_000);
  expect(warning()).toBeNull();
});
