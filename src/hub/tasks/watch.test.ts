import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endedWith, reportOf } from '../../../test/support/fakeAgent.ts';
import { type ManualClock, manualClock } from '../../../test/support/manualClock.ts';
import { gpu, queueBed, tableOf } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';

const GIB = 1024 ** 3;
const MINUTE_MS = 60_000;

let clock: ManualClock;
let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  clock = manualClock(1_700_000_000_000);
  bed = await queueBed(clock);
});
afterEach(async () => {
  const ended = bed.end();
  // Closing waits a moment for its links, by the clock that is ours.
  const passing = setInterval(() => clock.pass(50), 5);
  await ended;
  clearInterval(passing);
});

const becomes = (id: string, state: string) =>
  waitFor(`${id} to be ${state}`, async () => (await bed.state(id)) === state);

async function running(options: Partial<ReturnType<typeof tableOf>['table']['options']> = {}) {
  const atlas = await bed.agent('atlas');
  const [id = ''] = await bed.submit(1, { options: { ...tableOf(1).table.options, ...options } });
  const lease = await waitFor('the lease', () => atlas.leases[0]);
  atlas.report(lease, 1, { state: 'running' });
  await becomes(id, 'running');
  atlas.breakOff();
  await waitFor(
    'the silence',
    async () => (await bed.client().call('nodes')).nodes[0]?.state !== 'online' || clock.pass(1000),
  );
  clock.pass(10_000);
  await becomes(id, 'unreachable');
  return { id, lease };
}

describe('a node that stays silent', () => {
  test('has its runs wait for its word, however long', async () => {
    const { id } = await running();
    clock.pass(24 * 60 * MINUTE_MS);
    expect(await bed.state(id)).toBe('unreachable');
  });

  test('for 15 min lets a task that may run twice start elsewhere, and the old attempt is stopped when it is back', async () => {
    const { id, lease } = await running({ isIdempotent: true });
    clock.pass(14 * MINUTE_MS);
    expect(await bed.state(id)).toBe('unreachable');
    clock.pass(2 * MINUTE_MS);
    await becomes(id, 'queued');
    const rigel = await bed.agent('rigel');
    // The wait of the budget, after which it may start: second by second, each with time for what is on its way. In one
    // leap the hub's pings would go unanswered, and it would let go of the machine.
    const rigels = await waitFor('the lease', async () => {
      await bed.client().call('nodes');
      clock.pass(1000);
      return rigel.leases[0];
    });
    expect(rigels.attempt).toBe(`${id}.1.2`);
    expect(rigels.fence.number).toBeGreaterThan(lease.fence.number);
    const back = await bed.agent('atlas', { inventory: [reportOf(lease, 1, { state: 'running' })] });
    await waitFor('the stop', () =>
      back.requests.some((request) => request.kind === 'stop-attempt' && request.reason === 'superseded'),
    );
  });
});

describe('what nobody says any more', () => {
  test('a card whose memory is not back after 60 s is left alone, and says why', async () => {
    const atlas = await bed.agent('atlas');
    await bed.submit(1, { ask: { gpus: 1, memoryBytes: 10 * GIB } });
    const lease = await waitFor('the lease', () => atlas.leases[0]);
    atlas.report(lease, 1, { ...endedWith(0), cardsFree: false });
    await waitFor('the end', () => atlas.acknowledged.some(({ sequence }) => sequence === 1));
    clock.pass(58_000);
    expect((await bed.client().call('queue')).gpus[0]?.unusable).toBeNull();
    clock.pass(5000);
    const [card] = (await bed.client().call('queue')).gpus;
    expect(card?.unusable).toMatch(/did not come back/);
    expect(card?.attempts).toEqual([]);
  });

  test('a promise that nobody keeps ends after 30 s; one that is kept does not', async () => {
    await bed.agent('atlas', { gpus: [gpu(0), gpu(1)] });
    await waitFor('the cards', async () => (await bed.client().call('queue')).gpus.length === 2);
    const wish = { gpus: 1, memoryBytes: 60 * GIB, model: null, machineId: 'machine atlas', waitMs: 5000 };
    const taken = async () => (await bed.client().call('takePromise', { body: wish })).promise?.id ?? '';
    const [kept, left] = [await taken(), await taken()];
    clock.pass(20_000);
    await bed.client().call('keepPromise', { parameters: { id: kept }, body: { pid: 7 } });
    clock.pass(15_000);
    await bed.client().call('keepPromise', { parameters: { id: kept }, body: { pid: 7 } });
    await expect(
      bed.client().call('keepPromise', { parameters: { id: left }, body: { pid: 7 } }),
    ).rejects.toMatchObject({ code: 'unknown-promise' });
  });
});
