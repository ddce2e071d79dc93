/** Node roles on real ports, held against what the older nodes answered. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, test } from 'vitest';
import { type Asked, ask } from '../../test/support/dialectBed.ts';
import { skipWithout } from '../../test/support/needs.ts';
import { differences, type Exchange, exchange, exchangeNames } from '../../test/support/recordedExchange.ts';
import { cardOf, MEBIBYTE, machineOf, processOf } from '../../test/support/recordedMachines.ts';
import { silentLog } from '../io/log.ts';
import { stops } from '../lib/stops.ts';
import { UNKNOWN_HOST } from '../model/host.ts';
import type { NodeSample } from '../model/node.ts';
import { clusterStatusNode } from './clusterStatus/nodeDialect.ts';
import type { Dialect } from './dialect.ts';
import { distributedMonitorNode } from './distributedMonitor/nodeDialect.ts';
import { flowlineMonitorNode } from './flowlineMonitor/nodeDialect.ts';
import { serveDialect } from './listener.ts';
import type { NodeParts } from './node.ts';
import { writeDoor } from './writes.ts';

const NOW_MS = 1_795_346_448_770;
const PASSWORD = '8888';
const SENT = { headers: { 'content-type': 'application/json' }, body: JSON.stringify({ passwd: PASSWORD }) };

const healthy = machineOf('gpu-a', NOW_MS, {
  host: { ...UNKNOWN_HOST, cpuPercent: 12 },
  gpus: [0, 1].map((index) =>
    cardOf(index, {
      memoryUsedBytes: 66307 * MEBIBYTE,
      memoryFreeBytes: 15252 * MEBIBYTE,
      // Half a watt and half a MiB: fractions that a strict reader would choke on where it wants none.
      powerWatts: 172.5,
      processes: [processOf(23585 + index, 21749.5 * MEBIBYTE, { startedAtMs: NOW_MS - 60_000 })],
    }),
  ),
});
const bare = machineOf('bare', NOW_MS, { host: { ...UNKNOWN_HOST, cpuPercent: 0 } });
const driverless: NodeSample = {
  ...bare,
  driver: { ...bare.driver, state: 'absent', answeredAtMs: null, message: 'no NVIDIA library' },
};

const stopping = stops();
afterEach(() => stopping.stop());

const SYSTEMS = {
  'flowline-monitor': { build: flowlineMonitorNode, path: '/api/info', method: 'GET' },
  'cluster-status': { build: clusterStatusNode, path: '/get-status', method: 'POST' },
  'distributed-monitor': { build: distributedMonitorNode, path: '/gpu-info', method: 'GET' },
} as const;
type System = keyof typeof SYSTEMS;

/** Serves a machine as a node of it. */
async function serve(system: System, sample: NodeSample | null, nowMs = () => NOW_MS): Promise<string> {
  const parts: NodeParts = { sample: () => sample, password: PASSWORD, nowMs };
  const dialect: Dialect = SYSTEMS[system].build(parts);
  const served = await serveDialect(dialect, {
    listen: { host: '127.0.0.1', port: 0 },
    hostNames: [],
    writes: writeDoor({ name: system, accountOf: () => null, networks: [], reporters: [] }),
    nowMs,
    log: silentLog,
  });
  stopping.add(served.stop);
  return served.url;
}

/** Asks what was asked when the answer was recorded. */
const repeat = (url: string, { method, path, sent, sentType }: Exchange): Promise<Asked> =>
  ask(url, method, path, sentType === null ? {} : { 'content-type': sentType }, sent ?? undefined);

/** Asks for the machine, with the password where one is wanted. */
const askFor = (url: string, system: System): Promise<Asked> => {
  const { method, path } = SYSTEMS[system];
  return method === 'POST' ? ask(url, method, path, SENT.headers, SENT.body) : ask(url, method, path);
};

const lost = { ...cardOf(3, {}), state: 'lost' as const, message: 'it fell off the bus' };
const withLost: NodeSample = { ...healthy, gpus: [...healthy.gpus, lost] };
const powerless: NodeSample = {
  ...healthy,
  gpus: healthy.gpus.map((gpu) => ({ ...gpu, powerWatts: null, powerLimitWatts: null })),
};
/** The state of the machine in recordings that are not of a healthy one. */
const STATES: Record<string, NodeSample> = {
  'slave-info-rtx': powerless,
  'slave-info-nodriver': driverless,
  'slave-info-lost': withLost,
  'slave-info-lostq': withLost,
  'node-gpu-lost': withLost,
  'node-gpu-lost-later': withLost,
  'node-no-processes': { ...healthy, gpus: healthy.gpus.map((gpu) => ({ ...gpu, processes: [] })) },
  'gpu-info-gpu-lost': withLost,
  'gpu-info-no-driver': driverless,
  'gpu-info-no-nvidia-smi': driverless,
  'gpu-info-no-gpus': bare,
  'gpu-info-old-driver': powerless,
  'gpu-info-rtx4090-na': powerless,
};
/** Where the older node was wrong and its readers bear it: what ours answers. */
const RIGHT_HERE: Record<string, number> = {
  // Malformed requests are no failure of ours.
  'node-missing-passwd': 400,
  'node-array-body': 400,
  // One lost card hides no other.
  'gpu-info-gpu-lost': 200,
};

describe.each([
  ['flowline-monitor', /^slave-/],
  ['cluster-status', /^node-/],
  ['distributed-monitor', /^(gpu-info|health|server-)/],
] as const)('as a node of %s', (system, ofNodes) => {
  const names = exchangeNames(system).filter((name) => ofNodes.test(name));
  test.each(names)('%s is answered with the recorded status, headers and shape', async (name) => {
    const theirs = exchange(system, name);
    const ours = await repeat(await serve(system, STATES[name] ?? healthy), theirs);
    const right = RIGHT_HERE[name];
    expect(ours.status).toBe(right ?? theirs.status);
    if (right !== undefined) return;
    for (const header of ['content-type', 'allow', 'access-control-allow-origin', 'x-content-type-options'])
      expect([header, ours.headers[header]]).toEqual([header, theirs.headers[header]]);
    if (theirs.method === 'HEAD') expect(ours.body).toBe('');
    else if (theirs.headers['content-type'] === 'application/json')
      expect(differences(theirs.body, ours.body)).toEqual([]);
    // Why GPUs cannot be read is said in other words.
    else if (theirs.status === 500) expect(ours.body.slice(0, 24)).toBe(theirs.body.slice(0, 24));
    else expect(ours.body).toBe(theirs.body);
  });

  test('HEAD is answered without a body', async () => {
    const url = await serve(system, healthy);
    const { status, body } = await ask(url, 'HEAD', SYSTEMS[system].path);
    expect([status, body]).toEqual([system === 'cluster-status' ? 405 : 200, '']);
  });

  test('a machine that has not been sampled, or not for long, is not told as one that is well', async () => {
    for (const url of [await serve(system, null), await serve(system, healthy, () => NOW_MS + 60_000)]) {
      const { status } = await askFor(url, system);
      expect(status).toBe(system === 'flowline-monitor' ? 503 : 500);
    }
  });
});

describe('where there is nothing to tell', () => {
  test('a slave has no GPUs, as the recorded one without a driver', async () => {
    const { status, body } = await askFor(await serve('flowline-monitor', driverless), 'flowline-monitor');
    expect([status, JSON.parse(body).gpus]).toEqual([200, []]);
  });

  test('a server fails as the recorded ones without a GPU and without a driver', async () => {
    const theirs = exchange('distributed-monitor', 'gpu-info-no-gpus');
    for (const machine of [bare, driverless]) {
      const ours = await askFor(await serve('distributed-monitor', machine), 'distributed-monitor');
      expect([ours.status, ours.headers['content-type']]).toEqual([
        theirs.status,
        theirs.headers['content-type'],
      ]);
      expect(ours.body).toMatch(/^Failed to get GPU info: .+\n$/);
    }
  });

  test('a node of cluster-status answers with a status and a page, never with JSON: its main would take that for a node', async () => {
    for (const machine of [bare, driverless]) {
      const { status, body } = await askFor(await serve('cluster-status', machine), 'cluster-status');
      expect([status, body]).toEqual([500, exchange('cluster-status', 'node-missing-passwd').body]);
    }
  });
});

describe('the password of a cluster-status node', () => {
  test.each(['{}', '["8888"]', 'true', 'null', '""'])(
    'a body of %s is malformed, and no failure of ours',
    async (body) => {
      const url = await serve('cluster-status', healthy);
      expect((await ask(url, 'POST', '/get-status', SENT.headers, body)).status).toBe(400);
    },
  );

  test.each(['8888 ', '888', '', '88888', 'x'.repeat(10_000)])(
    '%j is as good as no such path',
    async (passwd) => {
      const url = await serve('cluster-status', healthy);
      const asked = await ask(url, 'POST', '/get-status', SENT.headers, JSON.stringify({ passwd }));
      expect([asked.status, asked.body]).toEqual([404, exchange('cluster-status', 'node-root').body]);
    },
  );

  test('is not guessed by trying all of them: one address is heard so often, the right one included, and all of loopback is one', async () => {
    const url = await serve('cluster-status', healthy);
    const statuses = new Set<number>();
    for (let guess = 0; guess < 70; guess += 1)
      statuses.add(
        (
          await ask(
            ...([url, 'POST', '/get-status', SENT.headers, JSON.stringify({ passwd: `${guess}` })] as const),
            `127.0.0.${guess + 1}`,
          )
        ).status,
      );
    expect([...statuses]).toEqual([404, 429]);
    expect((await askFor(url, 'cluster-status')).status).toBe(429);
  });

  test('without one nobody is answered', async () => {
    const dialect = clusterStatusNode({ sample: () => healthy, password: null, nowMs: () => NOW_MS });
    const body = Buffer.from(JSON.stringify({ passwd: '' }));
    const request = { body, contentType: 'application/json', from: '127.0.0.1' };
    const answer = await dialect.routes[0]?.handle(request as never);
    expect(answer?.status).toBe(404);
  });
});

test('nothing can be written through a node, and no token is known to one', async () => {
  const url = await serve('flowline-monitor', healthy);
  expect((await ask(url, 'POST', '/api/info')).status).toBe(405);
  expect((await ask(url, 'GET', '/t/fl_x/api/info')).status).toBe(403);
});

test.skipIf(skipWithout('python3'))(
  "the older systems' own clients read us: python's http and json [needs python3]",
  async () => {
    const [slave, node] = [await serve('flowline-monitor', healthy), await serve('cluster-status', healthy)];
    // As the masters ask: the answer as JSON, its memory added up, its time compared with a naive one.
    const script = `
import json, sys, urllib.request
from datetime import datetime
slave, node = sys.argv[1:]
info = json.load(urllib.request.urlopen(slave + '/api/info', timeout=3))
ask = urllib.request.Request(node + '/get-status', data=json.dumps({'passwd': '8888'}).encode(), headers={'Content-Type': 'application/json'})
status = json.load(urllib.request.urlopen(ask, timeout=3))
age = datetime.now() - datetime.fromisoformat(status['last_update'])
print(json.dumps([
  sum(gpu['memory']['used'] for gpu in info['gpus']),
  [user['username'] for gpu in status['gpus'] for user in gpu['users']],
  status['gpus'][0]['name'], isinstance(status['gpus'][0]['use_mem'], int), age.total_seconds() is not None,
]))`;
    // Not synchronously: it is this process that answers.
    const { stdout } = await promisify(execFile)('python3', ['-c', script, slave, node]);
    expect(JSON.parse(stdout)).toEqual([2 * 66307, ['root', 'root'], 'NVIDIA H100 80GB HBM3', true, true]);
  },
);
