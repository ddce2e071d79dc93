import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type BookBed, bookBed, rows, submit } from '../../../test/support/bookBed.ts';
import { endedWith, reportOf } from '../../../test/support/fakeAgent.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { silentLog } from '../../io/log.ts';
import type { AgentRequest } from '../../protocol/agentHub.ts';
import type { Acknowledgement } from '../../protocol/supervision.ts';
import type { LiveView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import { cardLedgers } from './cardLedgers.ts';
import { hearing } from './hearing.ts';
import { launches } from './launches.ts';
import { presence } from './presence.ts';
import { stopper } from './stopper.ts';

/** A book whose commits the test holds back. */
let bed: BookBed;
let book: TaskBook;
let commit: () => void;
let asked: AgentRequest[];
let acknowledged: Acknowledgement[];
/** How often somebody began to wait for a commit. */
let waiting: number;
beforeEach(async () => {
  bed = bookBed();
  const real = await bed.open();
  const committed = new Promise<void>((resolve) => {
    commit = resolve;
  });
  waiting = 0;
  book = {
    ...real,
    durable() {
      waiting += 1;
      return committed.then(real.durable);
    },
  };
  asked = [];
  acknowledged = [];
});
afterEach(async () => {
  commit();
  await book.stop();
  bed.remove();
});

const links = {
  ask: async (_nodeId: string, request: AgentRequest) => {
    asked.push(request);
    return { kind: 'launched' } as const;
  },
  isConnected: () => true,
  acknowledge: (_nodeId: string, reports: readonly Acknowledgement[]) => void acknowledged.push(...reports),
  refuse: () => undefined,
};

const fail = (): never => {
  throw new Error('not asked for here');
};

function sender() {
  return launches({
    book,
    links,
    nowMs: bed.clock.nowMs,
    log: silentLog,
    strike: fail,
    judge: fail,
    settled: () => undefined,
  });
}

function leased(): LiveView {
  const { tasks } = book.createTable(submit(rows(1)));
  const number = tasks[0]?.task.number ?? 0;
  const given = { nodeId: 'a', node: 'atlas', gpus: [], profile: null, isWarmingUp: false };
  return book.lease(number, given)?.live ?? fail();
}

/** It has come to wait for the commit, and what could go out without one has gone out. */
async function settle(): Promise<void> {
  await waitFor('it to wait for the commit', () => waiting > 0);
  await new Promise(setImmediate);
}

describe('nothing is said before it is kept', () => {
  test('a lease', async () => {
    const sent = sender();
    const live = leased();
    void sent.send([live]);
    await settle();
    expect(asked).toEqual([]);
    expect(sent.isUnderWay(live.id)).toBe(true);
    commit();
    await waitFor('the launch', () => asked.length === 1);
    expect(asked).toMatchObject([{ kind: 'launch', lease: { attempt: live.id, fence: live.fence } }]);
  });

  test('a lease that somebody ended meanwhile is never said', async () => {
    const sent = sender();
    const live = leased();
    const sending = sent.send([live]);
    book.kill(live.task.number, 'alice', null);
    commit();
    await sending;
    await waitFor('the end', () => book.task(live.task.number)?.state === 'cancelled');
    expect(asked).toEqual([]);
  });

  test('an acknowledgement', async () => {
    const live = leased();
    const lease = { attempt: live.id, fence: live.fence };
    const present = presence(bed.clock.nowMs());
    const heard = hearing({
      book,
      links,
      presence: present,
      ledgers: cardLedgers(book.live, bed.clock.nowMs()),
      launches: { isUnderWay: () => false },
      reporter: (nodeId) => ({ nodeId, node: 'atlas', mayRun: true, gpuIndex: () => 0 }),
      mayRun: () => true,
      judge: () => ({ class: 'ok', again: false, notBeforeMs: null, remarks: [] }),
      judgeGone: fail,
      stopSuperseded: fail,
      stopAgain: fail,
      settled: () => undefined,
    });
    present.opened('a');
    heard.inventory('a', { user: 'alice', uid: 1000, reports: [reportOf(lease, 0, { state: 'starting' })] });
    heard.reports('a', [reportOf(lease, 1, endedWith(0))]);
    expect(book.task(live.task.number)?.state).toBe('succeeded');
    await settle();
    expect(acknowledged).toEqual([]);
    commit();
    await waitFor('both', () => acknowledged.length === 2);
  });

  test('a stop', async () => {
    const live = leased();
    book.kill(live.task.number, 'alice', 3);
    stopper(book, links, bed.clock, silentLog).stop(live);
    await settle();
    expect(asked).toEqual([]);
    commit();
    await waitFor('the stop', () => asked.length === 1);
    expect(asked).toMatchObject([{ kind: 'stop-attempt', attempt: live.id, graceSeconds: 3 }]);
  });
});
