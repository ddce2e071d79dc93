import { expect, it } from 'vitest';
import { type LiveSocket, nearerOffset, startLiveMirror } from './liveMirror.ts';

/** A hub at the other end of a socket, and a clock that only the test moves. */
function imagineHub(secret: () => string | null = () => null) {
  let nowMs = 1_000;
  const timers = new Set<{ atMs: number; action: () => void }>();
  const sockets: ImaginedSocket[] = [];
  const mirror = startLiveMirror({
    openSocket: () => {
      const socket = imagineSocket();
      sockets.push(socket);
      return socket;
    },
    secret,
    now: () => nowMs,
    later: (delayMs, action) => {
      const timer = { atMs: nowMs + delayMs, action };
      timers.add(timer);
      return () => timers.delete(timer);
    },
    onChange: () => {},
  });
  const newest = (): ImaginedSocket => {
    const socket = sockets.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  };
  const pass = (durationMs: number): void => {
    const untilMs = nowMs + durationMs;
    for (;;) {
      const next = [...timers].sort((a, b) => a.atMs - b.atMs)[0];
      if (!next || next.atMs > untilMs) break;
      timers.delete(next);
      nowMs = next.atMs;
      next.action();
    }
    nowMs = untilMs;
  };
  return { mirror, sockets, newest, pass };
}

type ImaginedSocket = LiveSocket & { sent: unknown[]; happen: (type: string, data?: unknown) => void };

function imagineSocket(): ImaginedSocket {
  const listeners: { type: string; listener: (event: { data: unknown }) => void }[] = [];
  const sent: unknown[] = [];
  const happen = (type: string, data?: unknown): void => {
    for (const entry of listeners) if (entry.type === type) entry.listener({ data });
  };
  return {
    addEventListener: (type: string, listener: (event: { data: unknown }) => void) => {
      listeners.push({ type, listener });
    },
    send: (text) => sent.push(JSON.parse(text)),
    close: () => happen('close'),
    sent,
    happen,
  };
}

const say = (socket: ImaginedSocket, value: unknown): void => socket.happen('message', JSON.stringify(value));
const snapshot = (sequence: number, state: unknown) => ({
  type: 'snapshot',
  scope: 'fleet',
  sequence,
  atMs: 5_000,
  state,
});
const patch = (sequence: number, change: unknown) => ({
  type: 'patch',
  scope: 'fleet',
  sequence,
  atMs: 5_001,
  patch: change,
});
const SUBSCRIBE = { type: 'subscribe', scope: 'fleet' };

it('mirrors a snapshot and the patches after it', () => {
  const { mirror, newest } = imagineHub();
  mirror.watch('fleet');
  newest().happen('open');
  expect(newest().sent).toEqual([SUBSCRIBE]);
  say(newest(), snapshot(7, { a: 1, b: 2 }));
  say(newest(), patch(8, { a: 3 }));
  expect(mirror.read('fleet')).toEqual({ a: 3, b: 2 });
  expect(mirror.connection()).toMatchObject({ state: 'live', clockOffsetMs: 4_001 });
});

it('asks for a snapshot after a gap, and keeps the last truth until it comes', () => {
  const { mirror, newest } = imagineHub();
  mirror.watch('fleet');
  newest().happen('open');
  say(newest(), snapshot(7, { a: 1 }));
  say(newest(), patch(9, { a: 3 }));
  expect(mirror.read('fleet')).toEqual({ a: 1 });
  expect(newest().sent).toEqual([SUBSCRIBE, SUBSCRIBE]);
  say(newest(), patch(10, { a: 4 }));
  expect(newest().sent).toHaveLength(2);
  say(newest(), snapshot(11, { a: 5 }));
  expect(mirror.read('fleet')).toEqual({ a: 5 });
});

it('asks for a snapshot when a patch does not fit', () => {
  const { mirror, newest } = imagineHub();
  mirror.watch('fleet');
  newest().happen('open');
  say(newest(), snapshot(7, [1]));
  say(newest(), patch(8, { length: 3, at: {} }));
  expect(newest().sent).toEqual([SUBSCRIBE, SUBSCRIBE]);
});

it('connects again after a loss, ever more rarely, and subscribes anew', () => {
  const { mirror, sockets, newest, pass } = imagineHub();
  mirror.watch('fleet');
  newest().happen('open');
  say(newest(), snapshot(7, { a: 1 }));
  newest().happen('close');
  expect(mirror.connection().state).toBe('lost');
  expect(mirror.read('fleet')).toEqual({ a: 1 });
  pass(500);
  expect(sockets).toHaveLength(2);
  newest().happen('close');
  pass(999);
  expect(sockets).toHaveLength(2);
  pass(1);
  expect(sockets).toHaveLength(3);
  newest().happen('open');
  expect(newest().sent).toEqual([SUBSCRIBE]);
  expect(mirror.connection().state).toBe('live');
});

it('gives up a connection on which nothing is said', () => {
  const { mirror, sockets, newest, pass } = imagineHub();
  newest().happen('open');
  pass(14_000);
  say(newest(), { type: 'quiet', atMs: 1 });
  pass(14_000);
  expect(mirror.connection().state).toBe('live');
  pass(2_000);
  expect(mirror.connection().state).toBe('lost');
  expect(sockets).toHaveLength(2);
});

it('tells the hub when the last watcher of a scope has left', () => {
  const { mirror, newest } = imagineHub();
  newest().happen('open');
  const one = mirror.watch('node:a');
  const two = mirror.watch('node:a');
  one();
  one();
  expect(newest().sent).toHaveLength(1);
  two();
  expect(newest().sent.at(-1)).toEqual({ type: 'unsubscribe', scope: 'node:a' });
});

it('passes over what it cannot read', () => {
  const { mirror, newest } = imagineHub();
  newest().happen('open');
  newest().happen('message', '{"type":');
  newest().happen('message', new Uint8Array(3));
  say(newest(), { type: 'weather' });
  expect(mirror.connection().state).toBe('live');
});

it('takes the largest clock offset, since a message can only be late', () => {
  expect(nearerOffset(null, -40)).toBe(-40);
  expect(nearerOffset(-40, -90)).toBe(-41);
  expect(nearerOffset(-40, -10)).toBe(-10);
  expect(nearerOffset(-40, 60_000)).toBe(60_000);
});

it('says who asks before it asks, and connects anew once somebody has logged in', () => {
  let secret: string | null = null;
  const { mirror, newest, sockets } = imagineHub(() => secret);
  mirror.watch('queue');
  newest().happen('open');
  expect(newest().sent).toEqual([{ type: 'subscribe', scope: 'queue' }]);
  say(newest(), { type: 'error', code: 'login', message: 'log in first', scope: 'queue' });
  expect(mirror.refusal('queue')).toEqual({ code: 'login', message: 'log in first' });
  expect(mirror.connection().complaint).toBeNull();
  secret = 's3cret';
  mirror.identify();
  expect(sockets).toHaveLength(2);
  newest().happen('open');
  expect(newest().sent).toEqual([
    { type: 'identify', secret: 's3cret' },
    { type: 'subscribe', scope: 'queue' },
  ]);
  expect(mirror.refusal('queue')).toBeNull();
  expect(mirror.connection().state).toBe('live');
  mirror.identify();
  expect(sockets).toHaveLength(2);
});

it('connects anew for a login that came while its socket was opening: that one carries no cookie', () => {
  let secret: string | null = null;
  const { mirror, newest, sockets } = imagineHub(() => secret);
  mirror.watch('queue');
  secret = 's3cret';
  newest().happen('open');
  expect(newest().sent).toEqual([{ type: 'subscribe', scope: 'queue' }]);
  say(newest(), { type: 'error', code: 'login', message: 'log in first', scope: 'queue' });
  mirror.identify();
  expect(sockets).toHaveLength(2);
  newest().happen('open');
  expect(newest().sent).toContainEqual({ type: 'identify', secret: 's3cret' });
  expect(mirror.refusal('queue')).toBeNull();
});
