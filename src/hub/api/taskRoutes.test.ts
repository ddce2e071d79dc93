import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endedWith } from '../../../test/support/fakeAgent.ts';
import { gpu, queueBed, tableOf } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { type HubClient, HubFailure } from '../../client/hubClient.ts';

const GIB = 1024 ** 3;

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

const userNamed = async (label: string): Promise<HubClient> => {
  const { token } = await bed.client().call('createToken', { body: { scope: 'submit', label } });
  return bed.clientOf(token);
};
const failureOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (failure: unknown) =>
      failure instanceof HubFailure ? { status: failure.status, code: failure.code } : failure,
  );

describe('who may see and change tasks', () => {
  test('a user sees his own tasks; what others queue is not there for him', async () => {
    const [alice, bob] = [await userNamed('alice'), await userNamed('bob')];
    const { tasks, table } = await alice.call('submitTable', { body: tableOf(2, { owner: 'root' }) });
    // Whoever is not the local administrator submits as himself.
    expect(table.owner).toBe('alice');
    const id = tasks[0]?.task ?? '';
    expect((await alice.call('tasks')).total).toBe(2);
    expect((await bob.call('tasks', { query: { whose: 'all' } })).total).toBe(0);
    expect((await bob.call('tables')).tables).toEqual([]);
    expect((await bob.call('queue')).tables).toEqual([]);
    for (const asked of [bob.call('task', { parameters: { id } }), bob.call('log', { parameters: { id } })])
      expect(await failureOf(asked)).toEqual({ status: 404, code: 'unknown-task' });
    expect(await failureOf(bob.call('table', { parameters: { id: table.id } }))).toEqual({
      status: 404,
      code: 'unknown-table',
    });
    const { results } = await bob.call('killTasks', { body: { select: { ids: [id] } } });
    expect(results).toMatchObject([{ id, outcome: 'unknown' }]);
    expect((await bob.call('killTasks', { body: { select: { whose: 'all' } } })).results).toEqual([]);
    expect((await alice.call('task', { parameters: { id } })).task.state).toBe('queued');
  });

  test('an administrator sees and ends everybody’s, and his deed is in the audit trail', async () => {
    const alice = await userNamed('alice');
    const { tasks } = await alice.call('submitTable', { body: tableOf(2) });
    const { results } = await bed.client().call('killTasks', { body: { select: { whose: 'all' } } });
    expect(results.map(({ outcome }) => outcome)).toEqual(['done', 'done']);
    await waitFor('the audit', async () => {
      const trail = await bed.audit();
      return trail.includes('"what":"kill-tasks"') && trail.includes(tasks[0]?.task ?? '?');
    });
  });

  test('a user changes no settings and switches no GPU; a reader sees no task', async () => {
    const alice = await userNamed('alice');
    expect(await failureOf(alice.call('changeQueue', { body: { isRunning: false } }))).toMatchObject({
      status: 403,
    });
    expect(
      await failureOf(alice.call('switchGpus', { body: { gpus: ['GPU-0'], isOn: false } })),
    ).toMatchObject({ status: 403 });
    const { token } = await bed.client().call('createToken', { body: { scope: 'read' } });
    expect(await failureOf(bed.clientOf(token).call('tasks'))).toMatchObject({ status: 403 });
  });

  test('a submit token needs the login name that its tasks run as', async () => {
    for (const label of [null, 'alice; rm', '-v'])
      expect(
        await failureOf(bed.client().call('createToken', { body: { scope: 'submit', label } })),
      ).toMatchObject({ code: 'login-name-needed' });
  });

  test('nobody is ever told an environment', async () => {
    const { tasks, table } = await bed.client().call('submitTable', { body: tableOf(1) });
    const id = tasks[0]?.task ?? '';
    const told = [
      await bed.client().call('task', { parameters: { id } }),
      await bed.client().call('table', { parameters: { id: table.id } }),
      await bed.client().call('queue'),
      await bed.audit(),
    ];
    expect(JSON.stringify(told)).not.toContain('sk-of-alice');
  });
});

describe('a submit', () => {
  test('whose folder is not named from the root is refused at once, not once on each machine', async () => {
    const { error } = await bed.post('/api/v1/tables', tableOf(1, { workingDirectory: 'runs/a' }));
    expect(error).toMatchObject({ code: 'malformed-body', message: expect.stringMatching(/absolute path/) });
  });

  test('that is repeated with its key is answered as the first, and queues nothing twice', async () => {
    const first = await bed.post('/api/v1/tables', tableOf(3), { 'idempotency-key': 'k1' });
    const again = await bed.post('/api/v1/tables', tableOf(3), { 'idempotency-key': 'k1' });
    expect(again.tasks).toEqual(first.tasks);
    expect((await bed.client().call('tasks')).total).toBe(3);
    await bed.post('/api/v1/tables', tableOf(3), { 'idempotency-key': 'k2' });
    expect((await bed.client().call('tasks')).total).toBe(6);
  });

  test('in batches starts only when it is complete, and a batch that is repeated adds nothing', async () => {
    const atlas = await bed.agent('atlas');
    const { table } = await bed.client().call('submitTable', { body: { ...tableOf(2), isComplete: false } });
    const batch = { batch: 1, rows: tableOf(5).rows.slice(2), isComplete: true };
    expect(atlas.leases).toEqual([]);
    const parameters = { id: table.id };
    const first = await bed.client().call('addRows', { parameters, body: batch });
    const again = await bed.client().call('addRows', { parameters, body: batch });
    expect(again.tasks).toEqual(first.tasks);
    expect(again.table.rows).toBe(5);
    await waitFor('the leases', () => atlas.leases.length > 0);
    expect(
      await failureOf(bed.client().call('addRows', { parameters, body: { ...batch, batch: 2 } })),
    ).toMatchObject({ status: 409 });
  });

  test('takes a body that other routes refuse', async () => {
    const { rows, ...rest } = tableOf(1);
    const large = {
      ...rest,
      rows: [
        {
          ...rows[0],
          parameters: Array.from({ length: 60 }, (_, place) => [`column ${place}`, 'x'.repeat(30_000)]),
        },
      ],
    };
    expect((await bed.post('/api/v1/tables', large)).tasks).toHaveLength(1);
    expect((await bed.post('/api/v1/tasks/kill', large)).error).toMatchObject({ code: 'body-too-large' });
  });

  test('that only asks what would happen queues nothing, and tells row by row', async () => {
    await bed.agent('atlas', { gpus: [gpu(0)] });
    await waitFor('the card', async () => (await bed.client().call('queue')).gpus.length === 1);
    const body = { ...tableOf(2, { ask: { gpus: 1, memoryBytes: 50 * GIB } }), dryRun: true };
    const { plan, tasks } = await bed.client().call('submitTable', { body });
    expect(tasks).toEqual([]);
    expect(plan[0]).toMatchObject({ node: 'atlas', gpus: [0], reason: null });
    expect(plan[1]?.reason).toMatch(/short/);
    expect((await bed.client().call('tasks')).total).toBe(0);
  });

  test('that is tried tells of rows beyond those that were sent too: they ask the same, and wait for the same', async () => {
    await bed.agent('atlas', { gpus: [gpu(0)] });
    await waitFor('the card', async () => (await bed.client().call('queue')).gpus.length === 1);
    const body = { ...tableOf(2, { ask: { gpus: 1, memoryBytes: 50 * GIB } }), dryRun: true };
    const tried = (more: object) => bed.client().call('submitTable', { body: { ...body, ...more } });
    const long = await tried({ rowsInAll: 100_000 });
    expect(long.others).toMatchObject({ node: null, reason: long.plan[1]?.reason });
    expect((await tried({ rowsInAll: 2 })).others).toBeNull();
    expect((await tried({ rows: body.rows.slice(0, 1), rowsInAll: 2 })).others?.reason).toMatch(/short/);
    // Where the next would start too, nothing is known of those after it.
    const free = { ...tableOf(2, { ask: { gpus: 1, memoryBytes: 10 * GIB } }), dryRun: true, rowsInAll: 9 };
    expect((await bed.client().call('submitTable', { body: free })).others).toBeNull();
  });

  test('that depends on a task which is not there is refused', async () => {
    const options = { ...tableOf(1).table.options, after: [{ wanted: 'ok' as const, task: 't99' }] };
    expect(await failureOf(bed.client().call('submitTable', { body: tableOf(1, { options }) }))).toEqual({
      status: 404,
      code: 'unknown-task',
    });
  });
});

describe('what people do to tasks', () => {
  test('held ones wait for their release; a table is paused and resumed', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1, { hold: true });
    expect(await bed.state(id)).toBe('held');
    expect((await bed.task(id)).waitingReason).toMatch(/held/);
    const tableId = (await bed.task(id)).tableId;
    await bed.client().call('changeTable', { parameters: { id: tableId }, body: { paused: true } });
    await bed.client().call('releaseTasks', { body: { select: { ids: [id] } } });
    await waitFor('paused', async () => (await bed.task(id)).waiting?.kind === 'paused');
    expect(atlas.leases).toEqual([]);
    await bed.client().call('changeTable', { parameters: { id: tableId }, body: { paused: false } });
    await waitFor('the lease', () => atlas.leases.length === 1);
  });

  test('failed ones are run again, all of a class at once', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const lease = await waitFor('the lease', () => atlas.leases[0]);
    atlas.report(lease, 1, endedWith(3));
    await waitFor('failed', async () => (await bed.state(id)) === 'failed');
    const select = { states: ['failed' as const], classes: ['program' as const] };
    const { results } = await bed
      .client()
      .call('retryTasks', { body: { select: { ...select, whose: 'all' as const } } });
    expect(results).toMatchObject([{ id, outcome: 'done' }]);
    await waitFor('the second lease', () => atlas.leases.length === 2);
    expect(atlas.leases[1]?.attempt).toBe(`${id}.1.2`);
  });

  test('an edit changes what waiting ones ask and their order', async () => {
    const ids = await bed.submit(3);
    await bed.client().call('editTasks', {
      body: { select: { ids: [ids[2] ?? ''] }, changes: { before: 'first', memoryBytes: GIB, gpus: 1 } },
    });
    const { tasks } = await bed.client().call('tasks', { query: { sort: 'order' } });
    expect(tasks.map(({ id }) => id)).toEqual([ids[2], ids[0], ids[1]]);
    expect(tasks[0]).toMatchObject({ askedBytes: GIB, askedBy: 'row' });
  });

  test('a switched-off GPU takes nothing new, and says so', async () => {
    const atlas = await bed.agent('atlas');
    await waitFor('the card', async () => (await bed.client().call('queue')).gpus.length === 1);
    const { gpus } = await bed.client().call('switchGpus', { body: { gpus: ['GPU-0'], isOn: false } });
    expect(gpus).toMatchObject([{ uuid: 'GPU-0', isOn: false }]);
    const [id = ''] = await bed.submit(1, { ask: { gpus: 1, memoryBytes: GIB } });
    await waitFor('a reason', async () => (await bed.task(id)).waitingReason);
    expect(atlas.leases).toEqual([]);
    await bed.client().call('switchGpus', { body: { gpus: ['GPU-0'], isOn: true } });
    await waitFor('the lease', () => atlas.leases.length === 1);
  });

  test('a log of one that waits has a code of its own, and of one that never ran another', async () => {
    const [id = ''] = await bed.submit(1);
    const log = () => failureOf(bed.client().call('log', { parameters: { id } }));
    expect(await log()).toEqual({ status: 404, code: 'not-started' });
    await bed.client().call('killTasks', { body: { select: { ids: [id] } } });
    expect(await log()).toEqual({ status: 404, code: 'no-attempt' });
  });

  test('a log is asked of the node of the attempt, and only of that', async () => {
    const slice = { fromByte: 0, toByte: 2, sizeBytes: 2, base64: 'aGk=', gap: null, isComplete: false };
    const atlas = await bed.agent('atlas', {
      onRequest: (request) => (request.kind === 'read-log' ? { kind: 'log', slice } : null),
    });
    const [id = ''] = await bed.submit(1);
    expect(await failureOf(bed.client().call('log', { parameters: { id: 't77' } }))).toMatchObject({
      status: 404,
    });
    await waitFor('the lease', () => atlas.leases.length === 1);
    const answer = await bed
      .client()
      .call('log', { parameters: { id }, query: { lastBytes: 100, waitMs: 50 } });
    expect(answer).toMatchObject({ attempt: `${id}.1.1`, stream: 'out', slice });
    expect(atlas.requests).toMatchObject([
      { kind: 'read-log', attempt: `${id}.1.1`, place: { lastBytes: 100 }, waitMs: 50 },
    ]);
  });
});

describe('a promise for a process that somebody starts himself', () => {
  const wish = { gpus: 1, memoryBytes: 60 * GIB, model: null, machineId: 'machine atlas', waitMs: 0 };

  test('takes cards on the ledger until it is given back', async () => {
    const atlas = await bed.agent('atlas');
    await waitFor('the card', async () => (await bed.client().call('queue')).gpus.length === 1);
    const { promise } = await bed.client().call('takePromise', { body: { ...wish, waitMs: 2000 } });
    expect(promise).toMatchObject({ gpus: [{ uuid: 'GPU-0', index: 0 }], promisedBytes: 60 * GIB });
    const [id = ''] = await bed.submit(1, { ask: { gpus: 1, memoryBytes: 60 * GIB } });
    await waitFor('a reason', async () => (await bed.task(id)).waiting?.kind === 'memory');
    expect(atlas.leases).toEqual([]);
    const parameters = { id: promise?.id ?? '' };
    await bed.client().call('keepPromise', { parameters, body: { pid: 4711 } });
    await bed.client().call('endPromise', { parameters });
    await waitFor('the lease', () => atlas.leases.length === 1);
    expect(
      await failureOf(bed.client().call('keepPromise', { parameters, body: { pid: null } })),
    ).toMatchObject({
      code: 'unknown-promise',
    });
  });

  test('waits for room, and says why there is none', async () => {
    const atlas = await bed.agent('atlas');
    await bed.submit(1, { ask: { gpus: 1, memoryBytes: 60 * GIB } });
    const lease = await waitFor('the lease', () => atlas.leases[0]);
    const none = await bed.client().call('takePromise', { body: wish });
    expect(none.promise).toBeNull();
    expect(none.waitingReason).toMatch(/short/);
    const waiting = bed.client().call('takePromise', { body: { ...wish, waitMs: 10_000 } });
    atlas.report(lease, 1, endedWith(0));
    expect((await waiting).promise).not.toBeNull();
  });

  test('of a machine that is none of this hub is refused', async () => {
    expect(
      await failureOf(bed.client().call('takePromise', { body: { ...wish, machineId: 'elsewhere' } })),
    ).toMatchObject({ code: 'unknown-machine' });
  });
});
