import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { endedWith } from '../../../test/support/fakeAgent.ts';
import { queueBed, tableOf } from '../../../test/support/queueBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { applyPatch, type Json } from '../../fleet/patch.ts';
import { LIVE_PATH, LiveMessage, type Scope } from '../../protocol/live.ts';
import type { QueueStatus } from '../../protocol/queueApi.ts';

let bed: Awaited<ReturnType<typeof queueBed>>;
const sockets: WebSocket[] = [];
beforeEach(async () => {
  bed = await queueBed();
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.terminate();
  await bed.end();
});

/** A program that watches, with its token in the upgrade. */
async function watching(scope: Scope, token: string | null) {
  const socket = new WebSocket(new URL(LIVE_PATH, bed.hub().url.replace(/^http/, 'ws')), {
    headers: token === null ? {} : { authorization: `Bearer ${token}` },
  });
  sockets.push(socket);
  const seen: { state: Json; errors: LiveMessage[] } = { state: null, errors: [] };
  socket.on('message', (data: Buffer) => {
    const message = LiveMessage.parse(JSON.parse(data.toString('utf8')));
    if (message.type === 'snapshot') seen.state = message.state as Json;
    else if (message.type === 'patch') seen.state = applyPatch(seen.state, message.patch as Json);
    else if (message.type === 'error') seen.errors.push(message);
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'subscribe', scope }));
  return seen;
}

const tokenOf = async (label: string) =>
  (await bed.client().call('createToken', { body: { scope: 'submit', label } })).token;

describe('the queue on the live socket', () => {
  test('is kept up as each may see it', async () => {
    const alice = await tokenOf('alice');
    const hers = await watching('queue', alice);
    const his = await watching('queue', await tokenOf('bob'));
    await bed.clientOf(alice).call('submitTable', { body: tableOf(3) });
    const status = await waitFor('her table', () => {
      const now = hers.state as unknown as QueueStatus | null;
      return now?.tables.length === 1 && now;
    });
    expect(status.counts).toEqual({ queued: 3 });
    await waitFor('his queue', () => his.state !== null);
    expect((his.state as unknown as QueueStatus).tables).toEqual([]);
    expect(JSON.stringify(hers.state)).not.toContain('sk-of-alice');
  });

  test('tells a task with its story, as it happens', async () => {
    const atlas = await bed.agent('atlas');
    const [id = ''] = await bed.submit(1);
    const seen = await watching(`task:${id}`, bed.hub().localToken);
    const told = () =>
      seen.state as unknown as { task: { state: string }; events: { kind: string }[] } | null;
    await waitFor('starting', () => told()?.task.state === 'starting');
    const lease = await waitFor('the lease', () => atlas.leases[0]);
    atlas.report(lease, 1, { state: 'running' });
    await waitFor('running', () => told()?.task.state === 'running');
    atlas.report(lease, 2, endedWith(0));
    await waitFor('succeeded', () => told()?.task.state === 'succeeded');
    expect(told()?.events.map(({ kind }) => kind)).toEqual(
      expect.arrayContaining(['submitted', 'started', 'ended']),
    );
  });

  test('refuses whoever is not logged in, sees figures only, or asks for what others queue', async () => {
    const [id = ''] = await bed.submit(1);
    const { token: reader } = await bed.client().call('createToken', { body: { scope: 'read' } });
    const asked: [Scope, string | null, string][] = [
      ['queue', null, 'login-needed'],
      ['queue', reader, 'not-allowed'],
      [`task:${id}`, await tokenOf('bob'), 'unknown-task'],
      ['task:t999', bed.hub().localToken, 'unknown-task'],
    ];
    for (const [scope, token, code] of asked) {
      const seen = await watching(scope, token);
      await waitFor(code, () => seen.errors.length > 0);
      expect(seen.errors).toMatchObject([{ code, scope }]);
      expect(seen.state).toBeNull();
    }
  });
});
