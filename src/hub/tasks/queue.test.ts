import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endedWith, reportOf } from '../../../test/support/fakeAgent.ts';
import { gpu, queueBed, tableOf } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { DEFAULT_OPTIONS } from '../../model/queue.ts';
import { bareOutOfMemory } from '../../model/task.ts';
import type { Lease } from '../../protocol/supervision.ts';

const GIB = 1024 ** 3;

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

type Agent = Awaited<ReturnType<typeof bed.agent>>;

const leaseOf = async (agent: Agent, place = 0): Promise<Lease> => {
  const lease = await waitFor(`lease ${place}`, () => agent.leases[place]);
  return lease;
};
const leaseOfTask = (agent: Agent, id: string): Promise<Lease> =>
  waitFor(`lease of ${id}`, () => agent.leases.find(({ attempt }) => attempt.startsWith(`${id}.`)));
const becomes = (id: string, state: string) =>
  waitFor(`${id} to be ${state}`, async () => (await bed.state(id)) === state);
const acknowledges = (agent: Agent, attempt: string, sequence: number) =>
  waitFor(`acknowledgement ${sequence} of ${attempt}`, () =>
    agent.acknowledged.some((said) => said.attempt === attempt && said.sequence === sequence),
  );

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

describe('a table whose file is kept up', () => {
  const file = {
    path: '/home/alice/sweep.csv',
    format: 'csv' as const,
    sheet: null,
    machineId: 'machine atlas',
    uid: 1000,
    writesColumns: [],
  };

  test('has its keeper told what the hub knows, then what to write; edits come back as tasks', async () => {
    const written: number[] = [];
    const atlas = await bed.agent('atlas', {
      onRequest(request) {
        if (request.kind === 'keep-table') return { kind: 'kept' };
        if (request.kind !== 'write-table') return null;
        written.push(request.write.revision);
        const { table, revision } = request.write;
        return { kind: 'table-written', written: { table, revision, warning: null } };
      },
    });
    const [id = '', second = ''] = await bed.submit(2, { file, maxRunning: 1 });
    const { tableId } = await bed.task(id);
    const kept = await waitFor('keep', () => atlas.requests.find(({ kind }) => kind === 'keep-table'));
    expect(kept).toMatchObject({
      keep: {
        table: tableId,
        isLast: true,
        known: [{ key: 'row-1', needRunNum: 1, isRemoved: false }, { key: 'row-2' }],
      },
    });
    const lease = await leaseOf(atlas);
    atlas.report(lease, 1, endedWith(0));
    const write = await waitFor('the success in the file', () =>
      atlas.requests.find(
        (request) =>
          request.kind === 'write-table' && request.write.results.some(({ runNum }) => runNum === 1),
      ),
    );
    expect(write).toMatchObject({ write: { table: tableId, file: { path: file.path } } });
    const added = { ...tableOf(3).rows[2], key: 'row-3' } as ReturnType<typeof tableOf>['rows'][number];
    atlas.say({
      type: 'table-edits',
      id: 7,
      edits: {
        table: tableId,
        added: [added],
        needRunNum: [{ key: 'row-1', needRunNum: 2 }],
        removed: ['row-2'],
        returned: [],
        warning: null,
      },
    });
    await waitFor('the third row', async () => (await bed.client().call('tasks')).total === 3);
    expect(await bed.task(id)).toMatchObject({ runNum: 1, needRunNum: 2 });
    await waitFor('the audit', async () => (await bed.audit()).includes('table-edits'));
    expect(second).not.toBe('');
  });

  test('is kept for as long as its results could not be written into it, also when all is over', async () => {
    let warning: string | null = 'may not be written; results are beside it';
    const atlas = await bed.agent('atlas', {
      onRequest(request) {
        if (request.kind === 'keep-table') return { kind: 'kept' };
        if (request.kind !== 'write-table') return null;
        const { table, revision } = request.write;
        return { kind: 'table-written', written: { table, revision, warning } };
      },
    });
    const forgotten = () =>
      atlas.requests.flatMap((said) => (said.kind === 'forget-table' ? said.table : []));
    const finish = async (place: number): Promise<string> => {
      const [id = ''] = await bed.submit(1, { file });
      atlas.report(await leaseOf(atlas, place), 1, endedWith(0));
      await becomes(id, 'succeeded');
      return (await bed.task(id)).tableId;
    };
    const aside = await finish(0);
    const warned = async () =>
      (await bed.client().call('table', { parameters: { id: aside } })).fileWarning !== null;
    await waitFor('the warning', warned);
    warning = null;
    const written = await finish(1);
    await waitFor('the one that is written to be let go', () => forgotten().includes(written));
    expect(forgotten()).toEqual([written]);
    const well = { added: [], needRunNum: [], removed: [], returned: [], warning: null };
    atlas.say({ type: 'table-edits', id: 1, edits: { table: aside, ...well } });
    await waitFor('the other to be let go', () => forgotten().includes(aside));
  });

  test('is not called over before its results are written, or its rows would be read and run again', async () => {
    let isSlow = true;
    const atlas = await bed.agent('atlas', {
      onRequest(request) {
        if (request.kind === 'keep-table') return { kind: 'kept' };
        if (request.kind !== 'write-table') return null;
        const { table, revision } = request.write;
        // What was written so far; the newest is not among it while the disk is slow.
        return { kind: 'table-written', written: { table, revision: isSlow ? 0 : revision, warning: null } };
      },
    });
    const [id = ''] = await bed.submit(1, { file });
    atlas.report(await leaseOf(atlas), 1, endedWith(0));
    await becomes(id, 'succeeded');
    const open = async () => (await bed.client().call('tables', { query: { isOpen: 'true' } })).tables.length;
    expect(await open()).toBe(1);
    isSlow = false;
    await waitFor('it to be over', async () => (await open()) === 0);
  });

  test('whom nobody keeps up is not called over before its owner says that he wrote it', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1, { file: { ...file, machineId: 'another' } });
    atlas.report(await leaseOf(atlas), 1, endedWith(0));
    await becomes(id, 'succeeded');
    const parameters = { id: (await bed.task(id)).tableId };
    const open = async () => (await bed.client().call('tables', { query: { isOpen: 'true' } })).tables.length;
    const { results, revision } = await bed.client().call('tableResults', { parameters });
    expect(results).toMatchObject([{ key: 'row-1', runNum: 1 }]);
    expect(await open()).toBe(1);
    await bed.client().call('tableWritten', { parameters, body: { revision } });
    expect(await open()).toBe(0);
  });

  test('is not told to a machine that may run no tasks, whoever it says it is', async () => {
    const atlas = await bed.agent('atlas', { onRequest: () => ({ kind: 'kept' }) });
    await bed.client().call('changeNode', { parameters: { id: atlas.nodeId }, body: { mayRun: false } });
    const [id = ''] = await bed.submit(1, { file });
    const { tableId } = await bed.task(id);
    const removed = ['row-1'];
    const nothing = { added: [], needRunNum: [], returned: [], warning: null };
    atlas.say({ type: 'table-edits', id: 1, edits: { table: tableId, removed, ...nothing } });
    await waitFor('the audit', async () =>
      (await bed.audit()).includes('is not a table that this node keeps'),
    );
    expect(atlas.requests.filter(({ kind }) => kind === 'keep-table')).toEqual([]);
    expect(await bed.state(id)).not.toBe('held');
  });

  test('is nobody else’s to speak of', async () => {
    await bed.agent('atlas');
    const [id = ''] = await bed.submit(1, { file });
    const { tableId } = await bed.task(id);
    const rigel = await bed.agent('rigel');
    rigel.say({
      type: 'table-edits',
      id: 1,
      edits: { table: tableId, added: [], needRunNum: [], removed: ['row-1'], returned: [], warning: null },
    });
    await waitFor('the audit', async () =>
      (await bed.audit()).includes('is not a table that this node keeps'),
    );
    expect(await bed.state(id)).not.toBe('held');
  });
});
