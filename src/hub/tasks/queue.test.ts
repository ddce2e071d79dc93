/** From a submit to an end, through a real hub and fake agents: where tasks go, what they are promised, how they are killed. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endedWith, reportOf } from '../../../test/support/fakeAgent.ts';
import { gpu, queueBed, tableOf, waitsOn } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { DEFAULT_OPTIONS } from '../../model/queue.ts';
import { bareOutOfMemory } from '../../model/task.ts';

const GIB = 1024 ** 3;

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

const { leaseOf, leaseOfTask, becomes, acknowledges } = waitsOn(() => bed);

describe('a task', () => {
  test('that was queued is given to a machine that may run it, and succeeds when that says so', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    expect(lease).toMatchObject({
      attempt: `${id}.1.1`,
      owner: 'alice',
      workingDirectory: '/tmp',
      environment: { SECRET_KEY: 'sk-of-alice' },
      gpus: [],
      command: { kind: 'argv' },
    });
    atlas.report(lease, 1, { state: 'running' });
    await becomes(id, 'running');
    atlas.report(lease, 2, endedWith(0));
    await becomes(id, 'succeeded');
    await acknowledges(atlas, lease.attempt, 2);
    const { attempts, runNum } = await bed.task(id);
    expect(runNum).toBe(1);
    expect(attempts).toMatchObject([
      { number: 1, node: 'atlas', exitCode: 0, class: 'ok', state: 'succeeded' },
    ]);
  });

  test('tells when it will be done and by how much that may be wrong, and its table when it was', async () => {
    const atlas = await bed.agent('atlas');
    const [first = '', second = '', third = ''] = await bed.submit(3);
    const beganMs = Date.now();
    for (const [id, seconds] of [
      [first, 60],
      [second, 90],
    ] as const) {
      const lease = await leaseOfTask(atlas, id);
      const startedAtMs = beganMs - seconds * 1000;
      atlas.report(lease, 1, { state: 'running', startedAtMs });
      atlas.report(lease, 2, { ...endedWith(0), startedAtMs, endedAtMs: beganMs });
      await becomes(id, 'succeeded');
    }
    const lease = await leaseOfTask(atlas, third);
    atlas.report(lease, 1, { state: 'running', startedAtMs: beganMs });
    await becomes(third, 'running');
    const running = await bed.task(third);
    expect(running.doneAtMs).toBeGreaterThan(beganMs);
    expect(running.doneErrorMs).toBeGreaterThan(0);
    const table = async () => (await bed.client().call('tables')).tables[0];
    expect((await table())?.doneErrorMs).toBeGreaterThan(0);
    atlas.report(lease, 2, endedWith(0));
    await becomes(third, 'succeeded');
    const over = await table();
    expect(over?.doneAtMs).toBeGreaterThanOrEqual(beganMs);
    expect(over?.doneAtMs).toBeLessThanOrEqual(Date.now());
    expect(over?.doneErrorMs).toBeNull();
  });

  test('that waits tells when it starts, after what comes before it, while its table goes on', async () => {
    const atlas = await bed.agent('atlas');
    const [first = '', second = '', third = '', fourth = ''] = await bed.submit(4, { maxRunning: 1 });
    expect(await bed.task(fourth)).toMatchObject({ startsAtMs: null, doneAtMs: null });
    const beganMs = Date.now();
    const lease = await leaseOfTask(atlas, first);
    const startedAtMs = beganMs - 60_000;
    atlas.report(lease, 1, { state: 'running', startedAtMs });
    atlas.report(lease, 2, { ...endedWith(0), startedAtMs, endedAtMs: beganMs });
    await becomes(first, 'succeeded');
    atlas.report(await leaseOfTask(atlas, second), 1, { state: 'running' });
    await becomes(second, 'running');
    const [soon, later] = [await bed.task(third), await bed.task(fourth)];
    expect(soon.startsAtMs).toBeGreaterThan(beganMs + 50_000);
    expect((later.startsAtMs ?? 0) - (soon.startsAtMs ?? 0)).toBe(60_000);
    expect((later.doneAtMs ?? 0) - (later.startsAtMs ?? 0)).toBe(60_000);
    // From one run nothing is known of how much they differ.
    expect(later.startsErrorMs).toBeNull();
    const { tasks } = await bed.client().call('tasks', { query: { table: later.tableId, limit: 10 } });
    expect(tasks.find(({ id }) => id === fourth)?.startsAtMs).toBeGreaterThan(beganMs + 110_000);
    await bed.client().call('changeTable', { parameters: { id: later.tableId }, body: { paused: true } });
    expect(await bed.task(fourth)).toMatchObject({ startsAtMs: null, doneAtMs: null });
  });

  test('that waits for another one that runs starts once that is done', async () => {
    const atlas = await bed.agent('atlas');
    const [known = '', first = ''] = await bed.submit(2, { maxRunning: 1 });
    const after = [{ wanted: 'ok' as const, task: first }];
    const [second = ''] = await bed.submit(1, {
      name: 'next',
      options: { ...DEFAULT_OPTIONS, after },
    });
    const beganMs = Date.now();
    const lease = await leaseOfTask(atlas, known);
    atlas.report(lease, 1, { state: 'running', startedAtMs: beganMs - 60_000 });
    atlas.report(lease, 2, { ...endedWith(0), startedAtMs: beganMs - 60_000, endedAtMs: beganMs });
    await becomes(known, 'succeeded');
    expect((await bed.task(second)).startsAtMs).toBeNull();
    atlas.report(await leaseOfTask(atlas, first), 1, { state: 'running' });
    await becomes(first, 'running');
    const [runs, waits] = [await bed.task(first), await bed.task(second)];
    expect(waits.startsAtMs).not.toBeNull();
    expect(waits.startsAtMs).toBe(runs.doneAtMs);
  });

  test('of which nothing ever ran is not said to have been done at any time', async () => {
    const ids = await bed.submit(2);
    await bed.client().call('killTasks', { body: { select: { ids } } });
    await waitFor('both to be cancelled', async () => (await bed.state(ids[1] ?? '')) === 'cancelled');
    expect((await bed.client().call('tables')).tables[0]).toMatchObject({
      doneAtMs: null,
      doneErrorMs: null,
    });
  });

  test('is not given to a machine that only joined, until an administrator allows it', async () => {
    const { token } = await bed.client().call('createToken', { body: { scope: 'join' } });
    const { nodeId, nodeToken } = await bed
      .clientOf(token)
      .call('join', { body: { hostname: 'stranger', machineId: 'machine of a stranger' } });
    const stranger = await bed.connect({ hostname: 'stranger', nodeToken });
    const [id = ''] = await bed.submit(1);
    await waitFor('the reason', async () => /may run|allow/.test((await bed.task(id)).waitingReason ?? ''));
    expect(stranger.leases).toEqual([]);
    await bed.client().call('changeNode', { parameters: { id: nodeId }, body: { mayRun: true } });
    await waitFor('the lease', () => stranger.leases.length === 1);
  });

  test('is not given to a machine whose agent runs as somebody else', async () => {
    const atlas = await bed.agent('atlas', { user: 'bob', uid: 1001 });
    const [id = ''] = await bed.submit(1);
    await waitFor('a reason', async () => (await bed.task(id)).waitingReason);
    expect(atlas.leases).toEqual([]);
  });

  test('is not given to somebody else by a number: what a submit says of its files is no proof', async () => {
    const atlas = await bed.agent('atlas', { user: 'bob', uid: 1001, onRequest: () => ({ kind: 'kept' }) });
    const machineId = 'machine atlas';
    const path = '/home/bob/private.csv';
    const file = { path, format: 'csv' as const, sheet: null, machineId, uid: 1001, writesColumns: [] };
    const { token } = await bed.client().call('createToken', { body: { scope: 'submit', label: 'alice' } });
    const body = tableOf(1, { file, machineId });
    const { tasks, table } = await bed.clientOf(token).call('submitTable', { body });
    // Of what is bob's own the keeper is told at the same look.
    const own = tableOf(1, { owner: 'bob', file });
    const { table: bobs } = await bed.client().call('submitTable', { body: own });
    const tables = () =>
      atlas.requests.flatMap((said) => (said.kind === 'keep-table' ? said.keep.table : []));
    await waitFor('the lease of bob’s', () => atlas.leases.length > 0);
    await waitFor('bob’s table to be kept', () => tables().includes(bobs.id));
    expect(tables()).not.toContain(table.id);
    expect(atlas.leases.map(({ owner }) => owner)).toEqual(['bob']);
    expect((await bed.task(tasks[0]?.task ?? '')).state).toBe('queued');
  });

  test('takes its promise from the ledger: two of 50 GiB do not share a card of 80', async () => {
    const atlas = await bed.agent('atlas', { gpus: [gpu(0), gpu(1)] });
    const [first = '', second = '', third = ''] = await bed.submit(3, {
      ask: { gpus: 1, memoryBytes: 50 * GIB },
    });
    await waitFor('two leases', () => atlas.leases.length === 2);
    expect(atlas.leases.flatMap((lease) => lease.gpus.map(({ uuid }) => uuid)).sort()).toEqual([
      'GPU-0',
      'GPU-1',
    ]);
    const waiting = await waitFor('the third to say why', async () => {
      const task = await bed.task(third);
      return task.waiting?.kind === 'memory' && task;
    });
    expect(waiting.waitingReason).toMatch(/GPU \d: .*short \(.* free, 50 asked/);
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, endedWith(0));
    await waitFor('the third lease', () => atlas.leases.length === 3);
    expect([first, second]).toContain(lease.attempt.split('.')[0]);
  });

  test('goes to the node that it names, by its alias too', async () => {
    const [atlas, rigel] = [await bed.agent('atlas'), await bed.agent('rigel')];
    await bed.client().call('changeNode', { parameters: { id: rigel.nodeId }, body: { alias: 'second' } });
    await bed.submit(1, { ask: { node: 'second' } });
    await waitFor('the lease', () => rigel.leases.length === 1);
    expect(atlas.leases).toEqual([]);
  });

  test('that no card could ever hold is impossible at once, with the figures', async () => {
    await bed.agent('atlas');
    const [id = ''] = await bed.submit(1, { ask: { gpus: 1, memoryBytes: 200 * GIB } });
    await becomes(id, 'impossible');
    expect((await bed.events(id)).map(({ text }) => text).join()).toMatch(/200\.0 GiB/);
  });

  test('queued by itself is promised what was said for it, whatever others like it were seen to take', async () => {
    const atlas = await bed.agent('atlas');
    await bed.submit(1, { ask: { gpus: 1, memoryBytes: 20 * GIB } });
    const lease = await leaseOf(atlas);
    const peak = { uuid: lease.gpus[0]?.uuid ?? '', bytes: 5 * GIB };
    atlas.report(lease, 1, { ...endedWith(0), gpuMemoryPeakBytes: [peak] });
    await acknowledges(atlas, lease.attempt, 1);
    const [id = ''] = await bed.submit(1, { ask: { gpus: 1, memoryBytes: 200 * GIB } });
    await becomes(id, 'impossible');
    expect(await bed.task(id)).toMatchObject({ askedBy: 'row', askedBytes: 200 * GIB });
  });

  test('whose memory did not come back keeps its card until it has', async () => {
    const atlas = await bed.agent('atlas');
    const [, second = ''] = await bed.submit(2, { ask: { gpus: 1, memoryBytes: 70 * GIB } });
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, { ...endedWith(0), cardsFree: false });
    await acknowledges(atlas, lease.attempt, 1);
    expect(await bed.state(second)).toBe('queued');
    expect(atlas.leases).toHaveLength(1);
    atlas.report(lease, 2, { ...endedWith(0), cardsFree: true });
    await waitFor('the second lease', () => atlas.leases.length === 2);
  });
});

describe('somebody who kills', () => {
  test('a waiting task takes it out of the queue', async () => {
    const [id = ''] = await bed.submit(1);
    const { results } = await bed.client().call('killTasks', { body: { select: { ids: [id] } } });
    expect(results).toMatchObject([{ id, outcome: 'done' }]);
    expect(await bed.state(id)).toBe('cancelled');
  });

  test('a running task has its node told, and it never starts again', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1, { options: { ...tableOf(1).table.options, retries: 5 } });
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, { state: 'running' });
    await becomes(id, 'running');
    await bed.client().call('killTasks', { body: { select: { ids: [id] }, graceSeconds: 3 } });
    const stop = await waitFor('the stop', () =>
      atlas.requests.find((request) => request.kind === 'stop-attempt'),
    );
    expect(stop).toMatchObject({
      attempt: lease.attempt,
      fence: lease.fence,
      reason: 'user',
      graceSeconds: 3,
    });
    atlas.report(lease, 2, { ...endedWith(1), signal: 'SIGTERM', exitCode: 143, stopReason: 'user' });
    await becomes(id, 'cancelled');
    await bed.client().call('changeQueue', { body: { isRunning: true } });
    expect(atlas.leases).toHaveLength(1);
  });

  test('a task whose node is away has it told when it is back', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, { state: 'running' });
    await becomes(id, 'running');
    atlas.breakOff();
    await atlas.closed;
    await bed.client().call('killTasks', { body: { select: { ids: [id] } } });
    const back = await bed.agent('atlas', { inventory: [reportOf(lease, 1, { state: 'running' })] });
    await waitFor('the stop', () => back.requests.some((request) => request.kind === 'stop-attempt'));
    back.report(lease, 2, { ...endedWith(143), signal: 'SIGTERM' });
    await becomes(id, 'cancelled');
  });
});

describe('an attempt that ran out of GPU memory', () => {
  test('is promised more the next time: its peak and what it asked for last', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1, { ask: { gpus: 1, memoryBytes: 20 * GIB } });
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, {
      ...endedWith(1),
      class: 'gpu_oom',
      outOfMemory: bareOutOfMemory('CUDA out of memory. Tried to allocate 10.00 GiB', 10 * GIB),
      gpuMemoryPeakBytes: [{ uuid: 'GPU-0', bytes: 19 * GIB }],
    });
    const task = await waitFor('the backoff', async () => {
      const now = await bed.task(id);
      return now.waiting?.kind === 'backoff' && now;
    });
    expect(task.askedBytes).toBe(29 * GIB);
    expect(task.askedBy).toBe('learned');
    expect((await bed.events(id)).map(({ text }) => text).join('\n')).toMatch(/29\.0/);
  });

  test('teaches others of its table what a run takes, once one succeeded', async () => {
    const atlas = await bed.agent('atlas');
    const [, second = ''] = await bed.submit(3, { ask: { gpus: 1 } });
    const lease = await leaseOf(atlas);
    expect(lease.gpus[0]?.promisedBytes).toBeNull();
    await waitFor('the others to wait', async () => (await bed.task(second)).waiting?.kind === 'warm-up');
    atlas.report(lease, 1, { ...endedWith(0), gpuMemoryPeakBytes: [{ uuid: 'GPU-0', bytes: 10 * GIB }] });
    await waitFor('both others', () => atlas.leases.length === 3);
    expect(atlas.leases.slice(1).map(({ gpus }) => gpus[0]?.promisedBytes)).toEqual([10 * GIB, 10 * GIB]);
  });
});
