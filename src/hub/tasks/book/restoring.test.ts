import { copyFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  type BookBed,
  bookBed,
  from,
  given,
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
const database = (): string => join(bed.folder, 'queue.sqlite');
const copy = (): string => join(bed.folder, 'copy.sqlite');
const reopen = async (meanwhile: () => void = () => undefined): Promise<void> => {
  await book.stop();
  meanwhile();
  book = await bed.open();
};
/** Puts the copy back, as somebody does who lost the database. */
const restore = (): void => {
  for (const end of ['', '-wal', '-shm']) rmSync(database() + end, { force: true });
  copyFileSync(copy(), database());
};
const leased = (task: number) => {
  const lease = book.lease(task, given());
  if (!lease) throw new Error(`t${task} is not queued`);
  return lease;
};
const never = (): never => {
  throw new Error('nothing ended');
};

describe('a database restored from a copy', () => {
  beforeEach(async () => {
    book.createTable(submit(rows(3)));
    await reopen(() => copyFileSync(database(), copy()));
  });

  test('begins a new epoch and says so until the nodes have reported; a plain restart does not', async () => {
    expect(book.epoch()).toBe(1);
    await reopen();
    expect([book.epoch(), book.isRestored()]).toEqual([1, false]);
    await reopen(restore);
    expect([book.epoch(), book.isRestored()]).toEqual([2, true]);
    await reopen();
    expect([book.epoch(), book.isRestored()]).toEqual([2, true]);
    book.nodesReported();
    await reopen();
    expect([book.epoch(), book.isRestored()]).toEqual([2, false]);
    expect(leased(1).fence).toMatchObject({ epoch: 2 });
  });

  test('takes over what the nodes run, and gives its numbers to nothing else', async () => {
    const forgotten = leased(1);
    const ended = leased(2);
    book.report(from(), said(ended, 'ended', 1), () => verdict());
    const { tasks } = book.createTable(submit(rows(1)));
    await book.durable();
    await reopen(restore);
    expect(book.task(1)?.state).toBe('queued');
    expect(book.report(from(), said(forgotten, 'running', 3), never)).toMatchObject({ kind: 'adopted' });
    expect(book.task(1)).toMatchObject({ state: 'running', attempts: 1, live: { fence: forgotten.fence } });
    expect(book.report(from(), said(ended, 'ended', 1), () => verdict())).toMatchObject({ kind: 'adopted' });
    expect(book.task(2)).toMatchObject({ state: 'succeeded', runNum: 1 });
    expect(book.report(from(), said(forgotten, 'ended', 4), () => verdict())).toMatchObject({ ended: true });
    expect(book.task(1)).toMatchObject({ state: 'succeeded', runNum: 1 });
    const again = book.createTable(submit(rows(1)));
    expect(again.tasks[0]?.task.number).toBeGreaterThan(tasks[0]?.task.number ?? 0);
  });

  test('believes a later attempt over one that it has itself', async () => {
    const first = leased(1);
    await reopen(() => copyFileSync(database(), copy()));
    book.gone(first.attemptId, verdict({ class: 'infra', again: true }), null);
    const second = leased(1);
    await reopen(restore);
    expect(book.task(1)?.live?.id).toBe('t1.1.1');
    expect(book.report(from(), said(second, 'running', 1), never)).toMatchObject({ kind: 'adopted' });
    expect([...book.live().keys()]).toEqual(['t1.1.2']);
    expect(book.task(1)).toMatchObject({ state: 'running', attempts: 2 });
  });

  test('is told by a fence that it never gave out, where note and database were restored together', () => {
    const fence = { epoch: 1, number: 500 };
    expect(book.noteFence({ epoch: 1, number: 0 })).toBe(false);
    expect(book.noteFence(fence)).toBe(true);
    expect([book.epoch(), book.isRestored()]).toEqual([2, true]);
    expect(book.noteFence(fence)).toBe(false);
  });

  test('may be one that was begun anew beside its note', async () => {
    await reopen(() => {
      for (const end of ['', '-wal', '-shm']) rmSync(database() + end, { force: true });
    });
    expect([book.epoch(), book.isRestored(), book.tables().length]).toEqual([2, true, 0]);
    expect(book.createTable(submit(rows(1))).tasks[0]?.task.number).toBeGreaterThan(3);
  });

  test('was never open to others', () => {
    for (const name of ['queue.sqlite', 'queue.note.json']) {
      expect(statSync(join(bed.folder, name)).mode & 0o777).toBe(0o600);
    }
  });
});

describe('what was never leased', () => {
  test('is believed of no node while nothing was restored, and never of one that may run nothing', async () => {
    book.createTable(submit(rows(1)));
    book.createTable(submit(rows(1)));
    leased(2);
    const forged = { attemptId: 't1.1.1', fence: { epoch: 1, number: 1 } };
    expect(book.report(from(), said(forged, 'ended', 1), never)).toEqual({ kind: 'unknown' });
    const higher = { attemptId: 't1.1.1', fence: { epoch: 9, number: 1 } };
    const stranger = { ...from(), mayRun: false };
    expect(book.report(stranger, said(higher, 'ended', 1), never)).toEqual({ kind: 'unknown' });
    expect([book.epoch(), book.task(1)?.state]).toEqual([1, 'queued']);
  });
});
