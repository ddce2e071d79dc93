import { afterEach, describe, expect, test } from 'vitest';
import { type DialectBed, type DialectBedOptions, dialectBed } from '../../../test/support/dialectBed.ts';
import { differences, exchange } from '../../../test/support/recordedExchange.ts';
import { fullCard, lostCard, machineWith, statusOf } from '../../../test/support/recordedFleet.ts';
import { sampleOfSlave } from '../../../test/support/recordedSlave.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import type { NodeSample, NodeStatus } from '../../model/node.ts';
import { uptime } from '../figures.ts';
import { distinctAddresses } from './addresses.ts';
import { flowlineMonitorMain, slavesText } from './serveMain.ts';
import type { SlaveInfo } from './serveNode.ts';

interface Slave {
  data: SlaveInfo | null;
  error: string | null;
  last_seen: number | null;
  name: string;
  online: boolean;
}

const theirs = exchange('flowline-monitor', 'master-slaves').body;
const AT_MS = 1_795_344_943_456;

/** What the recorded master knew, in our words. */
const nodes: NodeStatus[] = Object.entries(JSON.parse(theirs) as Record<string, Slave>).map(
  ([address, slave]) =>
    statusOf(slave.data && sampleOfSlave(slave.data), {
      id: slave.name,
      name: slave.name,
      address,
      state: slave.online ? 'online' : 'unknown',
      lastSeenAtMs: slave.last_seen === null ? null : Math.round(slave.last_seen * 1000),
    }),
);

let bed: DialectBed | null = null;
afterEach(async () => {
  await bed?.stop();
  bed = null;
});
const serve = async (fleet: NodeStatus[], options: DialectBedOptions = {}): Promise<DialectBed> => {
  bed = await dialectBed(flowlineMonitorMain, { nodes: () => fleet, ...options });
  return bed;
};

/** What differs by right: instants below a millisecond, a process's age, the share of memory, the sentence of an error. */
const comparable = (text: string): string =>
  text
    .replaceAll(/"(timestamp|last_seen)":[\d.]+/g, '"$1":1.0')
    .replaceAll(/"elapsed_time":"[\d:-]+"/g, '"elapsed_time":"02:39"')
    .replaceAll(/"percent":[\d.]+,"total":23/g, '"percent":2.6,"total":23')
    .replaceAll(/"error":"[^"]*"/g, '"error":"…"');

describe('the master', () => {
  test('tells the recorded machines to the byte, but for what differs by right', () => {
    expect(comparable(`${slavesText(nodes)}\n`)).toBe(comparable(theirs));
  });

  test.each([
    'master-slaves',
    'master-slave-one',
    'master-slave-404',
    'master-refresh-one',
    'master-refresh-404',
    'master-refresh-all',
    'master-refresh-wrong-method',
    'master-health',
    'master-uptime',
    'master-unknown',
  ])('%s is answered with the recorded status, headers and shape', async (name) => {
    const recorded = exchange('flowline-monitor', name);
    const ours = await (await serve(nodes)).ask(recorded.method, recorded.path);
    expect(ours.status).toBe(recorded.status);
    for (const header of ['content-type', 'access-control-allow-origin', 'allow'])
      expect([header, ours.headers[header]]).toEqual([header, recorded.headers[header]]);
    if (recorded.headers['content-type'] !== 'application/json') return expect(ours.body).toBe(recorded.body);
    const options = name === 'master-slaves' ? { keyed: [''] } : {};
    expect(differences(recorded.body, ours.body, options)).toEqual([]);
    if (recorded.status !== 200) expect(ours.body).toBe(recorded.body);
  });

  test('a body ends with a line and holds ASCII alone, whatever machines are called', () => {
    const text = slavesText([statusOf(null, { name: '实验室-1 é', address: null })]);
    expect(text).toMatch(/^[\x20-\x7e]+$/);
    expect(Object.keys(JSON.parse(text))).toEqual(['实验室-1 é']);
  });

  test('a machine of its own configuration has the name, address and port of that, and the reason why it cannot be read', () => {
    const problem = { kind: 'not-reached', message: 'nobody listens there', sinceMs: AT_MS } as const;
    const source = {
      dialect: 'flowline-monitor',
      host: '192.168.1.11',
      port: 5009,
      name: 'gpu1',
      problem,
    } as const;
    const node = statusOf(null, {
      source,
      name: 'host-1',
      alias: 'x',
      address: '10.0.0.1',
      state: 'offline',
    });
    expect(JSON.parse(slavesText([node]))).toEqual({
      '192.168.1.11': {
        ...{ data: null, error: 'nobody listens there', ip: '192.168.1.11', last_seen: null },
        ...{ name: 'gpu1', online: false, port: 5009 },
      },
    });
  });

  test('the order is that of the fleet, for addresses that look like numbers too', () => {
    const fleet = ['10.0.0.9', '7', '10.0.0.1'].map((address) => statusOf(null, { id: address, address }));
    expect([...slavesText(fleet).matchAll(/"ip":"([^"]+)"/g)].map(([, ip]) => ip)).toEqual([
      '10.0.0.9',
      '7',
      '10.0.0.1',
    ]);
  });

  test('a machine that is gone keeps its last data, with a sentence', () => {
    const sample = machineWith([fullCard(0)], AT_MS);
    const gone = statusOf(sample, { state: 'offline', absence: 'silent' });
    const told = (Object.values(JSON.parse(slavesText([gone]))) as Slave[])[0];
    expect(told).toMatchObject({ online: false, last_seen: AT_MS / 1000 });
    expect(told?.data?.gpus).toHaveLength(1);
    expect(told?.error).toMatch(/^No answer from gpu-a \(127\.0\.0\.1\) since 2026-/);
  });

  test('a lost GPU hides no other, and what is used and free is the whole', () => {
    const sample = machineWith([lostCard(0), fullCard(1)], AT_MS);
    const [gpu, ...others] =
      (Object.values(JSON.parse(slavesText([statusOf(sample)]))) as Slave[])[0]?.data?.gpus ?? [];
    expect(others).toEqual([]);
    expect(gpu).toMatchObject({ id: 1, memory: { free: 15252, total: 81559, used: 66307 } });
  });
});

describe('refresh', () => {
  const sampleAt = (atMs: number): NodeSample => machineWith([], atMs);

  test('asks the one machine, as a reader, and answers with what came', async () => {
    let newest = sampleAt(AT_MS);
    const asked: unknown[] = [];
    const { ask } = await serve([], {
      nodes: () => [statusOf(newest)],
      async callAs(name, by, request) {
        asked.push([name, by, request]);
        newest = sampleAt(AT_MS + 5000);
        return {};
      },
    });
    const { data } = JSON.parse((await ask('POST', '/api/slaves/127.0.0.1/refresh')).body) as Slave;
    expect(data?.timestamp).toBe((AT_MS + 5000) / 1000);
    expect(asked).toEqual([
      [
        'refreshNode',
        { account: { name: 'flowline-monitor', role: 'viewer' }, isLocal: false, from: '127.0.0.1' },
        { parameters: { id: 'gpu-a' } },
      ],
    ]);
  });

  test('asks a machine once, however many want it, and no machine that is gone', async () => {
    let asked = 0;
    let answer = (): void => {};
    const answered = new Promise<void>((resolve) => {
      answer = resolve;
    });
    const gone = statusOf(sampleAt(AT_MS), { id: 'gone', state: 'offline', address: '10.0.0.2' });
    let looks = 0;
    const { ask } = await serve([], {
      nodes() {
        looks += 1;
        return [statusOf(sampleAt(AT_MS)), gone];
      },
      async callAs() {
        asked += 1;
        await answered;
      },
    });
    const three = [1, 2, 3].map(() => ask('POST', '/api/refresh'));
    await waitFor('all three to have come', () => looks === 3);
    answer();
    expect((await Promise.all(three)).map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(asked).toBe(1);
  });

  test('a machine that fails to answer fails nobody', async () => {
    const { ask } = await serve([statusOf(sampleAt(AT_MS))], {
      callAs: () => Promise.reject(new Error('not connected')),
    });
    expect((await ask('POST', '/api/refresh')).body).toBe('{"success":true}\n');
  });
});

describe('the address of a machine', () => {
  test('is the one it connects from; never one that another has', () => {
    const here = statusOf(null, { id: 'a', name: 'alpha', address: '127.0.0.1' });
    const other = statusOf(null, { id: 'b', name: 'beta', address: '::ffff:10.0.0.5' });
    const same = statusOf(null, { id: 'c', name: 'beta', address: '10.0.0.5' });
    const again = statusOf(null, { id: 'd', name: 'beta', address: '10.0.0.5' });
    expect(distinctAddresses([here, other, same, again])).toEqual(['127.0.0.1', '10.0.0.5', 'beta', 'd']);
    const source = { dialect: 'gpu-monitor' as const, host: null, port: null, name: null, problem: null };
    const said = { ...other, id: 'said', name: 'said', source };
    expect(distinctAddresses([said, other])).toEqual(['said', '10.0.0.5']);
  });
});

test('uptime is told in days, hours, minutes and seconds', () => {
  expect(uptime(((2 * 24 + 3) * 3600 + 4 * 60 + 5) * 1000 + 999)).toEqual({
    days: 2,
    hours: 3,
    minutes: 4,
    seconds: 5,
  });
});
