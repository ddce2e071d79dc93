import { createSocket, type Socket } from 'node:dgram';
import { afterEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../test/support/waitFor.ts';
import { type AddressOptions, addresses } from './addresses.ts';
import { addressIn, askLocalNetwork, questionFor } from './multicastName.ts';

const endings: (() => void)[] = [];
afterEach(() => {
  for (const end of endings.splice(0)) end();
});

/** A name server on loopback that knows these names; its port, and what it was asked. */
async function nameServer(known: Record<string, string>): Promise<{ port: number; asked: string[] }> {
  const socket: Socket = createSocket('udp4');
  const asked: string[] = [];
  socket.on('message', (query, from) => {
    const name = nameIn(query);
    asked.push(name);
    socket.send(answerTo(query, known[name] ?? null), from.port, from.address);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  endings.push(() => socket.close());
  return { port: socket.address().port, asked };
}

function nameIn(query: Buffer): string {
  const labels: string[] = [];
  for (let at = 12; query[at] !== 0; at += 1 + (query[at] ?? 0))
    labels.push(query.toString('latin1', at + 1, at + 1 + (query[at] ?? 0)));
  return labels.join('.');
}

/** The question with one A record, whose name points back at it; without an address nobody knows the name. */
function answerTo(query: Buffer, address: string | null): Buffer {
  const questionEnd = query.indexOf(0, 12) + 5;
  const isForA = query.readUInt16BE(questionEnd - 4) === 1;
  const answer = Buffer.from(query.subarray(0, questionEnd));
  answer.writeUInt16BE(address === null ? 0x8183 : 0x8180, 2);
  answer.writeUInt16BE(address !== null && isForA ? 1 : 0, 6);
  answer.writeUInt32BE(0, 8);
  if (address === null || !isForA) return answer;
  const record = Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...address.split('.').map(Number)]);
  return Buffer.concat([answer, record]);
}

const nobody = async (): Promise<null> => null;
const finder = (more: Partial<AddressOptions> = {}) =>
  addresses({ privateServer: null, nowMs: () => 0, bySystem: nobody, byLocalNetwork: nobody, ...more });

describe('where a host is found', () => {
  test('an address is itself, of either kind', async () => {
    expect(await finder()('192.168.0.7', 100)).toEqual({ address: '192.168.0.7' });
    expect(await finder()('fd00::7', 100)).toEqual({ address: 'fd00::7' });
  });

  test('the private name server is asked first, the system only for what it does not know', async () => {
    const { port, asked } = await nameServer({ 'gpu1.internal': '10.9.8.7' });
    const systemAsked: string[] = [];
    const find = finder({
      privateServer: `127.0.0.1:${port}`,
      async bySystem(host) {
        systemAsked.push(host);
        return '10.0.0.1';
      },
    });
    expect(await find('gpu1.internal', 3000)).toEqual({ address: '10.9.8.7' });
    expect(await find('elsewhere', 3000)).toEqual({ address: '10.0.0.1' });
    expect(systemAsked).toEqual(['elsewhere']);
    expect(asked).toContain('gpu1.internal');
  });

  test('a private name server that is dead costs a moment, not the name', async () => {
    const find = finder({ privateServer: '127.0.0.1:9', bySystem: async () => '10.0.0.1' });
    expect(await find('gpu1', 4000)).toEqual({ address: '10.0.0.1' });
  });

  test('this system knows its own name', async () => {
    const find = addresses({ privateServer: null, nowMs: () => 0 });
    expect(await find('localhost', 5000)).toEqual({ address: '127.0.0.1' });
    expect(await find('-h', 5000)).toMatchObject({ kind: 'unknown-name' });
  });

  test('a `.local` name is asked of the local network where the system cannot', async () => {
    const find = finder({ byLocalNetwork: async () => '10.0.0.3' });
    expect(await find('gpu3.local', 100)).toEqual({ address: '10.0.0.3' });
    expect(await find('gpu3.lab', 100)).toEqual({
      kind: 'unknown-name',
      message: 'the name gpu3.lab leads to no address',
    });
  });

  test('the end of the reader ends the search of the system, and begins none', async () => {
    const ending = new AbortController();
    const find = addresses({ privateServer: null, nowMs: () => 0, ending: ending.signal });
    ending.abort();
    expect(await find('localhost', 5000)).toMatchObject({ kind: 'unknown-name' });
  });

  test('a search that hangs is given up at the deadline, and is not begun twice', async () => {
    let searches = 0;
    const find = finder({
      bySystem() {
        searches += 1;
        return new Promise(() => {});
      },
    });
    const [first, second] = await Promise.all([find('gpu1', 60), find('gpu1', 60)]);
    expect([first, second]).toEqual([
      expect.objectContaining({ kind: 'unknown-name' }),
      expect.objectContaining({ kind: 'unknown-name' }),
    ]);
    expect(searches).toBe(1);
  });

  test('a name that was found stays found while the name server is away, and is looked up again after minutes', async () => {
    let nowMs = 0;
    let answer: string | null = '10.0.0.1';
    let searches = 0;
    const find = finder({
      nowMs: () => nowMs,
      async bySystem() {
        searches += 1;
        return answer;
      },
    });
    await find('gpu1', 100);
    answer = null;
    nowMs = 299_000;
    expect(await find('gpu1', 100)).toEqual({ address: '10.0.0.1' });
    expect(searches).toBe(1);
    nowMs = 301_000;
    expect(await find('gpu1', 100)).toEqual({ address: '10.0.0.1' });
    expect(searches).toBe(2);
    answer = '10.0.0.2';
    // What was not found is not searched with each poll.
    await find('gpu1', 100);
    expect(searches).toBe(2);
    nowMs = 317_000;
    await waitFor('its new address', async () => {
      const found = await find('gpu1', 100);
      return 'address' in found && found.address === '10.0.0.2';
    });
  });
});

describe('many names', () => {
  test('one whose machine does not answer is looked up again soon', async () => {
    let nowMs = 0;
    let searches = 0;
    const find = finder({
      nowMs: () => nowMs,
      async bySystem() {
        searches += 1;
        return '10.0.0.1';
      },
    });
    await find('gpu1', 100);
    find.doubt('gpu1');
    nowMs = 29_000;
    await find('gpu1', 100);
    expect(searches).toBe(1);
    nowMs = 31_000;
    await find('gpu1', 100);
    expect(searches).toBe(2);
  });

  test('are not all searched at once', async () => {
    let running = 0;
    let most = 0;
    const find = finder({
      async bySystem() {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setTimeout(resolve, 5));
        running -= 1;
        return '10.0.0.1';
      },
    });
    await Promise.all(Array.from({ length: 200 }, (_, place) => find(`gpu${place}`, 5000)));
    expect(most).toBe(32);
  });
});

describe('asking the local network', () => {
  test('whoever has the name answers with its address', async () => {
    const { port, asked } = await nameServer({ 'gpu7.local': '192.168.0.77' });
    expect(await askLocalNetwork('gpu7.local', 2000, { address: '127.0.0.1', port })).toBe('192.168.0.77');
    expect(asked).toEqual(['gpu7.local']);
  });

  test('nobody who has it, nobody at all, and names that DNS cannot carry are null', async () => {
    const { port } = await nameServer({});
    expect(await askLocalNetwork('gpu7.local', 60, { address: '127.0.0.1', port })).toBeNull();
    expect(await askLocalNetwork(`${'x'.repeat(64)}.local`, 60)).toBeNull();
  });

  test('an answer for another name, a question, a name in circles and half a message give no address', () => {
    const question = questionFor('gpu7.local') as Buffer;
    const answer = answerTo(question, '10.0.0.1');
    expect(addressIn(answer, 'GPU7.local.')).toBe('10.0.0.1');
    expect(addressIn(answer, 'gpu8.local')).toBeNull();
    expect(addressIn(question, 'gpu7.local')).toBeNull();
    const circle = Buffer.from(answer);
    circle.writeUInt16BE(0xc000 + question.length, question.length);
    expect(addressIn(circle, 'gpu7.local')).toBeNull();
    for (let length = 0; length < answer.length; length++)
      expect(addressIn(answer.subarray(0, length), 'gpu7.local')).toBeNull();
  });
});
