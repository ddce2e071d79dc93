/** A hub that starts again, or from an older copy of its data, over fake agents. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endedWith, reportOf } from '../../../test/support/fakeAgent.ts';
import { queueBed, waitsOn } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

const { leaseOf, becomes, acknowledges } = waitsOn(() => bed);

describe('a hub that starts again', () => {
  test('gives a node nothing before its inventory has come on this connection', async () => {
    const { nodeToken, breakOff, closed } = await bed.agent('atlas');
    breakOff();
    await closed;
    const mute = await bed.connect({ hostname: 'atlas', nodeToken, supervises: false });
    await waitFor('online', async () => (await bed.client().call('nodes')).nodes[0]?.state === 'online');
    const [id = ''] = await bed.submit(1);
    await waitFor('a reason', async () => (await bed.task(id)).waiting?.kind === 'nodes');
    await bed.client().call('changeQueue', { body: { isRunning: true } });
    expect(mute.leases).toEqual([]);
    mute.say({ type: 'inventory', inventory: { user: 'alice', uid: 1000, reports: [] } });
    await waitFor('the lease', () => mute.leases.length === 1);
  });

  test('learns from the inventory what ended while it was away, and acknowledges it', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, { state: 'running' });
    await becomes(id, 'running');
    await bed.restartHub();
    const back = await bed.agent('atlas', { inventory: [reportOf(lease, 2, endedWith(0))] });
    await becomes(id, 'succeeded');
    await acknowledges(back, lease.attempt, 2);
    expect(back.leases).toEqual([]);
  });

  test('queues again a run whose lease its node never heard of: once, and with a higher fence', async () => {
    const atlas = await bed.agent('atlas', { onLaunch: () => null });
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    await bed.restartHub();
    expect(await bed.state(id)).toBe('starting');
    const back = await bed.agent('atlas');
    const again = await leaseOf(back);
    expect(again.fence.number).toBeGreaterThan(lease.fence.number);
    expect(back.leases).toHaveLength(1);
  });

  test('takes what had started and is not in the inventory for gone, by the budget of the machine', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, { state: 'running' });
    await becomes(id, 'running');
    await bed.restartHub();
    await bed.agent('atlas');
    await becomes(id, 'queued');
    const task = await bed.task(id);
    expect(task.attempts).toMatchObject([{ class: 'infra' }]);
    expect(task.waiting).toMatchObject({ kind: 'backoff', class: 'infra', retry: 1, budget: 5 });
  });

  test('keeps every submit that it acknowledged, in order', async () => {
    const ids = [...(await bed.submit(50)), ...(await bed.submit(50))];
    await bed.restartHub();
    const { tasks, total } = await bed.client().call('tasks', { query: { sort: 'id', limit: 200 } });
    expect(total).toBe(100);
    expect(tasks.map(({ id }) => id)).toEqual(ids);
  });
});

describe('a hub whose data was restored from an older copy', () => {
  test('gives nothing out before every allowed machine has told what it runs, and takes that over', async () => {
    const atlas = await bed.agent('atlas');
    await bed.agent('rigel');
    const [id = ''] = await bed.submit(1, { ask: { node: 'atlas' } });
    const lease = await leaseOf(atlas);
    await bed.restartHub();
    const [other = ''] = await bed.submit(1);
    const back = await bed.agent('atlas', {
      inventory: [
        reportOf({ ...lease, fence: { epoch: lease.fence.epoch + 3, number: 1 } }, 1, { state: 'running' }),
      ],
    });
    const waiting = await waitFor('the reason', async () => {
      const task = await bed.task(other);
      return task.waiting?.kind === 'paused' && task;
    });
    expect(waiting.waitingReason).toMatch(/restored.*rigel/);
    expect(back.leases).toEqual([]);
    const rigel = await bed.agent('rigel');
    await waitFor('the lease', () => back.leases.length + rigel.leases.length === 1);
    expect(await bed.state(id)).toBe('running');
  });
});
