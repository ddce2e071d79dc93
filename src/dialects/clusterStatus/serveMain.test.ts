import { afterEach, describe, expect, test } from 'vitest';
import { type DialectBed, dialectBed } from '../../../test/support/dialectBed.ts';
import { differences, exchange } from '../../../test/support/recordedExchange.ts';
import { fullCard, lostCard, machineWith, statusOf } from '../../../test/support/recordedFleet.ts';
import { MEBIBYTE, processOf } from '../../../test/support/recordedMachines.ts';
import type { NodeStatus } from '../../model/node.ts';
import { clusterStatusMain, mainNodeText, mainText } from './serveMain.ts';

const AT_MS = new Date(2026, 10, 22, 11, 20, 52, 773).getTime();

/** Who was on the recorded cards: the fourth, eighth and twelfth process is nobody's. */
const users = [
  'root',
  'root',
  'root',
  'nobody',
  'root',
  'root',
  'root',
  'nobody',
  'root',
  'root',
  'root',
  'nobody',
];
const sample = {
  ...machineWith(
    [0, 1, 2, 3].map((place) =>
      fullCard(
        place,
        [0, 1, 2].map((one) =>
          processOf(23_585 + 3 * place + one, 21_749 * MEBIBYTE, { user: users[3 * place + one] ?? null }),
        ),
        { memoryUsedBytes: 65_759 * MEBIBYTE },
      ),
    ),
    AT_MS,
  ),
};
const machine = {
  ...sample,
  host: {
    ...sample.host,
    networks: [
      { interface: 'eno1', addresses: ['192.168.0.3'], receiveBytesPerSecond: 0, transmitBytesPerSecond: 0 },
      {
        interface: 'docker0',
        addresses: ['172.17.0.1'],
        receiveBytesPerSecond: 0,
        transmitBytesPerSecond: 0,
      },
    ],
  },
};
const nodes: NodeStatus[] = [statusOf(machine), statusOf(null, { name: '127.0.0.9' })];

let bed: DialectBed | null = null;
afterEach(async () => {
  await bed?.stop();
  bed = null;
});
const serve = async (): Promise<DialectBed> => {
  bed = await dialectBed(clusterStatusMain, { nodes: () => nodes, nowMs: () => AT_MS + 4000 });
  return bed;
};

describe('the main', () => {
  test('tells the recorded machines to the byte, but for the digits below a millisecond', () => {
    const theirs = exchange('cluster-status', 'main-status').body;
    expect(mainText(nodes, AT_MS + 4000)).toBe(theirs.replace('52.773215', '52.773000'));
  });

  test('has a machine that is gone as the recorded one: false a minute later, its figures kept', () => {
    const expired = exchange('cluster-status', 'main-node-expired').body;
    expect(mainText(nodes, AT_MS + 60_001)).toBe(expired.replace('52.773215', '52.773000'));
    expect(JSON.parse(mainNodeText(statusOf(machine), AT_MS + 60_000)).status).toBe(true);
  });

  test.each(['main-status', 'main-first', 'main-unknown', 'main-post'])(
    '%s is answered with the recorded status, headers and shape',
    async (name) => {
      const theirs = exchange('cluster-status', name);
      const ours = await (await serve()).ask(theirs.method, theirs.path);
      expect(ours.status).toBe(theirs.status);
      for (const header of ['content-type', 'access-control-allow-origin'])
        expect([header, ours.headers[header]]).toEqual([header, theirs.headers[header]]);
      expect(new Set(String(ours.headers.allow).split(', '))).toEqual(
        new Set(String(theirs.headers.allow).split(', ')),
      );
      if (theirs.headers['content-type'] === 'application/json')
        expect(differences(theirs.body, ours.body)).toEqual([]);
      else expect(ours.body).toBe(theirs.body);
    },
  );

  test('its page leads to ours', async () => {
    const { status, headers } = await (await serve()).ask('GET', '/');
    expect([status, headers.location]).toEqual([302, 'http://127.0.0.1:3569/']);
  });
});

interface RecordedNode {
  gpus:
    | {
        index: number;
        name: string;
        temp: number | null;
        tot_mem: number | null;
        use_mem: number | null;
        utilize: number | null;
        users: RecordedUser[];
      }[]
    | null;
  hostname: string;
  ips?: [string, string][];
  last_update?: string | null;
  status: boolean;
}
interface RecordedUser {
  command: string;
  'mem(MiB)': number;
  pid: number;
  username: string;
}
const recordedAtMs = (answer: string): number =>
  Date.parse(exchange('cluster-status', answer).headers.date ?? '');
const inBytes = (figure: number | null): number | null => (figure === null ? null : figure * MEBIBYTE);

/** A machine that a recording tells of, in our words; its time is the hub's where the recording has none that is local. */
function readNode(node: RecordedNode, nowMs: number): NodeStatus {
  if (node.last_update === undefined) return statusOf(null, { name: node.hostname });
  const isNaive = /\d$/.test(node.last_update ?? '');
  const offsetMs = new Date(nowMs).getTimezoneOffset() * 60_000;
  const atMs = isNaive ? Math.floor(Date.parse(`${node.last_update}Z`)) + offsetMs : nowMs;
  const gpus = (node.gpus ?? []).map((gpu) =>
    fullCard(
      gpu.index,
      gpu.users.map((user) =>
        processOf(user.pid, user['mem(MiB)'] * MEBIBYTE, { user: user.username, command: user.command }),
      ),
      {
        name: gpu.name,
        temperatureCelsius: gpu.temp,
        memoryTotalBytes: inBytes(gpu.tot_mem),
        memoryUsedBytes: inBytes(gpu.use_mem),
        memoryReservedBytes: null,
        utilizationPercent: gpu.utilize,
      },
    ),
  );
  const taken = machineWith(gpus, atMs, node.hostname);
  const networks = (node.ips ?? []).map(([name, address]) => ({
    ...{ interface: name, addresses: [address], receiveBytesPerSecond: null, transmitBytesPerSecond: null },
  }));
  return statusOf({ ...taken, host: { ...taken.host, networks } });
}

describe('every recorded answer of a main', () => {
  const nodesIn = (body: string): RecordedNode[] => JSON.parse(body).Nodes;
  /** Its own clock is in the headers, to the second. */
  const oursFor = (answer: string): string => {
    // Recorded where local time was UTC.
    const nowMs = recordedAtMs(answer) + new Date(recordedAtMs(answer)).getTimezoneOffset() * 60_000;
    return mainText(
      nodesIn(exchange('cluster-status', answer).body).map((node) => readNode(node, nowMs)),
      nowMs,
    );
  };

  test.each([
    'main-first',
    'main-frozen-node',
    'main-hang-after-one',
    'main-hosts-odd',
    'main-ms3-then-down',
    'main-naive-then-down',
    'main-node-back',
    'main-node-expired',
    'main-node-json-array',
    'main-node-json-true',
    'main-node-just-stopped',
    'main-status',
  ])('%s is told again to the byte, but for the digits below a millisecond', (answer) => {
    const theirs = exchange('cluster-status', answer).body;
    expect(oursFor(answer)).toBe(theirs.replaceAll(/(\.\d{3})(\d{3})?"/g, '$1000"'));
  });

  test.each([
    'main-extra-fields',
    'main-null-time-then-down',
    'main-offset-then-down',
    'main-zulu-then-down',
  ])('%s, with what no node of theirs should have said, is told in the shape of the others', (answer) => {
    expect(differences(exchange('cluster-status', 'main-status').body, oursFor(answer))).toEqual([]);
    const names = (body: string) => nodesIn(body).map(({ hostname }) => hostname);
    expect(names(oursFor(answer))).toEqual(names(exchange('cluster-status', answer).body));
  });

  test.each(['main-node-json-error', 'main-node-no-gpu-name'])(
    '%s, where its main failed for everybody, is an answer here',
    async (answer) => {
      const { method, path } = exchange('cluster-status', answer);
      expect((await (await serve()).ask(method, path)).status).toBe(200);
    },
  );
});

describe('what makes its readers fail for good is never written', () => {
  test('gpus and users are arrays, version is a text, for a machine without GPUs, a lost one, one without a name', () => {
    const nameless = { ...fullCard(0), name: null };
    const cases = [[], [lostCard(0)], [nameless], [lostCard(0), fullCard(1)]];
    const versions = cases.map((gpus) => {
      const told = JSON.parse(mainNodeText(statusOf(machineWith(gpus, AT_MS)), AT_MS));
      expect(Array.isArray(told.gpus)).toBe(true);
      for (const gpu of told.gpus) expect(Array.isArray(gpu.users)).toBe(true);
      return told.version;
    });
    expect(versions).toEqual(['', '', 'Unknown', 'NVIDIA H100 80GB HBM3']);
  });

  test('last_update is local time without a zone, six digits, also at a whole second', () => {
    const told = JSON.parse(mainNodeText(statusOf(machineWith([], AT_MS - 773)), AT_MS));
    expect(told.last_update).toBe('2026-11-22T11:20:52.000000');
  });

  test('a driver that hangs makes its machine old, though its agent goes on', () => {
    const hung = { ...machine, driver: { ...machine.driver, answeredAtMs: machine.takenAtMs - 61_000 } };
    expect(JSON.parse(mainNodeText(statusOf(hung), AT_MS)).status).toBe(false);
  });

  test('a machine whose clock is a day off is alive', () => {
    const off = { ...machine, takenAtMs: AT_MS - 86_400_000 };
    const odd = { ...off, driver: { ...off.driver, answeredAtMs: off.takenAtMs } };
    expect(JSON.parse(mainNodeText(statusOf(odd, { lastSeenAtMs: AT_MS }), AT_MS))).toMatchObject({
      status: true,
      last_update: '2026-11-22T11:20:52.773000',
    });
  });

  test('errors are no JSON', async () => {
    const { ask } = await serve();
    // Its own had 500 for a page's file that is not there.
    const missing = exchange('cluster-status', 'main-web-missing');
    expect((await ask(missing.method, missing.path)).status).toBe(404);
    for (const [method, path] of [
      ['GET', '/x'],
      ['POST', '/get-status'],
      ['GET', '/get-status/%zz'],
    ] as const) {
      const { body, status } = await ask(method, path);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(() => JSON.parse(body)).toThrow();
    }
  });
});
