/** What the interface tells of machines that an agent reports, list by list. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { queueBed } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import type { Container } from '../../model/container.ts';
import type { Session } from '../../model/session.ts';

let bed: Awaited<ReturnType<typeof queueBed>>;
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(() => bed.end());

const container: Container = {
  id: 'c1',
  name: 'training',
  image: 'pytorch',
  state: 'running',
  status: 'Up 3 hours',
  engine: 'docker',
  memoryUsedBytes: 1024,
  cpuPercent: 50,
  gpus: [0],
  owner: 'alice',
  enterCommand: 'docker exec -it training sh',
};
const session: Session = {
  kind: 'screen',
  id: '30215.work',
  name: 'work',
  user: 'alice',
  attached: false,
  createdAtMs: 1000,
  attachCommand: 'screen -r 30215.work',
};

describe('the lists of all machines', () => {
  test('tell each GPU, container and session with the machine that it is on', async () => {
    const atlas = await bed.agent('atlas');
    const bare = await bed.agent('bare', { gpus: [] });
    // Each interval the bed says that time has passed, with the next number: this comes between two of them.
    atlas.say({
      type: 'sample',
      sequence: 1,
      patch: { containers: list(container), sessions: list(session) },
    });
    const of = { nodeId: atlas.nodeId, nodeName: 'atlas' };
    await waitFor('the container', async () => (await bed.client().call('containers')).containers.length > 0);
    expect((await bed.client().call('containers')).containers).toEqual([{ ...of, ...container }]);
    expect((await bed.client().call('sessions')).sessions).toEqual([{ ...of, ...session }]);
    const { gpus } = await bed.client().call('gpus');
    expect(gpus).toHaveLength(1);
    expect(gpus[0]).toMatchObject({ ...of, nodeState: 'online', condition: 'free', index: 0 });
    const { nodes } = await bed.client().call('nodes');
    expect(nodes.map(({ id }) => id)).toEqual([atlas.nodeId, bare.nodeId]);
    expect(await bed.client().call('node', { parameters: { id: bare.nodeId } })).toEqual(nodes[1]);
    await expect(bed.client().call('node', { parameters: { id: 'nobody' } })).rejects.toMatchObject({
      code: 'unknown-node',
    });
  });
});

describe('a fresh look', () => {
  test('is asked of the machine itself, and answered once it has taken it', async () => {
    const atlas = await bed.agent('atlas', { onRequest: () => ({ kind: 'refreshed' }) });
    await bed.client().call('refreshNode', { parameters: { id: atlas.nodeId } });
    expect(atlas.requests).toEqual([{ kind: 'refresh' }]);
  });

  test('of a machine that cannot, is gone or answers something else says so', async () => {
    const refresh = (id: string) => bed.client().call('refreshNode', { parameters: { id } });
    const broken = await bed.agent('broken');
    await expect(refresh(broken.nodeId)).rejects.toMatchObject({ status: 502, code: 'fake' });
    const odd = await bed.agent('odd', { onRequest: () => ({ kind: 'kept' }) });
    await expect(refresh(odd.nodeId)).rejects.toMatchObject({ status: 502, code: 'bad-answer' });
    odd.breakOff();
    await odd.closed;
    await waitFor('the hub to notice', () => bed.hub().linkFacts().length === 1);
    await expect(refresh(odd.nodeId)).rejects.toMatchObject({ status: 503, code: 'node-not-connected' });
    await expect(refresh('nobody')).rejects.toMatchObject({ status: 404, code: 'unknown-node' });
  });
});

/** A list of one, as a patch of an empty list. */
const list = (only: Container | Session) => ({ length: 1, at: { 0: only } });
