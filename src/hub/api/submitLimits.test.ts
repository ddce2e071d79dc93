/** What a person may ask of the queue at most, through the routes. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { queueBed, tableOf } from '../../../test/support/queueBed.ts';
import { type HubClient, HubFailure } from '../../client/hubClient.ts';
import { DEFAULT_OPTIONS } from '../../model/queue.ts';

let bed: Awaited<ReturnType<typeof queueBed>>;
let alice: HubClient;
beforeEach(async () => {
  bed = await queueBed();
  const { token } = await bed.client().call('createToken', { body: { scope: 'submit', label: 'alice' } });
  alice = bed.clientOf(token);
});
afterEach(() => bed.end());

const withPriority = (priority: number) => tableOf(1, { options: { ...DEFAULT_OPTIONS, priority } });
const refusal = async (promise: Promise<unknown>): Promise<HubFailure> => {
  const failure = await promise.then(
    () => new Error('it was not refused'),
    (reason: unknown) => reason,
  );
  if (failure instanceof HubFailure) return failure;
  throw failure;
};

describe('a priority above the one that everybody may have', () => {
  test('is refused at submit, tried or meant, at edit and for a table, in a sentence with what to do', async () => {
    const { tasks, table } = await alice.call('submitTable', { body: withPriority(0) });
    const select = { ids: [tasks[0]?.task ?? ''] };
    for (const asked of [
      alice.call('submitTable', { body: withPriority(1) }),
      alice.call('submitTable', { body: { ...withPriority(100), dryRun: true } }),
      alice.call('editTasks', { body: { select, changes: { priority: 1 } } }),
      alice.call('changeTable', { parameters: { id: table.id }, body: { priority: 1 } }),
    ]) {
      const { status, code, message, hint } = await refusal(asked);
      expect({ status, code }).toEqual({ status: 403, code: 'priority-too-high' });
      expect(message).toMatch(/^priority 1(00)? is above 0, the highest that alice may ask for$/);
      expect(hint).toContain('--highest-priority');
    }
    expect((await alice.call('tasks')).tasks).toMatchObject([{ priority: 0 }]);
  });

  test('is free to administrators, and to all up to what they set', async () => {
    await bed.client().call('submitTable', { body: withPriority(100) });
    await bed.client().call('changeQueue', { body: { highestPriority: 10 } });
    const { tasks } = await alice.call('submitTable', { body: withPriority(10) });
    expect((await refusal(alice.call('submitTable', { body: withPriority(11) }))).code).toBe(
      'priority-too-high',
    );
    // What stands there already is nobody's to lower: only what is asked is looked at.
    await bed.client().call('changeQueue', { body: { highestPriority: -5 } });
    const select = { ids: [tasks[0]?.task ?? ''] };
    const { results } = await alice.call('editTasks', { body: { select, changes: { name: 'renamed' } } });
    expect(results).toMatchObject([{ outcome: 'done' }]);
  });
});

describe('rows beyond what may be queued', () => {
  test('are refused at once, with how many are there; others are not', async () => {
    await bed.client().call('changeQueue', { body: { maxQueuedPerUser: 5 } });
    await alice.call('submitTable', { body: tableOf(3) });
    const { status, code, message, hint } = await refusal(alice.call('submitTable', { body: tableOf(3) }));
    expect({ status, code }).toEqual({ status: 409, code: 'queue-full' });
    expect(message).toBe(
      '3 rows more of alice would be over the limit of 5 that one person may have in the queue: 3 are there',
    );
    expect(hint).toContain('--max-queued-per-user');
    await bed.client().call('submitTable', { body: tableOf(5, { owner: 'bob' }) });
    expect((await alice.call('tasks')).total).toBe(3);
  });

  test('of a long table are refused with its first batch, before anything of it is queued', async () => {
    await bed.client().call('changeQueue', { body: { maxQueued: 5 } });
    const first = { ...tableOf(2), isComplete: false, rowsInAll: 6 };
    expect((await refusal(alice.call('submitTable', { body: first }))).message).toMatch(/everybody/);
    expect((await alice.call('tables')).tables).toEqual([]);
    // One that does not tell is refused as soon as it is too much.
    const { table } = await alice.call('submitTable', { body: { ...tableOf(5), isComplete: false } });
    const body = { batch: 1, rows: tableOf(6).rows.slice(5), isComplete: true };
    expect((await refusal(alice.call('addRows', { parameters: { id: table.id }, body }))).code).toBe(
      'queue-full',
    );
  });

  test('are let in again when others are over; what is repeated is answered as the first time', async () => {
    await bed.client().call('changeQueue', { body: { maxQueuedPerUser: 2 } });
    const key = { headers: { 'idempotency-key': 'k' } };
    const { tasks } = await alice.call('submitTable', { ...key, body: tableOf(2) });
    expect((await alice.call('submitTable', { ...key, body: tableOf(2) })).tasks).toEqual(tasks);
    await alice.call('killTasks', { body: { select: { ids: [tasks[0]?.task ?? ''] } } });
    await alice.call('submitTable', { body: tableOf(1) });
    expect((await refusal(alice.call('submitTable', { body: tableOf(1) }))).code).toBe('queue-full');
    // A row that is done already takes no place.
    const done = tableOf(3);
    await alice.call('submitTable', {
      body: { ...done, rows: done.rows.map((row) => ({ ...row, runNum: row.needRunNum })) },
    });
  });

  test('are counted anew from what was kept when the hub starts', async () => {
    await bed.client().call('changeQueue', { body: { maxQueuedPerUser: 2 } });
    await alice.call('submitTable', { body: tableOf(2) });
    await bed.restartHub();
    const after = tableOf(1, { owner: 'alice' });
    expect((await refusal(bed.client().call('submitTable', { body: after }))).message).toContain(
      '2 are there',
    );
  });
});
