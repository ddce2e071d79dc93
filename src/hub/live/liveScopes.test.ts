import { EventEmitter } from 'node:events';
import { beforeEach, describe, expect, test } from 'vitest';
import type { WebSocket } from 'ws';
import { type ManualClock, manualClock } from '../../../test/support/manualClock.ts';
import { bareSample } from '../../../test/support/samples.ts';
import { applyPatch, type Json } from '../../fleet/patch.ts';
import { LiveMessage } from '../../protocol/live.ts';
import type { Caller } from '../api/doors.ts';
import { NOBODY } from '../api/doors.ts';
import { HubError } from '../errors.ts';
import { type FleetNow, fleetNow } from '../fleetNow.ts';
import { type LiveScopes, liveScopes } from './liveScopes.ts';

/** A viewer's socket whose unsent bytes the test decides. */
class FakeSocket extends EventEmitter {
  bufferedAmount = 0;
  answersPings = true;
  ended = false;
  readonly heard: LiveMessage[] = [];
  send(text: string): void {
    this.heard.push(LiveMessage.parse(JSON.parse(text)));
  }
  ping(): void {
    if (this.answersPings) this.emit('pong');
  }
  terminate(): void {
    this.ended = true;
    this.emit('close');
  }
  close(): void {
    this.terminate();
  }
  say(message: unknown): void {
    this.emit('message', Buffer.from(typeof message === 'string' ? message : JSON.stringify(message)));
  }
}

let clock: ManualClock;
let fleet: FleetNow;
let live: LiveScopes;
let queueState: Json | undefined;
const forgotten: string[] = [];
beforeEach(() => {
  clock = manualClock();
  fleet = fleetNow();
  queueState = undefined;
  forgotten.length = 0;
  live = liveScopes({
    fleet,
    clock,
    privates: {
      admit(scope, { account }) {
        if (!account) throw new HubError(401, 'login-needed', 'nobody is logged in');
        return `${scope}|${account.name}`;
      },
      newest: () => queueState,
      forget: (name) => forgotten.push(name),
    },
  });
  fleet.setNode({ id: 'a', name: 'atlas', alias: null });
  sampleArrives();
});

function sampleArrives(): void {
  fleet.applySample('a', bareSample('atlas', clock.nowMs()), null, clock.nowMs());
}

const alice: Caller = {
  account: { name: 'alice', role: 'user' },
  door: 'page',
  sessionId: 's',
  cookieOnly: false,
  isLocal: false,
  isForwarded: false,
};

/** A page whose secret is `open`, until its session ends. */
function page(session: { isOpen: boolean } = { isOpen: true }) {
  let said = false;
  return {
    caller: () => (said && session.isOpen ? alice : NOBODY),
    identify: (secret: string) => {
      said = secret === 'open';
      return said;
    },
  };
}

function viewer(scope: string | null = 'fleet', who = page()): FakeSocket {
  const socket = new FakeSocket();
  live.serve(socket as unknown as WebSocket, who);
  if (scope !== null) socket.say({ type: 'subscribe', scope });
  return socket;
}

const types = (socket: FakeSocket) => socket.heard.map((message) => message.type);

describe('a viewer that keeps up', () => {
  test('is sent everything once, then numbered differences that lead to the present state', () => {
    const socket = viewer();
    for (let second = 0; second < 3; second++) {
      sampleArrives();
      clock.pass(1000);
    }
    let state: Json = null;
    let sequence = -1;
    for (const message of socket.heard) {
      if (message.type === 'snapshot') state = message.state as Json;
      if (message.type === 'patch') {
        expect(message.sequence).toBe(sequence + 1);
        state = applyPatch(state, message.patch as Json);
      }
      if (message.type === 'snapshot' || message.type === 'patch') sequence = message.sequence;
    }
    const takenAtMs = (state as { nodes: { a: { sample: { takenAtMs: number } } } }).nodes.a.sample.takenAtMs;
    expect(takenAtMs).toBe(fleet.status('a', clock.nowMs())?.sample?.takenAtMs);
    expect(types(socket).filter((type) => type === 'snapshot')).toHaveLength(1);
  });

  test('is told that nothing changed, so that quiet is not silence', () => {
    const socket = viewer();
    clock.pass(500);
    socket.heard.length = 0;
    clock.pass(2000);
    expect(types(socket)).toEqual(['quiet', 'quiet']);
  });

  test('hears that a node grew stale and went offline, though the node says nothing', () => {
    const socket = viewer();
    clock.pass(15_000);
    expect(JSON.stringify(socket.heard)).toContain('"stale"');
    expect(JSON.stringify(socket.heard)).toContain('"offline"');
  });

  test('sees a forgotten node go', () => {
    const socket = viewer();
    fleet.forgetNode('a');
    clock.pass(250);
    expect(socket.heard.at(-1)).toMatchObject({ patch: { nodes: { $gone: ['a'] } } });
  });
});

describe('a viewer that does not read', () => {
  test('is sent nothing more, however often it asks, and a snapshot once it has caught up', () => {
    const socket = viewer(null);
    socket.bufferedAmount = 2 * 1024 * 1024;
    for (let times = 0; times < 20; times++) socket.say({ type: 'subscribe', scope: 'fleet' });
    sampleArrives();
    clock.pass(2000);
    expect(socket.heard).toEqual([]);
    socket.bufferedAmount = 0;
    clock.pass(250);
    expect(types(socket)).toEqual(['snapshot']);
  });

  test('is let go after a minute', () => {
    const socket = viewer();
    socket.bufferedAmount = 2 * 1024 * 1024;
    for (let second = 0; second < 62; second++) {
      sampleArrives();
      clock.pass(1000);
    }
    expect(socket.ended).toBe(true);
    expect(live.viewers()).toBe(0);
  });

  test('is let go when it does not answer a ping', () => {
    const socket = viewer();
    socket.answersPings = false;
    clock.pass(41_000);
    expect(socket.ended).toBe(true);
  });
});

describe('what a viewer says', () => {
  test.each([
    'no json',
    { type: 'subscribe' },
    { type: 'subscribe', scope: 'everything' },
    { type: 'shutdown' },
  ])('%j is told what would be right', (message) => {
    const socket = viewer(null);
    socket.say(message);
    expect(socket.heard).toMatchObject([{ type: 'error', code: 'malformed' }]);
  });

  test('too many scopes are refused, and a flood ends the connection', () => {
    const socket = viewer(null);
    for (let node = 0; node < 9; node++) socket.say({ type: 'subscribe', scope: `node:${node}` });
    expect(socket.heard.at(-1)).toMatchObject({ type: 'error', code: 'too-many-scopes' });
    for (let times = 0; times < 100; times++) socket.say({ type: 'unsubscribe', scope: 'fleet' });
    expect(socket.ended).toBe(true);
  });
});

describe('a scope that asks who is there', () => {
  test('is refused, by its name, to whoever has not said his secret', () => {
    const socket = viewer('queue');
    expect(socket.heard).toMatchObject([{ type: 'error', code: 'login-needed', scope: 'queue' }]);
  });

  test('a wrong secret is told; the right one opens it', () => {
    queueState = { revision: 1 };
    const socket = viewer(null);
    socket.say({ type: 'identify', secret: 'guess' });
    socket.say({ type: 'identify', secret: 'open' });
    socket.say({ type: 'subscribe', scope: 'queue' });
    expect(socket.heard).toMatchObject([
      { type: 'error', code: 'unknown-session' },
      { type: 'snapshot', scope: 'queue', state: { revision: 1 } },
    ]);
  });

  test('whose state must be read first comes whole once it is known, then by patches', () => {
    const socket = viewer(null);
    socket.say({ type: 'identify', secret: 'open' });
    socket.say({ type: 'subscribe', scope: 'task:t1' });
    expect(socket.heard).toEqual([]);
    queueState = { task: { state: 'queued' } };
    clock.pass(250);
    queueState = { task: { state: 'running' } };
    clock.pass(250);
    expect(socket.heard).toMatchObject([
      { type: 'snapshot', sequence: 1, state: { task: { state: 'queued' } } },
      { type: 'patch', sequence: 2, patch: { task: { state: 'running' } } },
    ]);
  });

  test('ends, and says so, when the session has ended', () => {
    queueState = { revision: 1 };
    const session = { isOpen: true };
    const socket = viewer(null, page(session));
    socket.say({ type: 'identify', secret: 'open' });
    socket.say({ type: 'subscribe', scope: 'queue' });
    session.isOpen = false;
    clock.pass(20_000);
    expect(socket.heard.at(-1)).toMatchObject({ type: 'error', code: 'login-needed', scope: 'queue' });
    queueState = { revision: 2 };
    clock.pass(250);
    expect(types(socket).filter((type) => type === 'patch')).toEqual([]);
  });

  test('that nobody watches any more is forgotten', () => {
    queueState = { revision: 1 };
    const socket = viewer(null);
    socket.say({ type: 'identify', secret: 'open' });
    socket.say({ type: 'subscribe', scope: 'queue' });
    socket.say({ type: 'unsubscribe', scope: 'queue' });
    clock.pass(250);
    expect(forgotten).toEqual(['queue|alice']);
  });
});
