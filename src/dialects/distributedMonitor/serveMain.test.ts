import { afterEach, describe, expect, test } from 'vitest';
import { type DialectBed, dialectBed } from '../../../test/support/dialectBed.ts';
import { differences, exchange } from '../../../test/support/recordedExchange.ts';
import { fullCard, lostCard, machineWith, statusOf } from '../../../test/support/recordedFleet.ts';
import { MEBIBYTE, processOf } from '../../../test/support/recordedMachines.ts';
import type { NodeStatus } from '../../model/node.ts';
import { distributedMonitorMain, nodesText, nodeText } from './serveMain.ts';

const AT_MS = Date.UTC(2026, 10, 22, 11, 29, 38, 909);

/** The recorded machine: four H100s, three processes on each. */
const sample = machineWith(
  [0, 1, 2, 3].map((place) =>
    fullCard(
      place,
      [0, 1, 2].map((one) => processOf(23_585 + 3 * place + one, 21_749 * MEBIBYTE)),
      { memoryUsedBytes: 68_953_309_184 },
    ),
  ),
  AT_MS,
);
const nodes: NodeStatus[] = [
  statusOf(sample, { alias: 'Lab A' }),
  statusOf(sample, {
    name: 'gpu-b',
    address: '127.0.0.9',
    alias: 'Lab B <dead>',
    state: 'offline',
    absence: 'silent',
  }),
  statusOf(null, { name: 'gpu-c', address: '127.0.0.8' }),
];

let bed: DialectBed | null = null;
afterEach(async () => {
  await bed?.stop();
  bed = null;
});
const serve = async (fleet: NodeStatus[] = nodes): Promise<DialectBed> => {
  bed = await dialectBed(distributedMonitorMain, { nodes: () => fleet });
  return bed;
};

/** Instants are of another clock; everything else is to the byte. */
const timeless = (text: string): string =>
  text.replaceAll(/"2026-[^"]+"/g, '"TIME"').replaceAll(/"error":"[^}]*"\}/g, '"error":"…"}');

describe('the aggregator', () => {
  test('tells the recorded machines to the byte, but for instants and the sentence of an error', () => {
    expect(timeless(nodesText(nodes))).toBe(
      timeless(exchange('distributed-monitor', 'nodes-before-first-answer').body),
    );
  });

  test.each([
    ['nodes', '/api/nodes'],
    ['nodes-post', '/api/nodes'],
    ['node-gpu-a', '/api/nodes/gpu-a'],
    ['node-gpu-b', '/api/nodes/gpu-b'],
    ['node-before-first-answer', '/api/nodes/gpu-c'],
    ['node-unknown', '/api/nodes/nothing'],
    ['node-empty', '/api/nodes/'],
    ['aggregator-unknown', '/nothing'],
    ['aggregator-gpu-info', '/gpu-info'],
    ['aggregator-index', '/index.html'],
  ])('%s is answered with the recorded status, type and shape', async (name, path) => {
    const theirs = exchange('distributed-monitor', name);
    expect(theirs.path).toBe(path);
    const ours = await (await serve(nodes.slice(0, ['nodes', 'nodes-post'].includes(name) ? 2 : 3))).ask(
      theirs.method,
      theirs.path,
    );
    expect(ours.status).toBe(theirs.status);
    for (const header of [
      'content-type',
      'x-content-type-options',
      'location',
      'access-control-allow-origin',
    ])
      expect([header, ours.headers[header]]).toEqual([header, theirs.headers[header]]);
    if (theirs.headers['content-type'] === 'application/json')
      expect(differences(theirs.body, ours.body)).toEqual([]);
    else expect(ours.body).toBe(theirs.body);
  });

  test('a fleet without machines is an empty array', async () => {
    expect((await (await serve([])).ask('GET', '/api/nodes')).body).toBe(
      exchange('distributed-monitor', 'nodes-none').body,
    );
  });

  test('an offline machine has no data, as in the recording of one that was stopped', () => {
    const offline = nodes[1];
    expect(
      offline && differences(exchange('distributed-monitor', 'node-stopped').body, nodeText(offline)),
    ).toEqual([]);
  });

  test('a name with a slash and a space is found encoded', async () => {
    const named = [statusOf(sample, { name: 'a/b c' })];
    const { path, body } = exchange('distributed-monitor', 'node-name-with-slash');
    const ours = await (await serve(named)).ask('GET', path);
    expect(ours.status).toBe(200);
    expect(differences(body, ours.body)).toEqual([]);
  });

  test('a machine of its own configuration has the name, alias, host and port of that, whatever it calls itself', async () => {
    const source = {
      dialect: 'distributed-monitor',
      host: 'gpu1.lab',
      port: 9081,
      name: 'gpu-1',
      problem: null,
    } as const;
    const { ask } = await serve([
      statusOf(sample, { source, alias: 'Lab A' }),
      statusOf(sample, { source: { ...source, name: 'gpu-2' }, alias: 'gpu-2' }),
    ]);
    expect(JSON.parse((await ask('GET', '/api/nodes/gpu-1')).body)).toMatchObject({
      ...{ name: 'gpu-1', alias: 'Lab A', host: 'gpu1.lab', port: 9081, data: { node_name: 'gpu-a' } },
    });
    expect(JSON.parse((await ask('GET', '/api/nodes/gpu-2')).body).alias).toBe('');
  });

  test('what keeps an older machine from being read is told', () => {
    const problem = {
      kind: 'not-reached',
      message: 'connect ECONNREFUSED 10.0.0.5:8081',
      sinceMs: AT_MS,
    } as const;
    const source = {
      dialect: 'distributed-monitor',
      host: '10.0.0.5',
      port: 8081,
      name: 'x',
      problem,
    } as const;
    expect(nodeText(statusOf(sample, { source, state: 'offline', absence: 'silent' }))).toContain(
      '"status":"offline","error":"Failed to connect: connect ECONNREFUSED 10.0.0.5:8081"}',
    );
  });

  test('a machine that is only said to be called so does not stand for one with an agent', async () => {
    const said = statusOf(sample, {
      ...{
        name: 'gpu7',
        alias: 'a stranger',
        source: { dialect: 'gpu-monitor' as const, host: null, port: null, name: null, problem: null },
      },
    });
    const { ask } = await serve([said, statusOf(sample, { name: 'gpu7', alias: 'ours' })]);
    expect(JSON.parse((await ask('GET', '/api/nodes/gpu7')).body).alias).toBe('ours');
  });

  test('the order is that of the fleet, each time', async () => {
    const many = Array.from({ length: 30 }, (_, place) => statusOf(sample, { name: `n${29 - place}` }));
    const { ask } = await serve(many);
    for (let time = 0; time < 3; time += 1) {
      const names = JSON.parse((await ask('GET', '/api/nodes')).body).map(
        (one: { name: string }) => one.name,
      );
      expect(names).toEqual(many.map(({ name }) => name));
    }
  });

  test('two machines of one name are both told', () => {
    const same = [statusOf(sample, { name: 'same' }), statusOf(sample, { name: 'same' })];
    expect(JSON.parse(nodesText(same))).toHaveLength(2);
  });

  test('its page leads to ours', async () => {
    const { status, headers } = await (await serve()).ask('GET', '/');
    expect([status, headers.location]).toEqual([302, 'http://127.0.0.1:3569/']);
  });
});

interface RecordedNode {
  name: string;
  host: string;
  port: number;
  alias: string;
  last_update: string;
  status: 'online' | 'offline' | 'unknown';
  data?: { node_name: string; timestamp: string; gpus: RecordedGpu[] | null };
  error?: string;
}
interface RecordedGpu {
  id: string;
  name: string;
  utilization: number;
  memory_used: number;
  memory_total: number;
  temperature: number;
  power_usage: number;
  power_limit: number;
  processes: { pid: number; name: string; used: number }[] | null;
}

/** A machine that a recording tells of, in our words. */
function readNode({ name, host, port, alias, last_update, status, data, error }: RecordedNode): NodeStatus {
  const atMs = Date.parse(last_update);
  const gpus = (data?.gpus ?? []).map((gpu, place) =>
    fullCard(
      place,
      (gpu.processes ?? []).map((one) =>
        processOf(one.pid, one.used, { command: null, executable: one.name }),
      ),
      {
        pciBusId: gpu.id,
        name: gpu.name,
        utilizationPercent: gpu.utilization,
        memoryUsedBytes: gpu.memory_used,
        memoryTotalBytes: gpu.memory_total,
        temperatureCelsius: gpu.temperature,
        powerWatts: gpu.power_usage / 1000,
        powerLimitWatts: gpu.power_limit / 1000,
      },
    ),
  );
  const message = error?.replace('Failed to connect: ', '') ?? '';
  const problem = error === undefined ? null : { kind: 'not-reached' as const, message, sinceMs: atMs };
  const source = { dialect: 'distributed-monitor' as const, host, port, name, problem };
  const taken =
    status === 'unknown'
      ? null
      : machineWith(
          gpus,
          Date.parse(data?.timestamp.startsWith('2') ? data.timestamp : last_update),
          data?.node_name,
        );
  return statusOf(taken, { source, alias: alias || null, state: status, lastSeenAtMs: taken && atMs });
}

describe('every recorded answer of an aggregator', () => {
  /** What each failure said there is its own matter, with its own beginning; and empty lists are null there. */
  const comparable = (text: string): string =>
    timeless(text)
      .replaceAll(/"timestamp":"0001-[^"]*"/g, '"timestamp":"TIME"')
      .replaceAll(/"(gpus|processes)":null/g, '"$1":[]')
      .replaceAll(/"error":"(?:[^"\\\\]|\\\\.)*"/g, '"error":"…"');

  test.each([
    'nodes',
    'nodes-before-first-answer',
    'nodes-hung-node',
    'nodes-odd-answers',
    'nodes-none',
    'nodes-same-name',
    'nodes-post',
  ])('%s is told again to the byte, but for instants and sentences', (answer) => {
    const theirs = exchange('distributed-monitor', answer).body;
    const ours = nodesText((JSON.parse(theirs) as RecordedNode[]).map(readNode));
    expect(comparable(ours)).toBe(comparable(theirs));
  });

  test.each([
    'node-gpu-a',
    'node-gpu-b',
    'node-before-first-answer',
    'node-stopped',
    'node-no-driver',
    'node-name-with-slash',
  ])('%s is told again to the byte, but for instants and sentences', (answer) => {
    const theirs = exchange('distributed-monitor', answer).body;
    expect(comparable(`${nodeText(readNode(JSON.parse(theirs)))}\n`)).toBe(comparable(theirs));
  });
});

describe('right where the older one was wrong', () => {
  const told = (changed: NodeStatus): { status: string; error?: string; data?: { gpus: object[] } } =>
    JSON.parse(nodeText(changed));

  test('a lost GPU hides no other', () => {
    const { status, data } = told(statusOf(machineWith([lostCard(0), fullCard(1)], AT_MS)));
    expect([status, data?.gpus.length]).toEqual(['online', 1]);
  });

  test('a machine without a driver is online, with an empty list of GPUs', () => {
    const bare = machineWith([], AT_MS);
    const none = { ...bare, driver: { ...bare.driver, state: 'absent' as const, answeredAtMs: null } };
    expect(told(statusOf(none))).toMatchObject({ status: 'online', data: { gpus: [] } });
  });

  test('a driver that hangs makes its machine offline, with the reason instead of old figures', () => {
    const hung = {
      ...sample,
      driver: {
        ...sample.driver,
        state: 'unresponsive' as const,
        message: 'no answer',
        answeredAtMs: AT_MS - 60_000,
      },
    };
    const { status, error, data } = told(statusOf(hung));
    expect([status, error, data]).toEqual(['offline', 'Failed to get GPU info: no answer', undefined]);
  });

  test('a machine that is a little late is still online', () => {
    expect(told(statusOf(sample, { state: 'stale' })).status).toBe('online');
  });
});

describe('what makes its readers drop a machine is never written', () => {
  test('no fraction, no exponent and no sign but in utilization; a zone in each time', () => {
    const odd = fullCard(0, [processOf(7, 2e9)], {
      memoryUsedBytes: 2e9,
      utilizationPercent: 12.5,
      temperatureCelsius: -1.5,
      powerWatts: 180.5004,
      powerLimitWatts: 350.25,
    });
    const text = nodesText([statusOf(machineWith([odd], AT_MS))]);
    expect(text).toContain('"utilization":12.5,"memory_used":2000000000,');
    expect(text).toContain('"temperature":0,"power_usage":180500,"power_limit":350250,');
    expect(text).toContain('"used":2000000000}');
    for (const [, time] of text.matchAll(/"(?:timestamp|last_update)":"([^"]*)"/g))
      expect(time).toMatch(/T\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/);
  });
});
