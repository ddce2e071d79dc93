import { readFileSync } from 'node:fs';
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

const leased = (task: number, more = {}) => {
  const lease = book.lease(task, given(more));
  if (!lease) throw new Error(`t${task} is not queued`);
  return lease;
};
const ok = () => verdict();
const never = (): never => {
  throw new Error('nothing ended');
};

describe('runs of a task', () => {
  test('go one after another, each counted once, from what the file told', () => {
    book.createTable(submit(rows(1, { runNum: 2, needRunNum: 4 })));
    const first = leased(1);
    expect(first.attemptId).toBe('t1.3.1');
    book.report(from(), said(first, 'ended', 1), ok);
    expect(book.task(1)).toMatchObject({ state: 'queued', runNum: 3, attempts: 0 });
    const second = leased(1);
    expect(second.attemptId).toBe('t1.4.1');
    book.report(from(), said(second, 'ended', 1), ok);
    expect(book.task(1)).toMatchObject({ state: 'succeeded', runNum: 4, runState: null });
    expect(book.table(1)).toMatchObject({ doneRuns: 4, needRuns: 4 });
  });

  test('end with one that fails for good, until somebody says again', () => {
    book.createTable(submit(rows(1, { needRunNum: 3 })));
    const lease = leased(1);
    book.report(from(), said(lease, 'ended', 1, { exitCode: 3 }), () => verdict({ class: 'program' }));
    expect(book.task(1)).toMatchObject({
      state: 'failed',
      runNum: 0,
      last: { class: 'program', exitCode: 3 },
    });
    expect(book.lease(1, given())).toBeNull();
    expect(book.retry(1, 'alice')).toEqual({ done: true });
    expect(leased(1).attemptId).toBe('t1.1.2');
  });

  test('become more when more are wanted, and are enough when fewer are', () => {
    book.createTable(submit(rows(1)));
    book.report(from(), said(leased(1), 'ended', 1), ok);
    expect(book.edit(1, { needRunNum: 2 }, 'alice')).toEqual({ done: true });
    expect(book.task(1)?.state).toBe('queued');
    expect(book.edit(1, { needRunNum: 1 }, 'alice')).toEqual({ done: true });
    expect(book.task(1)?.state).toBe('succeeded');
    expect(book.lease(1, given())).toBeNull();
    expect(book.counts()).toMatchObject({ succeeded: 1, queued: 0 });
  });
});

describe('an end', () => {
  test('whose cards are still waited for takes no word about it for a later attempt, which lives', () => {
    book.createTable(submit(rows(1)));
    const first = leased(1);
    const failed = () => verdict({ class: 'program' });
    book.report(from(), { ...said(first, 'ended', 1), cardsFree: false }, failed);
    expect(book.retry(1, 'alice')).toEqual({ done: true });
    const second = leased(1);
    expect(book.gone(first.attemptId, verdict({ class: 'infra' }), null)).toEqual({ done: true });
    expect(book.task(1)?.state).toBe('starting');
    expect([...book.live().keys()]).toEqual([second.attemptId]);
  });

  test('with the budget for another goes behind the others, after its backoff, and learns', () => {
    book.createTable(submit(rows(3)));
    const lease = leased(1);
    book.report(from(), said(lease, 'ended', 1), () =>
      verdict({ class: 'gpu_oom', again: true, notBeforeMs: 99, learnedBytes: 5000, avoid: ['GPU-a'] }),
    );
    expect(book.task(1)).toMatchObject({
      state: 'queued',
      notBeforeMs: 99,
      learnedBytes: 5000,
      avoid: ['GPU-a'],
      usedRetries: { gpu_oom: 1 },
    });
    expect(book.task(1)?.place).toBeGreaterThan(book.task(3)?.place ?? 0);
    expect(leased(1).attemptId).toBe('t1.1.2');
  });

  test('of what somebody killed never starts again, whatever the budget says', () => {
    book.createTable(submit(rows(1)));
    const lease = leased(1);
    book.report(from(), said(lease, 'running', 1), never);
    expect(book.kill(1, 'alice', 5)).toEqual({ done: true });
    expect(book.live().get('t1.1.1')?.stop).toMatchObject({ reason: 'user', graceSeconds: 5 });
    expect(book.kill(1, 'alice', 5)).toMatchObject({ done: false, outcome: 'unchanged' });
    const judged = verdict({ class: 'infra', again: true, isImpossible: true });
    book.report(from(), said(lease, 'ended', 2), () => judged);
    expect(book.task(1)?.state).toBe('failed');
  });

  test('that no card could ever hold makes the run impossible', () => {
    book.createTable(submit(rows(1)));
    book.report(from(), said(leased(1), 'ended', 1), () => verdict({ class: 'gpu_oom', isImpossible: true }));
    expect(book.task(1)).toMatchObject({ state: 'impossible', last: { class: 'gpu_oom' } });
  });

  test('keeps its cards counted until their memory is back', () => {
    book.createTable(submit(rows(1)));
    const lease = leased(1);
    const ended = book.report(from(), said(lease, 'ended', 1, { cardsFree: false }), ok);
    expect(ended).toMatchObject({ kind: 'applied', ended: true, freed: false });
    expect(book.live().get(lease.attemptId)).toMatchObject({ isReturning: true });
    expect(book.task(1)).toMatchObject({ state: 'succeeded', live: null });
    expect(book.report(from(), said(lease, 'ended', 2), never)).toMatchObject({ freed: true });
    expect(book.live().size).toBe(0);
  });

  test('charges its owner for GPU time that halves in a week', () => {
    book.createTable(submit(rows(1)));
    const lease = leased(1);
    bed.clock.pass(120_000);
    // By the node's own clock it ran for 60 s.
    book.report(from(), said(lease, 'ended', 1), ok);
    expect(book.usage('alice')).toBeCloseTo(60);
    bed.clock.pass(7 * 86_400_000);
    expect(book.usage('alice')).toBeCloseTo(30);
    expect(book.usage('bob')).toBe(0);
  });
});

describe('a lease', () => {
  test('that never became a process costs nothing and keeps its place', () => {
    book.createTable(submit(rows(2)));
    const place = book.task(1)?.place;
    const lease = leased(1);
    expect(book.notStarted(lease.attemptId, { kind: 'not-begun', why: 'disk' })).toEqual({ done: true });
    expect(book.task(1)).toMatchObject({ state: 'queued', place, usedRetries: null, last: null });
    expect(leased(1)).toMatchObject({ attemptId: 't1.1.2', fence: { number: 2 } });
  });

  test('is spoken of only by the node that has it', () => {
    book.createTable(submit(rows(1)));
    const lease = leased(1);
    expect(book.report(from('node-2'), said(lease, 'ended', 1), never)).toEqual({ kind: 'unknown' });
    expect(book.task(1)?.state).toBe('starting');
  });

  test('of an older fence is superseded', () => {
    book.createTable(submit(rows(1)));
    const old = leased(1);
    book.gone(old.attemptId, verdict({ class: 'infra', again: true }), null);
    const now = leased(1);
    expect(book.report(from(), said(old, 'running', 9), never)).toEqual({ kind: 'superseded' });
    expect(book.report(from(), said(old, 'ended', 10), never)).toEqual({ kind: 'known' });
    const forged = { attemptId: now.attemptId, fence: old.fence };
    expect(book.report(from(), said(forged, 'ended', 10), never)).toEqual({ kind: 'superseded' });
    expect(book.task(1)?.state).toBe('starting');
  });

  test('says nothing anew with a sequence number that was heard', () => {
    book.createTable(submit(rows(1)));
    const lease = leased(1);
    book.report(from(), said(lease, 'running', 5), never);
    expect(book.report(from(), said(lease, 'ended', 4), never)).toEqual({ kind: 'known' });
    expect(book.task(1)?.state).toBe('running');
  });
});

describe('a silent node', () => {
  test('keeps its attempts counted, and brings them back by what it said before', () => {
    book.createTable(submit(rows(2)));
    const running = leased(1);
    const starting = leased(2);
    book.report(from(), said(running, 'running', 1), never);
    book.report(from(), said(starting, 'starting', 1), never);
    book.nodeSilent('node-1');
    expect([book.task(1)?.state, book.task(2)?.state]).toEqual(['unreachable', 'unreachable']);
    expect(book.liveOn('node-1')).toHaveLength(2);
    book.report(from(), said(running, 'running', 1), never);
    book.report(from(), said(starting, 'starting', 1), never);
    expect([book.task(1)?.state, book.task(2)?.state]).toEqual(['running', 'starting']);
  });

  test('that is gone gives its runs back, or loses them', () => {
    book.createTable(submit(rows(2)));
    const [one, two] = [leased(1), leased(2)];
    book.nodeSilent('node-1');
    expect(book.gone(one.attemptId, verdict({ class: 'infra', again: true }), null)).toEqual({ done: true });
    expect(book.gone(two.attemptId, verdict({ class: 'infra' }), 'alice')).toEqual({ done: true });
    expect([book.task(1)?.state, book.task(2)?.state]).toEqual(['queued', 'lost']);
    expect(book.live().size).toBe(0);
  });

  test('is still asked to stop what was killed meanwhile', () => {
    book.createTable(submit(rows(1)));
    const lease = leased(1);
    book.report(from(), said(lease, 'running', 1), never);
    book.nodeSilent('node-1');
    book.kill(1, 'alice', null);
    book.nodeSilent('node-1');
    book.report(from(), said(lease, 'running', 1), never);
    expect(book.task(1)).toMatchObject({ state: 'stopping', live: { stop: { reason: 'user' } } });
  });
});

describe('the environment of a submit', () => {
  const onDisk = (): string =>
    ['queue.sqlite', 'queue.sqlite-wal']
      .map((name) => join(bed.folder, name))
      .map((path) => {
        try {
          return readFileSync(path, 'latin1');
        } catch {
          return '';
        }
      })
      .join('');

  test('is dropped when all of its rows succeeded, and stands no longer on the disk', async () => {
    book.createTable(submit(rows(2)));
    await book.durable();
    expect(onDisk()).toContain('secret-of-alice');
    for (const task of [1, 2]) book.report(from(), said(leased(task), 'ended', 1), ok);
    expect(await book.environment(1)).toBeNull();
    expect(book.table(1)?.hasEnvironment).toBe(false);
    await book.stop();
    expect(onDisk()).not.toContain('secret-of-alice');
    book = await bed.open();
  });

  test('is kept a week for rows that may be run again, then they say that it is gone', async () => {
    book.createTable(submit(rows(1)));
    book.report(from(), said(leased(1), 'ended', 1), () => verdict({ class: 'program' }));
    bed.clock.pass(6 * 86_400_000);
    expect(book.table(1)?.hasEnvironment).toBe(true);
    bed.clock.pass(2 * 86_400_000);
    expect(await book.environment(1)).toBeNull();
    expect(book.retry(1, 'alice')).toMatchObject({
      done: false,
      outcome: 'failed',
      remark: { kind: 'no-environment' },
    });
    expect(book.task(1)?.state).toBe('failed');
  });
});
