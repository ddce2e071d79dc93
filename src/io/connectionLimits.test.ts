import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limitConnections } from './connectionLimits.ts';

let server: Server;
let clients: Socket[];
beforeEach(async () => {
  clients = [];
  server = createServer((socket) => socket.on('data', () => undefined).on('error', () => undefined));
  limitConnections(server, { mostPerAddress: 3, firstByteMs: 200 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  for (const client of clients) client.destroy();
  server.close();
});

async function client(): Promise<{ socket: Socket; ended: Promise<unknown> }> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  clients.push(socket);
  socket.on('error', () => undefined).resume();
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  return { socket, ended };
}

test('an address that has all of its connections gets no other, and gets one when one ends', async () => {
  const held = [await client(), await client(), await client()];
  for (const { socket } of held) socket.write('x');
  const late = await client();
  await late.ended;
  expect(held.map(({ socket }) => socket.destroyed)).toEqual([false, false, false]);
  held[0]?.socket.destroy();
  await held[0]?.ended;
  const next = await client();
  next.socket.write('x');
  await new Promise((resolve) => server.getConnections((_, count) => resolve(count)));
  expect(next.socket.destroyed).toBe(false);
});

test('a connection that never says anything ends; one that said something stays', async () => {
  const silent = await client();
  const speaking = await client();
  speaking.socket.write('x');
  await silent.ended;
  expect(speaking.socket.destroyed).toBe(false);
});
