import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { manualClock } from '../../../test/support/manualClock.ts';
import { recorded } from '../../../test/support/recorded.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import { systemClock } from '../../io/clock.ts';
import { silentLog } from '../../io/log.ts';
import type { NodeSample } from '../../model/node.ts';
import { addresses } from './addresses.ts';
import type { PolledNode, Trouble } from './nodeReader.ts';
import { pollNodes } from './pollNodes.ts';
import { READERS } from './readers.ts';

const endings: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of endings.splice(0).reverse()) await end();
});

/** An older node that answers so; its port. */
async function serve(answer: RequestListener): Promise<number> {
  const server: Server = createServer(answer);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const nodeAt = (port: number, more: Partial<PolledNode> = {}): PolledNode => ({
  dialect: 'distributed-monitor',
  host: '127.0.0.1',
  port,
  name: `node-${port}`,
  alias: null,
  password: null,
  intervalMs: 50,
  timeoutMs: 400,
  ...more,
});

interface Told {
  samples: NodeSample[];
  troubles: (Trouble & { isGone: boolean; sinceSeenMs: number | null })[];
  refresh: () => Promise<void>;
}

/** Polls; what was told of each, by port. */
async function poll(...nodes: PolledNode[]): Promise<Map<number, Told>> {
  const told = new Map<number, Told>();
  const portOf = (id: string): Told => told.get(Number(id)) as Told;
  const stop = await pollNodes({
    nodes,
    readers: READERS,
    door: {
      async add({ port }, refresh) {
        told.set(port, { samples: [], troubles: [], refresh });
        return String(port);
      },
      heard: (id, { sample }) => void portOf(id).samples.push(sample),
      failed: (id, trouble, isGone, truth) =>
        void portOf(id).troubles.push({ ...trouble, isGone, sinceSeenMs: truth?.lastSeenAtMs ?? null }),
    },
    findAddress: addresses({ privateServer: null, nowMs: Date.now }),
    clock: systemClock,
    log: silentLog,
  });
  endings.push(stop);
  return told;
}

const one = (told: Map<number, Told>): Told => [...told.values()][0] as Told;
const gpuInfo = recorded('distributed-monitor', 'gpu-info').text;
const firstTrouble = async (answer: RequestListener, more: Partial<PolledNode> = {}): Promise<Trouble> => {
  const told = one(await poll(nodeAt(await serve(answer), more)));
  return waitFor('a trouble', () => told.troubles[0]);
};

test('a node is read again and again, by its interval', async () => {
  const told = one(await poll(nodeAt(await serve((_request, response) => response.end(gpuInfo)))));
  await waitFor('several readings', () => told.samples.length >= 4);
  expect(told.samples[0]).toMatchObject({ hostname: 'gpu-a', intervalMs: 50 });
  expect(told.troubles).toEqual([]);
});

test('a silent node is told after its deadline, and delays nobody', async () => {
  const silent = await serve(() => {});
  const lively = await serve((_request, response) => response.end(gpuInfo));
  const told = await poll(...Array.from({ length: 10 }, () => nodeAt(silent)), nodeAt(lively));
  const startedAt = performance.now();
  await waitFor('five readings', () => (told.get(lively)?.samples.length ?? 0) >= 5);
  expect(performance.now() - startedAt).toBeLessThan(2000);
  const trouble = await waitFor('a trouble', () => told.get(silent)?.troubles[0]);
  expect(trouble).toMatchObject({ kind: 'no-answer', isGone: true });
});

test('an answer that begins and never ends is cut off at the deadline', async () => {
  const trouble = await firstTrouble((_request, response) => {
    response.write('{"node_name"');
    const drip = setInterval(() => response.write(' '), 20);
    response.on('close', () => clearInterval(drip));
  });
  expect(trouble.kind).toBe('no-answer');
});

test('an answer without an end is cut off at 4 MiB', async () => {
  let sentBytes = 0;
  const trouble = await firstTrouble(
    (_request, response) => {
      const part = Buffer.alloc(256 * 1024, 'x');
      const pour = (): void => {
        if (response.destroyed) return;
        sentBytes += part.length;
        response.write(part, () => setImmediate(pour));
      };
      pour();
    },
    { timeoutMs: 10_000, intervalMs: 60_000 },
  );
  expect(trouble.kind).toBe('too-large');
  // What the kernel holds on its way comes on top.
  expect(sentBytes).toBeLessThan(32 * 2 ** 20);
});

test('a redirect is not followed, a page and a status are told, nothing listening is told', async () => {
  expect(
    await firstTrouble((_request, response) => response.writeHead(302, { location: '/other' }).end()),
  ).toMatchObject({ kind: 'redirected' });
  expect(
    await firstTrouble((_request, response) => response.end('<html><title>Router</title>')),
  ).toMatchObject({ kind: 'not-understood', message: expect.stringContaining('<title>Router') });
  expect(
    await firstTrouble((_request, response) => response.writeHead(503).end('<h1>Busy</h1>')),
  ).toMatchObject({ kind: 'refused', message: 'it answers HTTP 503: Busy' });
  const told = one(await poll(nodeAt(1)));
  expect(await waitFor('a trouble', () => told.troubles[0])).toMatchObject({
    kind: 'not-reached',
    message: '127.0.0.1:1: nothing listens on that port',
  });
});

test('something that speaks no HTTP is told', async () => {
  const server = createTcpServer((socket) => socket.on('error', () => {}).end('SSH-2.0-OpenSSH_9.2\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  endings.push(() => server.close());
  const told = one(await poll(nodeAt((server.address() as AddressInfo).port)));
  expect(await waitFor('a trouble', () => told.troubles[0])).toMatchObject({ kind: 'not-understood' });
});

test('a name that leads nowhere is told', async () => {
  const told = one(await poll(nodeAt(7, { host: 'no-such-host.invalid', timeoutMs: 3000 })));
  expect(await waitFor('a trouble', () => told.troubles[0])).toMatchObject({ kind: 'unknown-name' });
});

test('after the first second the nodes are asked spread over their interval, each in time', async () => {
  const clock = manualClock(0);
  const askedAtMs: number[][] = Array.from({ length: 100 }, () => []);
  const findAddress = Object.assign(
    async (host: string) => {
      askedAtMs[Number(host)]?.push(clock.nowMs());
      return { kind: 'unknown-name' as const, message: 'nobody' };
    },
    { doubt() {} },
  );
  const stop = await pollNodes({
    nodes: askedAtMs.map((_, place) => nodeAt(1, { host: String(place), intervalMs: 5000 })),
    readers: READERS,
    door: { add: async ({ host }) => host, heard() {}, failed() {} },
    findAddress,
    clock,
    log: silentLog,
  });
  endings.push(stop);
  for (let step = 0; step < 400; step++) {
    clock.pass(50);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(Math.max(...askedAtMs.map(([first = Infinity]) => first))).toBeLessThan(1000);
  for (const asked of askedAtMs)
    for (const [place, atMs] of asked.slice(1).entries())
      expect(atMs - (asked[place] ?? 0)).toBeLessThanOrEqual(1.6 * 5000);
  const slots = Array(10).fill(0);
  for (const atMs of askedAtMs.flat())
    if (atMs >= 10_000 && atMs < 15_000) slots[Math.floor((atMs - 10_000) / 500)] += 1;
  for (const asked of slots) expect(Math.abs(asked - 10)).toBeLessThanOrEqual(3);
});

test('who asks for a reading now is answered when it has come', async () => {
  const port = await serve((_request, response) => response.end(gpuInfo));
  const told = one(await poll(nodeAt(port, { intervalMs: 60_000 })));
  await waitFor('the first reading', () => told.samples.length === 1);
  await told.refresh();
  expect(told.samples).toHaveLength(2);
});

/** A cluster-status node whose clock says so. */
const statusAt = (last_update: string): string =>
  JSON.stringify({ hostname: 'd', last_update, ips: [], gpus: [] });
const localNow = (): string => {
  const here = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000);
  return here.toISOString().replace('Z', '000');
};
const cluster = { dialect: 'cluster-status', password: 'secret' } as const;

test('the password of cluster-status is sent as JSON', async () => {
  let body = '';
  const port = await serve((request, response) => {
    request.on('data', (data) => {
      body += String(data);
    });
    request.on('end', () => response.end(statusAt(localNow())));
  });
  const told = one(await poll(nodeAt(port, { ...cluster, intervalMs: 60_000 })));
  await waitFor('the first reading', () => told.samples.length === 1);
  expect(JSON.parse(body)).toEqual({ passwd: 'secret' });
});

test('a node whose figures stand still is no longer heard, however well it answers', async () => {
  let stopped: string | null = null;
  const port = await serve((_request, response) => response.end(statusAt(stopped ?? localNow())));
  const told = one(await poll(nodeAt(port, cluster)));
  await waitFor('three readings', () => told.samples.length >= 3);
  stopped = localNow();
  const trouble = await waitFor('a trouble', () => told.troubles[0]);
  expect(trouble).toMatchObject({ kind: 'standing', isGone: false, sinceSeenMs: null });
  const heard = told.samples.length;
  await waitFor('more troubles', () => told.troubles.length >= 3);
  expect(told.samples.length).toBe(heard);
});

test('one that stood still before it was first asked is shown with its last truth, not as if it were of now', async () => {
  const port = await serve((_request, response) => response.end(statusAt('2023-04-29T21:17:41.419592')));
  const told = one(await poll(nodeAt(port, cluster)));
  const trouble = await waitFor('a trouble', () => told.troubles[0]);
  expect(trouble.kind).toBe('standing');
  expect(Date.now() - (trouble.sinceSeenMs ?? Infinity)).toBeGreaterThan(365 * 86_400_000);
  expect(told.samples).toEqual([]);
});

test('one with the clock of another zone is heard from its second look on', async () => {
  const port = await serve((_request, response) => {
    const elsewhere = new Date(Date.now() - new Date().getTimezoneOffset() * 60_000 + 3 * 3_600_000);
    response.end(statusAt(elsewhere.toISOString().replace('Z', '')));
  });
  const told = one(await poll(nodeAt(port, cluster)));
  const sample = await waitFor('a reading', () => told.samples[0]);
  expect(Math.abs(sample.takenAtMs - Date.now())).toBeLessThan(5000);
  expect(told.troubles).toEqual([]);
});
