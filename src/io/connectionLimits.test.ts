import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limitConnections } from './connectionLimits.ts';

let server: Server;
let clients: Socket[];
let accepted: Socket[];
beforeEach(async () => {
  clients = [];
  accepted = [];
  server = createServer((socket) => {
    accepted.push(socket);
    socket.on('data', (data) => socket.write(data)).on('error', () => undefined);
  });
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
  socket.on('error', () => undefined).on('data', () => undefined);
  const ended = once(socket, 'close');
  await once(socket, 'connect');
  return { socket, ended };
}

/** Says something, and waits until it was heard. */
async function say(socket: Socket): Promise<void> {
  const heard = once(socket, 'data');
  socket.write('x');
  await heard;
}

test('an address that has all of its connections gets another, and its oldest ends', async () => {
  const held = [await client(), await client(), await client()];
  for (const { socket } of held) await say(socket);
  const next = await client();
  await held[0]?.ended;
  await say(next.socket);
  expect([held[1], held[2], next].map((one) => one?.socket.destroyed)).toEqual([false, false, false]);
});

test('one that was taken over by somebody else counts there', async () => {
  const taken = await client();
  await say(taken.socket);
  server.emit('upgrade', null, accepted[0]);
  for (let more = 0; more < 3; more++) await say((await client()).socket);
  const fourth = await client();
  await say(fourth.socket);
  expect([taken.socket.destroyed, fourth.socket.destroyed]).toEqual([false, false]);
});

test('a connection that never says anything ends; one that said something stays', async () => {
  const silent = await client();
  const speaking = await client();
  speaking.socket.write('x');
  await silent.ended;
  expect(speaking.socket.destroyed).toBe(false);
});
