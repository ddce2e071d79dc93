import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { bareSample } from '../../test/support/samples.ts';
import { waitFor } from '../../test/support/waitFor.ts';
import type { Json } from '../fleet/patch.ts';
import { sampleChain } from '../hub/agents/sampleChain.ts';
import { type Clock, systemClock } from '../io/clock.ts';
import { silentLog } from '../io/log.ts';
import type { NodeSample } from '../model/node.ts';
import { AgentMessage, LINK_PROTOCOL } from '../protocol/agentHub.ts';
import { type HubLink, openHubLink } from './hubLink.ts';

/** What the link sets beside its waits: they end when a test says so. */
const SILENCE_MS = 30_000;
const STEADY_MS = 10_000;

let server: Server;
let url: string;
let link: HubLink | null;
let waits: number[];
let steady: (() => void)[];
let silences: (() => void)[];
beforeEach(async () => {
  server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  link = null;
  waits = [];
  steady = [];
  silences = [];
});
afterEach(async () => {
  await link?.stop('silently');
  server.closeAllConnections();
  server.close();
});

/** Little, much and half, in turn. */
const chance = (): number => [0.1, 0.9, 0.5][waits.length % 3] ?? 0;

/** Time does not pass: every wait to try again is noted, and over at once. */
const clock: Clock = {
  ...systemClock,
  after(delayMs, call) {
    if (delayMs === SILENCE_MS) {
      silences.push(call);
      return () => {};
    }
    if (delayMs === STEADY_MS) {
      steady.push(call);
      return () => {};
    }
    waits.push(delayMs);
    const timer = setImmediate(call);
    return () => clearImmediate(timer);
  },
};

function open(random: () => number, rejoin = async () => false): void {
  link = openHubLink({
    hubUrl: url,
    nodeToken: async () => 'token',
    rejoin,
    answer: async () => ({ kind: 'refreshed' }),
    clock,
    log: silentLog,
    random,
  });
  link.send(bareSample('atlas', 1));
}
const tried = (times: number) => waitFor(`${times} tries`, () => waits.length >= times);

/** Some 130 kB that are others in each. */
function largeSample(takenAtMs: number): NodeSample {
  const session = {
    kind: 'screen',
    user: null,
    attached: null,
    createdAtMs: null,
    attachCommand: null,
  } as const;
  const sessions = Array.from({ length: 500 }, (_, id) => ({
    ...session,
    id: String(id),
    name: String(takenAtMs).padEnd(200, 'x'),
  }));
  return { ...bareSample('atlas', takenAtMs), sessions };
}

/** A hub that welcomes everybody and then does this. */
function welcoming(then: (socket: WebSocket) => void): WebSocketServer {
  const hub = new WebSocketServer({ server });
  hub.on('connection', (socket) =>
    socket.on('message', () => {
      socket.send(JSON.stringify({ type: 'welcome', protocol: LINK_PROTOCOL, nodeId: 'node' }));
      then(socket);
    }),
  );
  return hub;
}

describe('an agent whose hub', () => {
  test('is not there tries ever later, each time spread, half a minute at most', async () => {
    server.close();
    await once(server, 'close');
    open(chance);
    await tried(9);
    // Between half of the step and the whole of it: 0.5 s, 1, 2, 4, 8, 16, 30.
    expect(waits.slice(0, 9)).toEqual([275, 950, 1500, 2200, 7600, 12_000, 16_500, 28_500, 22_500]);
  });

  test('does not know it any more comes back after 30 to 45 s: a fleet that is refused at once is spread', async () => {
    server.on('upgrade', (_, socket) => {
      // The refused one may let go with a reset.
      socket.on('error', () => {});
      socket.end('HTTP/1.1 401 Refused\r\nContent-Length: 0\r\n\r\n');
    });
    open(chance);
    await tried(3);
    expect(waits.slice(0, 3)).toEqual([31_500, 43_500, 37_500]);
    expect(link?.state()).toMatchObject({ state: 'refused' });
  });

  test('welcomes it and breaks off at once is tried ever later, and a connection that lasted begins anew', async () => {
    let breaksOff = true;
    const hub = welcoming((socket) => {
      if (breaksOff) socket.terminate();
    });
    open(() => 0.9);
    await tried(3);
    expect(waits.slice(0, 3)).toEqual([475, 950, 1900]);
    breaksOff = false;
    await waitFor('the connection', () => link?.state().state === 'connected' && steady.length > 0);
    const before = waits.length;
    steady.at(-1)?.();
    for (const socket of hub.clients) socket.terminate();
    await tried(before + 1);
    expect(waits[before]).toBe(475);
  });

  test('falls silent is left after half a minute, and each sign of life begins that anew', async () => {
    const hub = welcoming(() => {});
    open(chance);
    await waitFor('the connection', () => link?.state().state === 'connected');
    const before = silences.length;
    for (const socket of hub.clients) socket.ping();
    await waitFor('the ping to count', () => silences.length > before);
    expect(waits).toEqual([]);
    silences.at(-1)?.();
    await tried(1);
  });

  test('reads slowly is sent no growing heap: what comes between is left out, and what it hears fits together', async () => {
    const chain = sampleChain();
    let heard: NodeSample | null = null;
    const problems: unknown[] = [];
    const hub = new WebSocketServer({ server });
    hub.on('connection', (socket) =>
      socket.on('message', (data) => {
        const message = AgentMessage.parse(JSON.parse(String(data)));
        if (message.type === 'hello') {
          chain.begin(message.sample, message.sequence);
          socket.send(JSON.stringify({ type: 'welcome', protocol: LINK_PROTOCOL, nodeId: 'node' }));
        } else if (message.type === 'sample') {
          const followed = chain.follow(message.sequence, message.patch as Json);
          if (followed.kind === 'sample') heard = followed.sample;
          else problems.push(followed);
        }
      }),
    );
    open(chance);
    await waitFor('the connection', () => link?.state().state === 'connected');
    for (const socket of hub.clients) socket.pause();
    const samples = 200;
    for (let sent = 2; sent <= samples; sent++) {
      link?.send(largeSample(sent));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(link?.lastSequence()).toBeLessThan(samples / 2);
    for (const socket of hub.clients) socket.resume();
    const newest = await waitFor('a sample that is sent again', () => {
      const sample = largeSample(samples + waits.length + Date.now());
      link?.send(sample);
      return heard?.takenAtMs !== undefined && heard.takenAtMs > samples && heard;
    });
    expect(newest.sessions).toHaveLength(500);
    expect(problems).toEqual([]);
    expect(chain.gaps()).toBe(0);
  });

  test('cannot be asked any more, since it was stopped meanwhile, is not tried again', async () => {
    let refuse = (_: Error): void => {};
    link = openHubLink({
      hubUrl: url,
      nodeToken: () =>
        new Promise((_, reject) => {
          refuse = reject;
        }),
      rejoin: async () => false,
      answer: async () => ({ kind: 'refreshed' }),
      clock,
      log: silentLog,
    });
    await link.stop();
    refuse(new Error('ended'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(waits).toEqual([]);
  });

  test('says what is no message of the link is not obeyed, and the connection stays', async () => {
    welcoming((socket) => {
      socket.send('{"type": "request", "id": 1, "request": {"kind": "format-the-disk"}}');
      socket.send('{"type": ');
      socket.send(JSON.stringify({ type: 'welcome', protocol: LINK_PROTOCOL, nodeId: 'node' }));
    });
    open(chance);
    await waitFor('the connection', () => link?.state().state === 'connected');
    expect(waits).toEqual([]);
  });
});
