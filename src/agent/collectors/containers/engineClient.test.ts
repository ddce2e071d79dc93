import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { askEngine, describeTrouble } from './engineClient.ts';

const withCode = (code: string) => Object.assign(new Error(code), { code });

test('each trouble has its word, and a denied socket says what to do', () => {
  expect(describeTrouble(withCode('ENOENT'), '/s')).toEqual({
    state: 'absent',
    message: 'there is no /s',
    remarks: [{ kind: 'no-socket', path: '/s' }],
  });
  expect(describeTrouble(withCode('ECONNREFUSED'), '/s').state).toBe('absent');
  expect(describeTrouble(withCode('EACCES'), '/s')).toMatchObject({
    state: 'denied',
    message: expect.stringContaining('group docker'),
    remarks: [{ kind: 'socket-denied', path: '/s' }],
  });
  expect(describeTrouble(withCode('EACCES'), '/run/podman/podman.sock').message).not.toContain('docker');
  expect(describeTrouble(new Error('x'.repeat(9999)), '/s')).toMatchObject({ state: 'failed' });
  expect(describeTrouble(new Error('x'.repeat(9999)), '/s').message?.length).toBeLessThanOrEqual(2000);
  expect(describeTrouble(new DOMException('late', 'TimeoutError'), '/s').message).toContain('in time');
});

test.each<[string, (socket: Socket) => void]>([
  ['never answers', () => {}],
  ['begins to answer', (socket) => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{')],
  ['answers without an end', (socket) => void socket.write('HTTP/1.1 200 OK\r\n\r\n{')],
])('an engine that %s is said not to answer in time', async (_, answer) => {
  const folder = mkdtempSync(join(tmpdir(), 'flowline-engine-'));
  const path = join(folder, 's');
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => {}).resume();
    answer(socket);
  });
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
    rmSync(folder, { recursive: true });
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const failure = await askEngine(path, '/version', new AbortController().signal, 100).catch(
    (error) => error,
  );
  expect(describeTrouble(failure, path).message).toContain('does not answer in time');
});
