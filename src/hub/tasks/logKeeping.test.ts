/** Who is asked to clean up logs, when, and what the stories say of it. */
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
import type { CleanedLog } from '../../protocol/supervision.ts';
import type { TaskBook } from './book/taskBook.ts';
import { logKeeping } from './logKeeping.ts';

const MINUTE_MS = 60_000;

let bed: BookBed;
let book: TaskBook;
let stop: () => void;
let asked: AgentRequest[];
let cleaned: CleanedLog[];
beforeEach(async () => {
  bed = bookBed();
  book = await bed.open();
  asked = [];
  cleaned = [];
  stop = logKeeping({
    book,
    links: {
      ask: async (_node, request) => {
        asked.push(request);
        return { kind: 'logs-cleaned', cleaned, isMore: false };
      },
    },
    nodes: () => ['node-1'],
    clock: bed.clock,
    log: silentLog,
  });
});
afterEach(async () => {
  stop();
  await book.stop();
  bed.remove();
});

test('a node is asked once an hour, and at once when the limits change; never where there are none', () => {
  bed.clock.pass(MINUTE_MS);
  expect(asked).toEqual([
    { kind: 'clean-logs', limits: { keepSeconds: 30 * 86_400, totalBytes: 20 * 2 ** 30 } },
  ]);
  bed.clock.pass(50 * MINUTE_MS);
  expect(asked).toHaveLength(1);
  bed.clock.pass(10 * MINUTE_MS);
  expect(asked).toHaveLength(2);
  book.changeSettings({ logKeepDays: 7 }, null);
  bed.clock.pass(MINUTE_MS);
  expect(asked.at(-1)).toMatchObject({ limits: { keepSeconds: 7 * 86_400 } });
  book.changeSettings({ logKeepDays: null, logTotalBytes: null }, null);
  bed.clock.pass(600 * MINUTE_MS);
  expect(asked).toHaveLength(3);
});

test('what went stands in the story of its task, and a node speaks of none but its own', async () => {
  book.createTable(submit(rows(2)));
  for (const [task, nodeId] of [
    [1, 'node-1'],
    [2, 'node-2'],
  ] as const) {
    const lease = book.lease(task, given({ nodeId }));
    if (!lease) throw new Error('not queued');
    book.report(from(nodeId), said(lease, 'ended', 1), () => verdict());
  }
  await book.durable();
  cleaned = [
    { attempt: 't1.1.1', reason: 'age' },
    { attempt: 't2.1.1', reason: 'age' },
    { attempt: 't99.1.1', reason: 'size' },
  ];
  bed.clock.pass(MINUTE_MS);
  const notes = async (task: number) => {
    await book.durable();
    return (await book.story(task)).filter(({ kind }) => kind === 'note');
  };
  await waitFor('the story', async () => (await notes(1)).length > 0);
  expect(await notes(1)).toMatchObject([
    { run: 1, attempt: 1, text: 'log cleaned up on gpu-01: it was older than logs are kept' },
  ]);
  expect(await notes(2)).toEqual([]);
});
