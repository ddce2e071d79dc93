import { createConnection } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type DialectBed, type DialectBedOptions, dialectBed } from '../../../test/support/dialectBed.ts';
import { AT_MS } from '../../../test/support/recordedCollector.ts';
import { exchange } from '../../../test/support/recordedExchange.ts';
import { waitFor } from '../../../test/support/waitFor.ts';
import type { NodeStatus } from '../../model/node.ts';
import { gpuMonitorMain } from './serveMain.ts';

let bed: DialectBed | null = null;
let sockets: WebSocket[] = [];
afterEach(async () => {
  for (const socket of sockets) socket.terminate();
  sockets = [];
  await bed?.stop();
  bed = null;
});
const serve = async (nodes: NodeStatus[], options: DialectBedOptions = {}): Promise<DialectBed> => {
  bed = await dialectBed(gpuMonitorMain, { nodes: () => nodes, nowMs: () => AT_MS + 2000, ...options });
  return bed;
};
const JSON_TYPE = { 'content-type': 'application/json' };
const alice = { name: 'alice', role: 'user' } as const;
const root = { name: 'root', role: 'administrator' } as const;

describe('a collector on /ws', () => {
  const connect = async (
    to: DialectBed,
    headers: Record<string, string> = {},
    localAddress = '127.0.0.1',
  ): Promise<{ socket: WebSocket; heard: object[] }> => {
    const socket = new WebSocket(`${to.url.replace('http', 'ws')}/ws`, { headers, localAddress });
    sockets.push(socket);
    const heard: object[] = [];
    socket.on('message', (data) => heard.push(JSON.parse(String(data))));
    await new Promise((resolve, reject) => socket.once('open', resolve).once('error', reject));
    return { socket, heard };
  };
  const kill = (to: DialectBed, path: string) =>
    to.ask('POST', path, { headers: JSON_TYPE, body: '{"hostname":"old1","pids":[1,2]}' });

  test('registers, is told which processes to end, and what it answers is on the trail', async () => {
    const to = await serve([], { accounts: { fl_root: root } });
    const { socket, heard } = await connect(to);
    socket.send('{"type": "register", "hostname": "old1"}');
    await waitFor('its registration', () => heard.length === 1);
    expect(heard[0]).toEqual({ type: 'register_response', status: 'success' });
    const ours = await kill(to, '/t/fl_root/api/kill-processes');
    expect([ours.status, ours.body]).toEqual([200, exchange('gpu-monitor', 'kill-ok').body]);
    await waitFor('the order', () => heard.length === 2);
    expect(heard[1]).toEqual({ type: 'kill_processes', pids: [1, 2] });
    socket.send(
      '{"type": "kill_process_result", "status": "success", "message": "", "results": [{"pid": 1, "status": "success", "message": ""}]}',
    );
    await waitFor('the trail', () => to.deeds.length === 3);
    const deed = { what: 'kill-process', from: '127.0.0.1', door: 'dialect' };
    expect(to.deeds).toEqual([
      { ...deed, who: 'root', on: 'old1:1', result: 'asked' },
      { ...deed, who: 'root', on: 'old1:2', result: 'asked' },
      { ...deed, who: 'gpu-monitor:old1', on: 'old1:1', result: 'success' },
    ]);
    socket.terminate();
    await waitFor('its end', async () => (await kill(to, '/t/fl_root/api/kill-processes')).status === 404);
  });

  test('ends nothing for a user: it could not look whose a process is', async () => {
    const to = await serve([], { accounts: { fl_alice: alice } });
    const { socket, heard } = await connect(to);
    socket.send('{"type": "register", "hostname": "old1"}');
    await waitFor('its registration', () => heard.length === 1);
    expect((await kill(to, '/t/fl_alice/api/kill-processes')).status).toBe(403);
    expect(heard).toHaveLength(1);
  });

  test('what it says unasked, or twice, is not on the trail', async () => {
    const to = await serve([], { accounts: { fl_root: root } });
    const { socket, heard } = await connect(to);
    const says = (pid: number, status: string): void =>
      socket.send(JSON.stringify({ type: 'kill_process_result', results: [{ pid, status }] }));
    socket.send('{"type": "register", "hostname": "old1"}');
    says(77, 'invented');
    await waitFor('its registration', () => heard.length === 1);
    await kill(to, '/t/fl_root/api/kill-processes');
    await waitFor('the order', () => heard.length === 2);
    for (const [pid, status] of [
      [78, 'invented'],
      [1, 'success'],
      [1, 'again'],
      [2, 'success'],
    ] as const)
      says(pid, status);
    await waitFor('the trail', () => to.deeds.length === 4);
    expect(to.deeds.map((deed) => 'result' in deed && deed.result)).toEqual([
      'asked',
      'asked',
      'success',
      'success',
    ]);
  });

  test('keeps its name against another address, and takes it over from its own', async () => {
    const to = await serve([], { accounts: { fl_root: root } });
    const register = '{"type": "register", "hostname": "old1"}';
    const first = await connect(to);
    first.socket.send(register);
    await waitFor('its registration', () => first.heard.length === 1);
    const stranger = await connect(to, {}, '127.0.0.2');
    const isRefused = new Promise((resolve) => stranger.socket.once('close', resolve));
    stranger.socket.send(register);
    await isRefused;
    await kill(to, '/t/fl_root/api/kill-processes');
    await waitFor('the order', () => first.heard.length === 2);
    const again = await connect(to);
    const isReplaced = new Promise((resolve) => first.socket.once('close', resolve));
    again.socket.send(register);
    await isReplaced;
    expect((await kill(to, '/t/fl_root/api/kill-processes')).status).toBe(200);
  });

  test('one that talks without end is let go, and so is one from where nobody may report', async () => {
    const to = await serve([]);
    const { socket } = await connect(to);
    const isClosed = new Promise((resolve) => socket.once('close', resolve));
    for (let time = 0; time < 101; time += 1) socket.send('{"type": "heartbeat"}');
    await isClosed;
    const large = await connect(to);
    const isGone = new Promise((resolve) => large.socket.once('close', resolve));
    for (let time = 0; time < 18; time += 1) large.socket.send(JSON.stringify({ x: 'y'.repeat(60_000) }));
    await isGone;
    await bed?.stop();
    const elsewhere = await serve([], { reporters: ['10.0.0.0/8'] });
    await expect(connect(elsewhere)).rejects.toThrow();
    expect(elsewhere.refusals).toMatchObject([{ reason: 'may not report', on: 'gpu-monitor: socket' }]);
  });

  test('a path that no URL can hold is no socket, and ends nothing else', async () => {
    const to = await serve([]);
    const { port } = new URL(to.url);
    for (const path of ['//', '//[', '/ws/', '/t/x//', 'http://[']) {
      const raw = createConnection(Number(port), '127.0.0.1');
      const isClosed = new Promise((resolve) => raw.once('close', resolve).once('error', resolve));
      raw.write(
        `GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n`,
      );
      await isClosed;
    }
    expect((await to.ask('GET', '/api/gpu-stats')).status).toBe(200);
  });

  test('a page cannot be one, and there is no other socket', async () => {
    const to = await serve([]);
    await expect(connect(to, { origin: to.url })).rejects.toThrow();
    const elsewhere = new WebSocket(`${to.url.replace('http', 'ws')}/other`);
    sockets.push(elsewhere);
    await expect(
      new Promise((resolve, reject) => elsewhere.once('open', resolve).once('error', reject)),
    ).rejects.toThrow();
  });
});
