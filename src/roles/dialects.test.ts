/** The main roles over a real hub and an agent's link: what crosses rooms, and the tokens that open writing. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { administratorOf } from '../../test/support/administrator.ts';
import { ask } from '../../test/support/dialectBed.ts';
import { type FakeAgent, startFakeAgent } from '../../test/support/fakeAgent.ts';
import { startTestHub, type TestHub } from '../../test/support/hubInProcess.ts';
import { freePort } from '../../test/support/program.ts';
import { recordedFile } from '../../test/support/recordedExchange.ts';
import { fullCard } from '../../test/support/recordedFleet.ts';
import { processOf } from '../../test/support/recordedMachines.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import { startingEn } from '../cli/words/starting.ts';
import { UNKNOWN_TOKEN } from '../dialects/writes.ts';
import { systemClock } from '../io/clock.ts';
import { silentLog } from '../io/log.ts';
import { stops } from '../lib/stops.ts';
import { type DialectName, NO_DIALECTS } from '../model/dialect.ts';
import { pageUrl, serveMains, serveNodes, taskOrigin } from './dialects.ts';

let hub: TestHub;
let agent: FakeAgent;
let stopping = stops();
beforeEach(async () => {
  hub = await startTestHub();
  const { nodeToken } = await hub.admitMachine({ hostname: 'gpu-1', machineId: 'machine-1' });
  agent = await startFakeAgent({
    url: hub.url,
    nodeToken,
    hostname: 'gpu-1',
    gpus: [fullCard(0, [processOf(77, 2 ** 20)])],
    onRequest: (request) =>
      request.kind === 'kill-processes'
        ? {
            kind: 'killed',
            results: request.targets.map(({ pid }) => ({
              pid,
              outcome: request.may === 'everyone' ? ('done' as const) : ('not-allowed' as const),
              reason: null,
              message: 'it is not yours',
            })),
          }
        : { kind: 'refreshed' },
  });
  await waitFor('its sample', () => hub.nodes()[0]?.sample?.gpus.length === 1);
});
afterEach(async () => {
  await stopping.stop();
  stopping = stops();
  agent.breakOff();
  await hub.end();
});

/** Serves one, and answers where. */
async function serve(name: DialectName, networks: string[] = []): Promise<string> {
  const port = await freePort();
  const options = {
    ...NO_DIALECTS,
    mains: [{ name, host: '127.0.0.1', port }],
    writes: networks.map((network) => ({ name, network })),
  };
  await serveMains(
    hub,
    { host: '127.0.0.1' },
    {
      options,
      hostNames: [],
      dataFolder: hub.dataFolder,
      origin: taskOrigin(hub.user, {}),
      clock: systemClock,
      log: silentLog,
      words: startingEn,
    },
    stopping,
  );
  return `http://127.0.0.1:${port}`;
}

async function createToken(
  role: 'user' | 'administrator',
  label = 'alice',
): Promise<{ token: string; id: string }> {
  const { token, info } = await (await administratorOf(hub)).call('createToken', {
    body: { scope: 'dialect-write', label, role },
  });
  return { token, id: info.id };
}
const JSON_TYPE = { 'content-type': 'application/json' };
const kill = (url: string, token: string | null) =>
  ask(
    url,
    'POST',
    `${token === null ? '' : `/t/${token}`}/api/kill-processes`,
    JSON_TYPE,
    '{"hostname":"gpu-1","pids":[77]}',
  );
const trail = async () =>
  (await readFile(join(hub.dataFolder, 'audit.jsonl'), 'utf8').catch(() => ''))
    .split('\n')
    .filter((line) => line.includes('kill-process'))
    .map((line) => JSON.parse(line));

test('one machine is told by all five, each in its words', async () => {
  const told = async (name: DialectName, path: string) =>
    JSON.parse((await ask(await serve(name), 'GET', path)).body);
  const [slave] = Object.values(await told('flowline-monitor', '/api/slaves')) as {
    data: { gpus: object[] };
  }[];
  expect(slave?.data.gpus).toMatchObject([{ id: 0, memory: { total: 81559 } }]);
  expect((await told('gpu-monitor', '/api/gpu-stats')).machines['gpu-1'].gpu_data).toMatchObject([
    { memory_total: 81559 },
  ]);
  expect((await told('cluster-status', '/get-status')).Nodes).toMatchObject([
    { status: true, gpus: [{ tot_mem: 81559 }] },
  ]);
  expect(await told('distributed-monitor', '/api/nodes')).toMatchObject([
    { data: { gpus: [{ memory_total: 85_520_809_984 }] } },
  ]);
  expect(await told('flowline', '/api/gpus')).toMatchObject({ 0: { total_memory: 81559 } });
});

test('a machine answers as three older nodes beside its hub, until it is stopped', async () => {
  const nodes = ['flowline-monitor', 'cluster-status', 'distributed-monitor'] as const;
  const listeners = await Promise.all(
    nodes.map(async (name) => ({ name, host: '127.0.0.1', port: await freePort() })),
  );
  const sample = hub.nodes()[0]?.sample ?? null;
  const lines = await serveNodes(
    { newestSample: () => sample },
    {
      options: { ...NO_DIALECTS, nodes: listeners, password: 'geheim' },
      hostNames: [],
      clock: systemClock,
      log: silentLog,
      words: startingEn,
    },
    stopping,
  );
  expect(lines).toEqual(
    listeners.map(({ name, port }) => expect.stringMatching(`${name} at http://127.0.0.1:${port}`)),
  );
  const [slave = '', node = '', server = ''] = listeners.map(({ port }) => `http://127.0.0.1:${port}`);
  expect(JSON.parse((await ask(slave, 'GET', '/api/info')).body).gpus).toMatchObject([{ id: 0 }]);
  expect(JSON.parse((await ask(server, 'GET', '/gpu-info')).body).gpus).toHaveLength(1);
  const right = await ask(node, 'POST', '/get-status', JSON_TYPE, '{"passwd":"geheim"}');
  expect(JSON.parse(right.body).gpus).toMatchObject([{ index: 0 }]);
  expect((await ask(node, 'POST', '/get-status', JSON_TYPE, '{"passwd":"8888"}')).status).toBe(404);
  await stopping.stop();
  await expect(ask(slave, 'GET', '/api/info')).rejects.toThrow();
});

test('refresh reaches the agent', async () => {
  const { body } = await ask(await serve('flowline-monitor'), 'POST', '/api/refresh');
  expect(body).toBe('{"success":true}\n');
  expect(agent.requests.map(({ kind }) => kind)).toContain('refresh');
});

test("a user's token ends what its user may end, an administrator's everything; both are on the trail by name", async () => {
  const url = await serve('gpu-monitor');
  const user = await kill(url, (await createToken('user')).token);
  expect(agent.requests.find(({ kind }) => kind === 'kill-processes')).toMatchObject({ may: ['alice'] });
  expect([user.status, JSON.parse(user.body).status]).toEqual([403, 'error']);
  expect((await kill(url, (await createToken('administrator', 'root')).token)).status).toBe(200);
  await waitFor('the trail', async () => (await trail()).length === 4);
  expect(await trail()).toMatchObject([
    { who: 'alice', result: 'asked', door: 'dialect', from: '127.0.0.1' },
    { who: 'alice', result: 'not-allowed', door: 'dialect' },
    { who: 'root', result: 'asked', door: 'dialect' },
    { who: 'root', result: 'done', door: 'dialect' },
  ]);
});

test('an opened network acts as whoever opened it, and the trail says which network', async () => {
  expect((await kill(await serve('gpu-monitor', ['127.0.0.0/8']), null)).status).toBe(200);
  await waitFor('the trail', async () => (await trail()).length === 2);
  expect(await trail()).toMatchObject([{ who: 'gpu-monitor from 127.0.0.0/8' }, { result: 'done' }]);
});

test('only a token of this scope opens writing, and only as long as it is good', async () => {
  const url = await serve('gpu-monitor');
  const administrator = await administratorOf(hub);
  const { token: other } = await administrator.call('createToken', {
    body: { scope: 'submit', label: 'alice' },
  });
  for (const wrong of [hub.localToken, other, 'fl_x']) {
    const { status, body } = await kill(url, wrong);
    expect([status, JSON.parse(body).message]).toEqual([403, UNKNOWN_TOKEN]);
  }
  expect(agent.requests.filter(({ kind }) => kind === 'kill-processes')).toEqual([]);
  const { token, id } = await createToken('administrator');
  expect((await kill(url, token)).status).toBe(200);
  await administrator.call('revokeToken', { parameters: { id } });
  expect((await kill(url, token)).status).toBe(403);
});

test('a token of this scope opens nothing else, has a login name for its label, and notes its use', async () => {
  const { token, id } = await createToken('administrator');
  const answer = await fetch(`${hub.url}/api/v1/nodes`, { headers: { authorization: `Bearer ${token}` } });
  expect(answer.status).toBe(401);
  await kill(await serve('gpu-monitor'), token);
  const administrator = await administratorOf(hub);
  const { tokens } = await administrator.call('tokens');
  expect(tokens.find((one) => one.id === id)).toMatchObject({
    role: 'administrator',
    lastUsedAtMs: expect.any(Number),
    expiresAtMs: expect.any(Number),
  });
  expect(await readFile(join(hub.dataFolder, 'tokens.json'), 'utf8')).not.toContain(token.slice(16));
  for (const body of [
    { scope: 'dialect-write', label: null },
    { scope: 'dialect-write', label: 'not a login' },
    { scope: 'read', label: 'x', role: 'user' },
  ] as const)
    await expect(administrator.call('createToken', { body })).rejects.toMatchObject({ status: 400 });
});

test("what an older collector pushes is a machine of the hub's too, and nobody's double", async () => {
  const url = await serve('gpu-monitor');
  const report = recordedFile('gpu-monitor', 'post-report-gpu-stats.body.json');
  expect((await ask(url, 'POST', '/api/report-gpu-stats', JSON_TYPE, report)).status).toBe(200);
  await waitFor('the machine', () => hub.nodes().some(({ id }) => id === 'gpu-monitor:vm'));
  await waitFor('both in one answer', async () => {
    const { machines } = JSON.parse((await ask(url, 'GET', '/api/gpu-stats')).body);
    return Object.keys(machines).join() === 'gpu-1,vm';
  });
});

test('what somebody forgets is told by its older server no more, until its next report', async () => {
  const url = await serve('gpu-monitor');
  const report = JSON.stringify({ hostname: 'old1', gpu_data: [] });
  const push = () => ask(url, 'POST', '/api/report-gpu-stats', JSON_TYPE, report);
  const told = async () =>
    Object.keys(JSON.parse((await ask(url, 'GET', '/api/gpu-stats')).body).machines).join();
  await push();
  await waitFor('the machine', () => hub.nodes().some(({ id }) => id === 'gpu-monitor:old1'));
  await (await administratorOf(hub)).call('forgetNodes', { body: { ids: ['gpu-monitor:old1'] } });
  await waitFor('its end', async () => (await told()) === 'gpu-1');
  await push();
  await waitFor('its return', async () => (await told()) === 'gpu-1,old1');
});

test('a refusal is on the trail of the hub', async () => {
  await kill(await serve('gpu-monitor'), null);
  await waitFor('the trail', async () => (await trail()).length === 1);
  expect(await trail()).toMatchObject([
    {
      ...{ who: 'nobody', what: 'refused', on: 'gpu-monitor: POST /api/kill-processes' },
      ...{ result: 'writing is off', from: '127.0.0.1', door: 'dialect' },
    },
  ]);
});

const HERE = 'http://127.0.0.1:3569';
test.each([
  ['by name, where the hub can be reached', '0.0.0.0', 'lab.example:7070', null, 'http://lab.example:3569/'],
  ['where the hub listens to this machine alone', '127.0.0.1', 'lab.example:7070', null, `${HERE}/`],
  ['through TLS', '127.0.0.1', 'lab.example:7864', 'https', 'https://lab.example/'],
  [
    'through TLS, where the hub can be reached too',
    '0.0.0.0',
    'lab.example',
    'https',
    'https://lab.example/',
  ],
  ['through a proxy without TLS', '127.0.0.1', 'lab.example', 'http', 'http://lab.example/'],
  [
    'through a proxy, where the hub can be reached',
    '0.0.0.0',
    'lab.example',
    'http',
    'http://lab.example:3569/',
  ],
  ['through a proxy that passes no name on', '127.0.0.1', '127.0.0.1:7864', 'https', `${HERE}/`],
] as const)('our page is where whoever calls reaches it: %s', (_how, listen, host, passedOn, page) => {
  expect(pageUrl(HERE, listen, { host, passedOn })).toBe(page);
});
