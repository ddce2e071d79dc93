import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { limitConnections } from './connectionLimits.ts';

let server: Server;
let clients: Socket[];
let accepted: Socket[];
/** Where the next ones seem to come from; from where they do, where none is left. */
let addresses: string[];
beforeEach(async () => {
  clients = [];
  accepted = [];
  addresses = [];
  server = createServer((socket) => {
    accepted.push(socket);
    const address = addresses.shift();
    if (address !== undefined) Object.defineProperty(socket, 'remoteAddress', { value: address });
    socket.on('data', (data) => socket.write(data)).on('error', () => undefined);
  });
  limitConnections(server, { most: 6, mostPerAddress: 3, firstByteMs: 200 });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterEach(() => {
  for (const client of clients) client.destroy();
  server.close();
});

async function client(localAddress = '127.0.0.1'): Promise<{ socket: Socket; ended: Promise<unknown> }> {
  const { port } = server.address() as AddressInfo;
  const socket = connect({ port, host: '127.0.0.1', localAddress });
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

test('whoever calls from another address of loopback has no more of them', async () => {
  const held = [await client('127.0.0.2'), await client('127.0.0.3'), await client('127.0.0.4')];
  for (const { socket } of held) await say(socket);
  const next = await client();
  await held[0]?.ended;
  await say(next.socket);
  expect(held.map(({ socket }) => socket.destroyed)).toEqual([true, false, false]);
});

test('where there are too many in all, whoever comes is let in, and one ends of the address that has the most', async () => {
  addresses = ['10.0.0.1', '10.0.0.2', '10.0.0.2', '10.0.0.2', '10.0.0.3', '10.0.0.3', '10.0.0.4'];
  const held = [];
  for (let count = 0; count < 6; count++) {
    const one = await client();
    await say(one.socket);
    held.push(one);
  }
  const next = await client();
  await held[1]?.ended;
  await say(next.socket);
  expect(held.map(({ socket }) => socket.destroyed)).toEqual([false, true, false, false, false, false]);
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
