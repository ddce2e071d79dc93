/** Agents' links under strain: hostile frames, a hub that restarts, machines that leave with and without goodbye. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import WebSocket from 'ws';
import { busyMachine } from '../../bench/support/busyMachine.ts';
import { startAgent } from '../../src/agent/agent.ts';
import { type HubLink, openHubLink } from '../../src/agent/hubLink.ts';
import { type Clock, systemClock } from '../../src/io/clock.ts';
import { silentLog } from '../../src/io/log.ts';
import { UNKNOWN_HOST } from '../../src/model/host.ts';
import { MAX_LINK_FRAME_BYTES } from '../../src/model/limits.ts';
import { NodeStatus } from '../../src/model/node.ts';
import { LINK_CLOSE, LINK_PATH, LINK_PROTOCOL } from '../../src/protocol/agentHub.ts';
import { startTestHub, type TestHub } from '../support/hubInProcess.ts';
import { bareSample } from '../support/samples.ts';
import { waitFor } from '../support/waitFor.ts';

let hub: TestHub;
let endings: (() => unknown)[];
beforeEach(async () => {
  hub = await startTestHub();
  endings = [];
});
afterEach(async () => {
  for (const end of endings) await end();
  await hub.end();
});

const INTERVAL_MS = 100;

/** A healthy agent that sends a sample each 100 ms. */
async function healthyAgent(
  hostname: string,
): Promise<{ link: HubLink; nodeId: string; sent: () => number }> {
  const { nodeId, nodeToken } = await hub.admitMachine({ hostname, machineId: `machine ${hostname}` });
  const link = openHubLink({
    hubUrl: hub.url,
    nodeToken: async () => nodeToken,
    rejoin: async () => false,
    answer: async () => ({ kind: 'refreshed' }),
    clock: systemClock,
    log: silentLog,
  });
  let sent = 0;
  const timer = setInterval(() => {
    sent += 1;
    link.send(bareSample(hostname, sent, INTERVAL_MS));
  }, INTERVAL_MS);
  endings.push(async () => {
    clearInterval(timer);
    await link.stop('silently');
  });
  await waitFor(`${hostname} to be online`, async () => (await statusOf(nodeId)).state === 'online');
  return { link, nodeId, sent: () => sent };
}

const statusOf = async (id: string): Promise<NodeStatus> =>
  NodeStatus.parse(await (await fetch(`${hub.url}/api/v1/nodes/${id}`)).json());
const takenAt = async (id: string): Promise<number> => (await statusOf(id)).sample?.takenAtMs ?? 0;

/** A link of somebody who says what he likes. */
async function rawLink(hostname: string): Promise<{
  socket: WebSocket;
  closed: Promise<{ code: number; reason: string }>;
  heard: string[];
  nodeId: string;
}> {
  const { nodeId, nodeToken } = await hub.admitMachine({ hostname, machineId: `machine ${hostname}` });
  const socket = new WebSocket(`${hub.url.replace('http', 'ws')}${LINK_PATH}`, {
    headers: { authorization: `Bearer ${nodeToken}` },
  });
  const heard: string[] = [];
  socket.on('message', (data) => heard.push(String(data)));
  socket.on('error', () => undefined);
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: String(reason) })),
  );
  await new Promise((resolve) => socket.once('open', resolve));
  endings.push(() => socket.terminate());
  return { socket, closed, heard, nodeId };
}

const hello = (hostname: string, more: object = {}) =>
  JSON.stringify({
    type: 'hello',
    protocol: LINK_PROTOCOL,
    sequence: 0,
    sample: bareSample(hostname, 1),
    ...more,
  });

describe('hostile frames', () => {
  test.each<[string, string | Buffer, number, RegExp]>([
    ['no JSON', '{"type": "hello", ', LINK_CLOSE.malformed, /malformed/],
    ['a number', '7', LINK_CLOSE.malformed, /malformed/],
    ['an unknown type', '{"type": "shutdown"}', LINK_CLOSE.malformed, /type/],
    ['a field of a wrong type', hello('evil', { sequence: 'one' }), LINK_CLOSE.malformed, /sequence/],
    [
      'a percentage over 100',
      hello('evil', {
        sample: { ...bareSample('evil', 1), host: { ...bareSample('evil', 1).host, cpuPercent: 250 } },
      }),
      LINK_CLOSE.malformed,
      /cpuPercent/,
    ],
    [
      'a name of 10,000 characters',
      hello('evil', { sample: bareSample('x'.repeat(10_000), 1) }),
      LINK_CLOSE.malformed,
      /hostname/,
    ],
    ['deep nesting', '['.repeat(100_000), LINK_CLOSE.malformed, /malformed/],
    ['another protocol', hello('evil', { protocol: 99 }), LINK_CLOSE.protocol, /update the hub/],
    ['bytes', Buffer.from([1, 2, 3]), LINK_CLOSE.malformed, /text/],
    ['more than a frame may hold', 'x'.repeat(MAX_LINK_FRAME_BYTES + 1), 1009, /^/],
  ])('%s is refused with a reason, while another node flows on', async (_, frame, code, reason) => {
    const good = await healthyAgent('good');
    const before = await takenAt(good.nodeId);
    const evil = await rawLink('evil');
    evil.socket.send(frame);
    const closed = await evil.closed;
    expect(closed.code).toBe(code);
    expect(closed.reason).toMatch(reason);
    await waitFor('the good node to flow on', async () => (await takenAt(good.nodeId)) > before + 2);
    expect(hub.linkFacts().find((facts) => facts.nodeId === good.nodeId)?.gaps).toBe(0);
  });

  test('what a node sends beside the schema is not kept, and its figures that were refused have a bound', async () => {
    const evil = await rawLink('evil');
    evil.socket.send(hello('evil'));
    evil.socket.send(JSON.stringify({ type: 'sample', sequence: 1, patch: { extra: 'x'.repeat(100_000) } }));
    const names = Object.fromEntries(Array.from({ length: 500 }, (_, place) => [`figure-${place}`, 1]));
    evil.socket.send(JSON.stringify({ type: 'sample', sequence: 2, patch: { refusedFigures: names } }));
    expect((await evil.closed).reason).toMatch(/refusedFigures/);
    expect(JSON.stringify(await statusOf(evil.nodeId)).length).toBeLessThan(10_000);
  });

  test('a flood is cut off', async () => {
    const evil = await rawLink('evil');
    evil.socket.send(hello('evil'));
    for (let sequence = 1; sequence <= 2000; sequence++) {
      evil.socket.send(JSON.stringify({ type: 'sample', sequence, patch: {} }));
    }
    expect((await evil.closed).reason).toMatch(/messages a second/);
  });

  test('a patch that would make a figure impossible is refused', async () => {
    const evil = await rawLink('evil');
    evil.socket.send(hello('evil'));
    evil.socket.send(JSON.stringify({ type: 'sample', sequence: 1, patch: { host: { cpuPercent: -3 } } }));
    expect((await evil.closed).reason).toMatch(/host\.cpuPercent/);
  });

  test('a gap, or a patch that does not fit, asks for everything once more', async () => {
    const node = await rawLink('node');
    node.socket.send(hello('node'));
    node.socket.send(JSON.stringify({ type: 'sample', sequence: 5, patch: {} }));
    await waitFor('again', () =>
      node.heard.some((text) => text.includes('"again"') && text.includes('1 was due')),
    );
    node.socket.send(hello('node'));
    node.socket.send(JSON.stringify({ type: 'sample', sequence: 1, patch: { gpus: { length: 3, at: {} } } }));
    await waitFor('again', () => node.heard.filter((text) => text.includes('"again"')).length === 2);
  });

  test('a forged prototype in a patch changes nothing', async () => {
    const evil = await rawLink('evil');
    evil.socket.send(hello('evil'));
    evil.socket.send('{"type": "sample", "sequence": 1, "patch": {"__proto__": {"polluted": true}}}');
    await waitFor('again', () => evil.heard.some((text) => text.includes('"again"')));
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('those who may only look', () => {
  test('ask for fresh looks without end, and neither end its connection nor keep the machine busy', async () => {
    const { nodeId, nodeToken } = await hub.admitMachine({ hostname: 'atlas', machineId: 'machine atlas' });
    let examined = 0;
    const agent = startAgent({
      machine: busyMachine('atlas', { gpus: 1, processesPerGpu: 1 }, Date.now()).machine,
      hub: { hubUrl: hub.url, nodeToken: async () => nodeToken, rejoin: async () => false },
      agentVersion: 'test',
      intervalMs: 10_000,
      examine: async () => {
        examined += 1;
        return [];
      },
      clock: systemClock,
      log: silentLog,
    });
    endings.push(() => agent.stop('silently'));
    await waitFor('atlas to be online', async () => (await statusOf(nodeId)).state === 'online');
    const untilMs = Date.now() + 1200;
    const asked = await Promise.all(
      [
        { method: 'POST', path: 'refresh' },
        { method: 'GET', path: 'doctor' },
      ].map(async ({ method, path }) => {
        const statuses = new Set<number>();
        while (Date.now() < untilMs)
          statuses.add((await fetch(`${hub.url}/api/v1/nodes/${nodeId}/${path}`, { method })).status);
        return [...statuses];
      }),
    );
    expect(asked).toEqual([[200], [200]]);
    expect(agent.link.lastSequence()).toBeLessThan(10);
    expect(examined).toBeLessThan(4);
    expect(hub.linkFacts()).toMatchObject([{ nodeId, gaps: 0 }]);
  });
});

describe('leaving and returning', () => {
  test('a hub that restarts finds its agents again, and none of their newest samples is lost', async () => {
    const agents = await Promise.all(['one', 'two', 'three'].map(healthyAgent));
    hub = await hub.restart();
    for (const agent of agents) {
      const before = agent.sent();
      await waitFor('a sample after the restart', async () => (await takenAt(agent.nodeId)) > before);
    }
    expect(hub.linkFacts().map((facts) => facts.gaps)).toEqual([0, 0, 0]);
  });

  test('a node that says goodbye is offline at once, and says why; its last truth stays', async () => {
    const agent = await healthyAgent('node');
    await agent.link.stop();
    const status = await waitFor('offline', async () => {
      const now = await statusOf(agent.nodeId);
      return now.state === 'offline' && now;
    });
    expect(status.absence).toBe('goodbye');
    expect(status.sample?.hostname).toBe('node');
  });

  test('a machine that fell silent and came with another boot is told to have booted again', async () => {
    const agent = await healthyAgent('node');
    const samples = { ...bareSample('node', 1, INTERVAL_MS), host: { ...UNKNOWN_HOST, uptimeSeconds: 30 } };
    agent.link.send({ ...samples, bootId: 'first' });
    await waitFor('its boot', async () => (await statusOf(agent.nodeId)).sample?.bootId === 'first');
    expect((await statusOf(agent.nodeId)).rebooted).toBeNull();
    await agent.link.stop('silently');
    hub = await hub.restart();
    const again = await rawLink('node');
    again.socket.send(hello('node', { sample: { ...samples, bootId: 'second' } }));
    const { rebooted } = await waitFor('the boot', async () => {
      const status = await statusOf(agent.nodeId);
      return status.rebooted !== null && status;
    });
    expect(rebooted?.announced).toBe(false);
    expect(Math.abs((rebooted?.bootedAtMs ?? 0) - (Date.now() - 30_000))).toBeLessThan(10_000);
    hub = await hub.restart();
    expect((await statusOf(agent.nodeId)).rebooted).toEqual(rebooted);
  });

  test('why a machine is away outlives a restart of the hub', async () => {
    const agent = await healthyAgent('node');
    await agent.link.stop('rebooting');
    await waitFor('offline', async () => (await statusOf(agent.nodeId)).absence === 'rebooting');
    hub = await hub.restart();
    expect(await statusOf(agent.nodeId)).toMatchObject({ state: 'offline', absence: 'rebooting' });
  });

  test('what a machine last said outlives a restart of the hub, with its age', async () => {
    const agent = await healthyAgent('node');
    await agent.link.stop('silently');
    const before = await statusOf(agent.nodeId);
    hub = await hub.restart();
    const after = await statusOf(agent.nodeId);
    expect(after.sample).toEqual(before.sample);
    expect(after.lastSeenAtMs).toBe(before.lastSeenAtMs);
    await waitFor('offline', async () => (await statusOf(agent.nodeId)).state === 'offline');
  });

  test('a node that falls silent is stale first, then offline and silent', async () => {
    const agent = await healthyAgent('node');
    await agent.link.stop('silently');
    await waitFor('stale', async () => (await statusOf(agent.nodeId)).state === 'stale');
    const status = await waitFor(
      'offline',
      async () => {
        const now = await statusOf(agent.nodeId);
        return now.state === 'offline' && now;
      },
      20_000,
    );
    expect(status.absence).toBe('silent');
  });

  test('a machine that answers no ping is let go, and one that does is kept', async () => {
    const pings: (() => void)[] = [];
    const clock: Clock = {
      ...systemClock,
      every(intervalMs, call) {
        if (intervalMs !== 10_000) return systemClock.every(intervalMs, call);
        pings.push(call);
        return () => {};
      },
    };
    await hub.end();
    hub = await startTestHub(0, undefined, clock);
    const alive = await rawLink('alive');
    const dead = await rawLink('dead');
    // As of a machine whose network went away: nobody answers, and nobody closes.
    dead.socket.pause();
    const pinged = new Promise((resolve) => alive.socket.once('ping', resolve));
    for (const ping of pings) ping();
    await pinged;
    // What it says after its answer is heard after it.
    alive.socket.send(JSON.stringify({ type: 'sample', sequence: 1, patch: {} }));
    await waitFor('its answer to be heard', () => alive.heard.length > 0);
    for (const ping of pings) ping();
    await waitFor('the other to be gone', () => hub.linkFacts().length < 2);
    expect(hub.linkFacts().map(({ nodeId }) => nodeId)).toEqual([alive.nodeId]);
  });

  test('the newest of two connections with one credential is the one that counts', async () => {
    const first = await rawLink('node');
    const { nodeToken } = await hub.admitMachine({ hostname: 'other', machineId: 'machine other' });
    const open = () =>
      new WebSocket(`${hub.url.replace('http', 'ws')}${LINK_PATH}`, {
        headers: { authorization: `Bearer ${nodeToken}` },
      });
    const older = open();
    const closed = new Promise<number>((resolve) => older.on('close', resolve));
    await new Promise((resolve) => older.once('open', resolve));
    const newer = open();
    endings.push(() => newer.terminate());
    expect(await closed).toBe(LINK_CLOSE.replaced);
    expect(first.socket.readyState).toBe(WebSocket.OPEN);
  });
});
