/** The API of the older FlowLine on a real port, over a real hub with fake agents. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type Asked, ask } from '../../../test/support/dialectBed.ts';
import { gpu, queueBed } from '../../../test/support/queueBed.ts';
import { differences, exchange, exchangeNames } from '../../../test/support/recordedExchange.ts';
import { processOf } from '../../../test/support/recordedMachines.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { silentLog } from '../../io/log.ts';
import type { AgentAnswer, AgentRequest } from '../../protocol/agentHub.ts';
import { serveDialect } from '../listener.ts';
import { writeDoor } from '../writes.ts';
import { openGpuNumbers } from './numbers.ts';
import { flowlineMain } from './serveMain.ts';

type Bed = Awaited<ReturnType<typeof queueBed>>;
const JSON_BODY = { 'content-type': 'application/json' };

let bed: Bed;
let served: { url: string; stop(): Promise<void> };
/** Of scope dialect-write: an administrator's, and alice's as a user. */
let admin: string;
let alice: string;

beforeEach(async () => {
  bed = await queueBed();
  const hub = bed.hub();
  served = await serveDialect(
    flowlineMain({
      nodes: hub.nodes,
      callAs: hub.callAs,
      audit: hub.audit,
      pageUrl: () => '',
      startedAtMs: Date.now() - 3_723_000,
      nowMs: Date.now,
      numbers: await openGpuNumbers(join(hub.dataFolder, 'numbers.json'), () => {}),
      origin: {
        user: 'operator',
        workingDirectory: '/srv',
        environment: { PATH: '/bin', SECRET: 'of the operator' },
      },
    }),
    {
      listen: { host: '127.0.0.1', port: 0 },
      hostNames: [],
      writes: writeDoor({ name: 'flowline', accountOf: hub.dialectAccount, networks: [], reporters: [] }),
      nowMs: Date.now,
      log: silentLog,
    },
  );
  const token = async (label: string, role: 'user' | 'administrator'): Promise<string> => {
    const created = await bed.client().call('createToken', { body: { scope: 'dialect-write', label, role } });
    return `/t/${created.token}`;
  };
  admin = await token('root', 'administrator');
  alice = await token('alice', 'user');
});
afterEach(async () => {
  await served.stop();
  await bed.end();
});

const get = (path: string): Promise<Asked> => ask(served.url, 'GET', path);
const post = (path: string, body?: unknown): Promise<Asked> =>
  body === undefined
    ? ask(served.url, 'POST', path)
    : ask(served.url, 'POST', path, JSON_BODY, JSON.stringify(body));
const json = async <Body = object>(asking: Promise<Asked>): Promise<Body> => JSON.parse((await asking).body);

const card = (index: number, more: Parameters<typeof gpu>[1] = {}) =>
  gpu(index, { powerWatts: 100, powerLimitWatts: 700, ...more });

/** Alice's machine with two cards; her tasks are leased to it, and it says that they run. */
async function machine(onRequest: (request: AgentRequest) => AgentAnswer | null = () => null) {
  return bed.agent('gpu-a', {
    gpus: [card(0), card(1)],
    onRequest: (request) =>
      request.kind === 'read-log'
        ? onRequest(request)
        : request.kind === 'stop-attempt'
          ? { kind: 'stopping' }
          : null,
  });
}

/** Queues one of alice's through the older API and has it run. */
async function running(agent: Awaited<ReturnType<typeof machine>>, cmd = 'sleep 45'): Promise<void> {
  const before = agent.leases.length;
  expect(await json(post(`${alice}/api/task/create`, { name: 'n', cmd, need_run_num: 1 }))).toEqual({
    success: true,
  });
  const lease = await waitFor('a lease', () => agent.leases[before] ?? null);
  agent.report(lease, 1, { phase: 'running', pid: 24421, startedAtMs: 1_795_345_246_975 } as never);
  await waitFor('it runs', async () => (await bed.state(lease.attempt.split('.')[0] ?? '')) === 'running');
}

describe('whoever has no account', () => {
  test('reads GPUs, the machine and its uptime, as recorded', async () => {
    await machine();
    await waitFor('its sample', async () => Object.keys(await json(get('/api/gpus'))).length === 2);
    for (const name of ['gpus', 'system-uptime', 'process-empty', 'gpu-9-process', 'gpu-x-process']) {
      const theirs = exchange('flowline', name);
      const ours = await get(theirs.path);
      expect([name, ours.status]).toEqual([name, theirs.status]);
      for (const header of ['content-type', 'access-control-allow-origin'])
        expect([name, ours.headers[header]]).toEqual([name, theirs.headers[header]]);
      expect(differences(theirs.body, ours.body, { keyed: name === 'gpus' ? [''] : [] })).toEqual([]);
    }
    const info = await get('/api/system/info');
    expect(info.headers['content-type']).toBe(exchange('flowline', 'system-info').headers['content-type']);
    expect(info.body).toMatch(/, CPU: \d+ cores, Memory: [\d.]+ GB$/);
    expect(await json(get('/api/system/uptime'))).toMatchObject({ hours: 1, minutes: 2 });
  });

  test('sees no task, no log and no command that is not masked', async () => {
    const agent = await machine();
    await running(agent, 'echo very-secret');
    expect(await json(get('/api/task/list'))).toEqual([]);
    expect(await json(get('/api/log/list'))).toEqual({ files: [] });
    expect(await json(get('/api/log/1.out'))).toEqual({ lines: [] });
    expect(await json(get('/api/log/flowline.log'))).toEqual({ lines: [] });
    expect(await json(get('/api/process'))).toEqual({});
    agent.setGpus([
      gpu(0, { processes: [processOf(24421, 5, { task: 't1', command: 'echo ****' })] }),
      gpu(1),
    ]);
    const seen = await waitFor('the process on the card', async () => {
      const processes = await json(get('/api/process'));
      return Object.keys(processes).length > 0 && processes;
    });
    expect(seen).toMatchObject({ 1: { cmd: 'echo ****', pid: 24421, gpu_id: 0 } });
  });

  test.each([
    ['/api/task/create', { name: 'n', cmd: 'x', need_run_num: 1 }],
    ['/api/run', undefined],
    ['/api/gpu/0/switch', undefined],
    ['/api/process/1/kill', undefined],
  ])('changes nothing: %s', async (path, body) => {
    const refused = await post(path, body);
    expect([refused.status, JSON.parse(refused.body)]).toEqual([403, { error: 'flowline: writing is off' }]);
    expect(refused.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('finds nothing where the older one had nothing', async () => {
    const theirs = exchange('flowline', 'unknown');
    const ours = await get(theirs.path);
    expect([ours.status, ours.body, ours.headers['content-type']]).toEqual([
      theirs.status,
      theirs.body,
      theirs.headers['content-type'],
    ]);
  });
});

describe('an account', () => {
  test('creates a task that runs as its own, and sees and ends its process', async () => {
    const agent = await machine();
    await running(agent, 'python train.py --lr 0.1 "a b"');
    const [lease] = agent.leases;
    expect(lease?.command).toEqual({ kind: 'argv', words: ['python', 'train.py', '--lr', '0.1', 'a b'] });
    expect(lease).toMatchObject({ owner: 'alice', workingDirectory: '/', taskName: 'n' });
    expect(lease?.environment).not.toHaveProperty('SECRET');

    for (const [name, path] of [
      ['task-list', '/api/task/list'],
      ['process-running', '/api/process'],
      ['gpu-0-process', '/api/gpu/0/process'],
    ] as const) {
      const ours = await get(alice + path);
      expect(ours.status).toBe(200);
      // A page of another origin must not read what only an account sees.
      expect(ours.headers['access-control-allow-origin']).toBeUndefined();
      expect(
        differences(exchange('flowline', name).body, ours.body, {
          keyed: ['', 'x'].slice(0, name === 'task-list' ? 0 : 1),
        }),
      ).toEqual([]);
    }
    expect(await json(get(`${alice}/api/process`))).toMatchObject({
      1: { process_id: 1, status: 'RUNNING', pid: 24421 },
    });
    expect(await json(get(`${alice}/api/gpu/1/process`))).toEqual({});

    const kill = await post(`${alice}/api/process/1/kill`);
    expect([kill.status, kill.body]).toEqual([200, exchange('flowline', 'process-kill').body]);
    expect(await json(get(`${alice}/api/process`))).toMatchObject({ 1: { status: 'KILLING' } });
    await waitFor('the node is told', () => agent.requests.some(({ kind }) => kind === 'stop-attempt'));
    expect(await bed.audit()).toMatch(/"what":"kill-tasks".*"door":"dialect"/);
  });

  test.each(['process-kill-404'])('%s is answered as recorded', async (name) => {
    const theirs = exchange('flowline', name);
    const ours = await post(alice + theirs.path);
    expect([ours.status, ours.body]).toEqual([theirs.status, theirs.body]);
  });

  test('ends nothing that only waits, and nothing of others', async () => {
    await bed.submit(1, { owner: 'bob' });
    expect(await json(post(`${alice}/api/process/1/kill`))).toEqual({ success: false });
    expect(await json(post(`${admin}/api/process/1/kill`))).toEqual({ success: false });
    expect(await json(post(`${admin}/api/process/0/kill`))).toEqual({ success: false });
    expect(await bed.state('t1')).toBe('queued');
    expect(await json(get(`${alice}/api/task/list`))).toEqual([]);
    expect(await json(get(`${admin}/api/task/list`))).toMatchObject([{ task_id: 1, status: 'PENDING' }]);
  });

  test('is told what is wrong with a task, which is not queued', async () => {
    for (const [body, error] of [
      [{ name: 'n', need_run_num: 1 }, /^cmd: /],
      [{ cmd: 'train "unclosed' }, /^cmd: a quote is opened and never closed/],
      [{ cmd: 'train {lr}' }, /^cmd: there is no column \{lr\}/],
      [{ cmd: 'x', need_run_num: 0 }, /^need_run_num: /],
    ] as const) {
      const asked = await post(`${alice}/api/task/create`, body);
      expect(asked.status).toBe(400);
      expect(JSON.parse(asked.body)).toEqual({ error: expect.stringMatching(error), success: false });
    }
    expect(await json(get(`${alice}/api/task/list`))).toEqual([]);
    expect((await ask(served.url, 'POST', `${alice}/api/task/create`, {}, '{"cmd":"x"}')).status).toBe(415);
  });

  test('with a shell in it runs in a shell, as ours would', async () => {
    const agent = await machine();
    await running(agent, 'echo 完成 && sleep 2');
    expect(agent.leases[0]?.command).toEqual({
      kind: 'shell',
      script: 'echo 完成 && sleep 2',
      parameters: [],
    });
  });

  test('starts and stops its own tables; an administrator the queue', async () => {
    await post(`${alice}/api/task/create`, { cmd: 'x' });
    expect((await post(`${alice}/api/run`)).body).toBe(exchange('flowline', 'run-off').body);
    const [table] = (await bed.client().call('tables')).tables;
    expect(table?.paused).toBe('user');
    expect((await post(`${alice}/api/run`)).body).toBe(exchange('flowline', 'run-on').body);
    expect((await bed.client().call('queue')).settings.isRunning).toBe(true);
    expect(await json(post(`${admin}/api/run`))).toEqual({ if_run: false });
    expect((await bed.client().call('queue')).settings.isRunning).toBe(false);
    expect(await json(post(`${admin}/api/run`))).toEqual({ if_run: true });
  });

  test('switches a card off and on if it is an administrator, and only then', async () => {
    await machine();
    // Nobody has listed the cards yet: they have their numbers all the same.
    const listed = async () => (await bed.client().call('nodes')).nodes;
    await waitFor('its sample', async () => (await listed())[0]?.sample?.gpus.length === 2);
    const refused = await post(`${alice}/api/gpu/1/switch`);
    expect([refused.status, JSON.parse(refused.body).error]).toEqual([
      403,
      expect.stringContaining('administrators'),
    ]);
    expect(await json(post(`${admin}/api/gpu/1/switch`))).toEqual({
      gpu_id: '1',
      is_on: false,
      success: true,
    });
    expect(await json(get('/api/gpus'))).toMatchObject({
      0: { status: 'available' },
      1: { status: 'disabled' },
    });
    const on = await post(`${admin}/api/gpu/1/switch`);
    expect(differences(exchange('flowline', 'gpu-3-switch').body, on.body)).toEqual([]);
    expect(JSON.parse(on.body).is_on).toBe(true);
    for (const name of ['gpu-9-switch', 'gpu-x-switch']) {
      const theirs = exchange('flowline', name);
      const ours = await post(admin + theirs.path);
      expect(ours.status).toBe(theirs.status);
      expect(differences(theirs.body, ours.body)).toEqual([]);
    }
  });

  test('reads the output of its runs by names that are no paths', async () => {
    const bytes = Buffer.from('one\n\u001b[31mtwo\u001b[0m\n');
    const agent = await machine((request) =>
      request.kind !== 'read-log'
        ? null
        : {
            kind: 'log',
            slice: {
              fromByte: 0,
              toByte: bytes.length,
              sizeBytes: 1234,
              base64: request.stream === 'out' ? bytes.toString('base64') : '',
              gap: null,
              isComplete: false,
            },
          },
    );
    await running(agent);
    const list = await get(`${alice}/api/log/list`);
    expect(list.headers['access-control-allow-origin']).toBeUndefined();
    expect(differences(exchange('flowline', 'log-list').body, list.body)).toEqual([]);
    expect(JSON.parse(list.body).files).toMatchObject([
      { name: '1.out', size: '1.2KB' },
      { name: '1.err', size: '1.2KB' },
    ]);
    const log = await get(`${alice}/api/log/1.out?maxLines=1`);
    expect(differences(exchange('flowline', 'log-program').body, log.body)).toEqual([]);
    expect(JSON.parse(log.body)).toEqual({ lines: [{ level: 'INFO', message: 'two', timestamp: '' }] });
    expect(await json(get(`${alice}/api/log/1.err`))).toEqual({ lines: [] });

    const before = agent.requests.length;
    const missing = exchange('flowline', 'log-missing');
    for (const name of [
      'nope.log',
      '..%2f..%2fetc%2fpasswd',
      '%2fetc%2fpasswd',
      '2.out',
      '1.9.9.out',
      'flowline.log',
    ]) {
      const asked = await get(`${alice}/api/log/${name}`);
      expect([name, asked.status, asked.body]).toEqual([name, missing.status, missing.body]);
    }
    expect(agent.requests.length).toBe(before);
    expect(await json(get(`${admin}/api/log/list`))).toMatchObject({
      files: [{ name: 'flowline.log' }, { name: '1.out' }, { name: '1.err' }],
    });
  });

  test('with a token that is not good gets nothing, not even what anybody may read', async () => {
    const asked = await get('/t/fl_none/api/gpus');
    expect([asked.status, Object.keys(JSON.parse(asked.body))]).toEqual([403, ['error']]);
  });
});

test('every recorded answer is given again, in status and shape, through the story that was recorded', async () => {
  const told = new Set<string>();
  /** Asks what was asked then; `differs` says why ours is another. */
  const again = async (name: string, differs?: { status: number }): Promise<void> => {
    told.add(name);
    const theirs = exchange('flowline', name);
    // Numbers of tasks begin with 1 here.
    const path = theirs.path
      .replace('/process/0/kill', '/process/1/kill')
      .replace(/[^/]*\.log$/, 'flowline.log');
    const headers = theirs.sentType === null ? {} : { 'content-type': theirs.sentType };
    const ours = await ask(served.url, theirs.method, admin + path, headers, theirs.sent ?? undefined);
    expect([name, ours.status]).toEqual([name, differs?.status ?? theirs.status]);
    if (differs) return;
    expect([name, ours.headers['content-type']]).toEqual([name, theirs.headers['content-type']]);
    const keyed = name.startsWith('gpus') || (name.includes('process') && !name.includes('kill')) ? [''] : [];
    if (theirs.headers['content-type'] === 'application/json')
      expect([name, differences(theirs.body, ours.body, { keyed })]).toEqual([name, []]);
    else if (name !== 'system-info') expect(ours.body).toBe(theirs.body);
  };

  const agent = await machine();
  await waitFor('its sample', async () => Object.keys(await json(get('/api/gpus'))).length === 2);
  for (const name of ['gpus', 'process-empty', 'gpu-0-process-empty', 'gpu-9-process', 'gpu-x-process'])
    await again(name);
  for (const name of ['system-info', 'system-uptime', 'unknown', 'log-missing']) await again(name);
  // Ours has two cards, where theirs had eight: there is no third to switch.
  told.add('gpu-3-switch');
  for (const name of ['gpu-9-switch', 'gpu-x-switch', 'gpu-3-process', 'process-kill-404']) await again(name);
  await again('process-kill-x', { status: 400 });

  await running(agent);
  // Its own stub could not; ours queues it.
  await again('task-create', { status: 200 });
  for (const name of ['gpus-running', 'process-running', 'gpu-0-process', 'task-list', 'log-list'])
    await again(name);
  await again('process-kill');
  await again('process-kill-again');
  const lease = agent.leases[0];
  if (lease) agent.report(lease, 2, { phase: 'ended', endedAtMs: Date.now(), signal: 'SIGTERM' } as never);
  for (const name of ['process-later', 'task-list-later', 'log-list-later', 'log-process', 'log-program'])
    await again(name);
  await again('run-off');
  await again('run-on');
  expect(exchangeNames('flowline').filter((name) => !told.has(name))).toEqual([]);
});
