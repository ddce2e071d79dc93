import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { endedWith } from '../../../test/support/fakeAgent.ts';
import { queueBed } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

describe('a task', () => {
  test('that was queued is given to a machine that may run it, and succeeds when that says so', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const [lease] = await waitFor('the lease', () => atlas.leases.length > 0 && atlas.leases);
    expect(lease).toMatchObject({
      attempt: `${id}.1.1`,
      owner: 'alice',
      workingDirectory: '/tmp',
      environment: { SECRET_KEY: 'sk-of-alice' },
      gpus: [],
      command: { kind: 'argv' },
    });
    if (!lease) return;
    atlas.report(lease, 1, { state: 'running' });
    await waitFor('running', async () => (await bed.state(id)) === 'running');
    atlas.report(lease, 2, endedWith(0));
    await waitFor('succeeded', async () => (await bed.state(id)) === 'succeeded');
    await waitFor('the acknowledgement', () =>
      atlas.acknowledged.some(({ attempt, sequence }) => attempt === lease.attempt && sequence === 2),
    );
    const { attempts, runNum } = await bed.task(id);
    expect(runNum).toBe(1);
    expect(attempts).toMatchObject([
      { number: 1, node: 'atlas', exitCode: 0, class: 'ok', state: 'succeeded' },
    ]);
  });
});
