/** What nodes say and do not say of attempts, through a real hub and fake agents. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endedWith, reportOf } from '../../../test/support/fakeAgent.ts';
import { queueBed, waitsOn } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import type { Lease } from '../../protocol/supervision.ts';

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

const { leaseOf, becomes, acknowledges } = waitsOn(() => bed);

describe('what a node says of an attempt', () => {
  test('is acknowledged again when the acknowledgement was lost, and counted once', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, endedWith(0));
    await acknowledges(atlas, lease.attempt, 1);
    atlas.acknowledged.length = 0;
    atlas.report(lease, 1, endedWith(0));
    await acknowledges(atlas, lease.attempt, 1);
    expect(await bed.task(id)).toMatchObject({ runNum: 1, state: 'succeeded' });
  });

  test('of an attempt that is leased to another node is refused, audited and changes nothing', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    const rigel = await bed.agent('rigel');
    rigel.report(lease, 9, endedWith(1));
    await waitFor('the audit', async () => (await bed.audit()).includes('leased to another node'));
    expect(await bed.state(id)).toBe('starting');
    expect(rigel.acknowledged).toEqual([]);
  });

  test('with an older fence is told to stop, and changes nothing', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    const stale = { ...lease, fence: { epoch: lease.fence.epoch, number: lease.fence.number - 1 } };
    atlas.report(stale, 5, { state: 'running' });
    await waitFor('the stop', () =>
      atlas.requests.some((request) => request.kind === 'stop-attempt' && request.reason === 'superseded'),
    );
    expect(await bed.state(id)).toBe('starting');
  });

  test('fails its run, and a table whose runs fail one after another is paused', async () => {
    const atlas = await bed.agent('atlas');
    const ids = await bed.submit(6, { maxRunning: 1 });
    for (const place of [0, 1, 2]) atlas.report(await leaseOf(atlas, place), 1, endedWith(2));
    await waitFor('the pause', async () => {
      const { tables } = await bed.client().call('tables');
      return tables[0]?.paused === 'failures';
    });
    const waiting = await bed.task(ids[5] ?? '');
    expect(waiting.state).toBe('queued');
    expect(waiting.waiting).toMatchObject({ kind: 'paused', by: 'failures' });
  });
});

describe('a node that refuses', () => {
  test('costs the run nothing, and two strikes keep work away until it is allowed again', async () => {
    const atlas = await bed.agent('atlas', {
      onLaunch: () => ({ kind: 'refused', code: 'disk', message: 'the disk is full', remarks: null }),
    });
    await bed.submit(2);
    const why = await waitFor('the drain', async () => {
      const { tasks } = await bed.client().call('tasks');
      return tasks.every(({ state, waitingReason }) => state === 'queued' && waitingReason !== null) && tasks;
    });
    expect(why.flatMap(({ attempts }) => attempts.map((attempt) => attempt.class))).toEqual([null, null]);
    expect(atlas.leases).toHaveLength(2);
  });

  test('a missing working directory is charged to the run, which waits and goes elsewhere if it can', async () => {
    const atlas = await bed.agent('atlas', {
      onLaunch: () => ({
        kind: 'refused',
        code: 'working-directory',
        message: '/tmp/x is not there',
        remarks: null,
      }),
    });
    const [id = ''] = await bed.submit(1);
    await waitFor('the refusal', async () => {
      const task = await bed.task(id);
      return task.attempts[0]?.class === 'infra' && task.waiting?.kind === 'backoff';
    });
    expect(atlas.leases).toHaveLength(1);
  });

  test('that it tells of late is waited out: the run is not given out again and again', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    const late = { state: 'never-started', class: 'infra', message: '/tmp/x hung' } as const;
    atlas.report(lease, 1, { ...late, cardsFree: true });
    await waitFor('the wait', async () => (await bed.task(id)).waiting?.kind === 'backoff');
    expect(atlas.leases).toHaveLength(1);
  });

  test('a missing working directory keeps nobody else’s work from the machine', async () => {
    const missing = (lease: Lease) => lease.workingDirectory === '/tmp/x';
    const atlas = await bed.agent('atlas', {
      onLaunch: (lease) =>
        missing(lease)
          ? { kind: 'refused', code: 'working-directory', message: '/tmp/x is not there', remarks: null }
          : { kind: 'launched' },
    });
    await bed.submit(4, { workingDirectory: '/tmp/x' });
    await waitFor('four refusals', () => atlas.leases.filter(missing).length === 4);
    await bed.submit(1);
    await waitFor('the lease of a task whose folder is there', () => atlas.leases.some((l) => !missing(l)));
  });
});

describe('a node that falls silent', () => {
  test('makes its runs unreachable, not over; its word brings them back', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, { state: 'running' });
    await becomes(id, 'running');
    atlas.breakOff();
    await becomes(id, 'unreachable');
    const back = await bed.agent('atlas', { inventory: [reportOf(lease, 1, { state: 'running' })] });
    await becomes(id, 'running');
    back.report(lease, 2, endedWith(0));
    await becomes(id, 'succeeded');
  }, 20_000);

  test('and somebody confirms that nothing of it lives: the run starts elsewhere, and what comes back is stopped', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, { state: 'running' });
    await becomes(id, 'running');
    atlas.breakOff();
    await becomes(id, 'unreachable');
    await bed.client().call('confirmGone', { body: { select: { ids: [id] } } });
    expect(['queued', 'lost']).toContain(await bed.state(id));
    const back = await bed.agent('atlas', { inventory: [reportOf(lease, 1, { state: 'running' })] });
    await waitFor('the stop', () =>
      back.requests.some((request) => request.kind === 'stop-attempt' && request.reason === 'superseded'),
    );
    back.report(lease, 2, endedWith(0));
    await acknowledges(back, lease.attempt, 2);
    expect(await bed.task(id)).toMatchObject({ runNum: 0 });
  }, 20_000);
});
