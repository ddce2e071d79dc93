/**
 * Asks the local network for the address of a `.local` name (multicast DNS, RFC 6762), for systems that do not do so
 * themselves. One question from a port of our own: whoever has the name answers to that port (6.7, legacy unicast).
 */
import { createSocket } from 'node:dgram';

const EVERYBODY = { address: '224.0.0.251', port: 5353 };
const PATIENCE_MS = 1000;

/** The IPv4 address; null where nobody has answered within a second. */
export function askLocalNetwork(host: string, timeoutMs: number, to = EVERYBODY): Promise<string | null> {
  const query = questionFor(host);
  if (query === null) return Promise.resolve(null);
  return new Promise((resolve) => {
    const socket = createSocket('udp4');
    const settle = (address: string | null): void => {
      clearTimeout(deadline);
      resolve(address);
      socket.close();
    };
    const deadline = setTimeout(() => settle(null), Math.min(PATIENCE_MS, timeoutMs));
    socket.on('error', () => settle(null));
    socket.on('message', (message) => {
      const address = addressIn(message, host);
      if (address !== null) settle(address);
    });
    socket.send(query, to.port, to.address, (failure) => {
      if (failure) settle(null);
    });
  });
}

const QUESTION_ID = 0x464c;
const TYPE_A = 1;
const CLASS_IN = 1;

/** A DNS message with one question (RFC 1035, 4.1); null for a name that DNS cannot carry. */
export function questionFor(host: string): Buffer | null {
  const labels = host
    .replace(/\.$/, '')
    .split('.')
    .map((label) => Buffer.from(label));
  if (labels.some(({ length }) => length === 0 || length > 63)) return null;
  const header = Buffer.alloc(12);
  header.writeUInt16BE(QUESTION_ID, 0);
  header.writeUInt16BE(1, 4);
  const end = Buffer.from([0, 0, TYPE_A, 0, CLASS_IN]);
  return Buffer.concat([header, ...labels.flatMap((label) => [Buffer.from([label.length]), label]), end]);
}

/** The IPv4 address that an answer gives for this name; null where it gives none, or is no DNS message. */
export function addressIn(message: Buffer, host: string): string | null {
  try {
    const isAnswer = (message.readUInt16BE(2) & 0x8000) !== 0;
    if (!isAnswer) return null;
    let at = 12;
    for (let questions = message.readUInt16BE(4); questions > 0; questions--)
      at = nameAt(message, at).end + 4;
    const records = message.readUInt16BE(6) + message.readUInt16BE(8) + message.readUInt16BE(10);
    for (let record = 0; record < Math.min(records, 64); record++) {
      const { name, end } = nameAt(message, at);
      const type = message.readUInt16BE(end);
      const length = message.readUInt16BE(end + 8);
      const data = message.subarray(end + 10, end + 10 + length);
      if (type === TYPE_A && data.length === 4 && name === host.toLowerCase().replace(/\.$/, ''))
        return [...data].join('.');
      at = end + 10 + length;
    }
    return null;
  } catch {
    return null; // It ends too early.
  }
}

/** A name at a place, its pointers followed (RFC 1035, 4.1.4), and where it ends. */
function nameAt(message: Buffer, start: number): { name: string; end: number } {
  const labels: string[] = [];
  let at = start;
  let end: number | null = null;
  for (let steps = 0; steps < 128; steps++) {
    const length = message.readUInt8(at);
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end ?? at + 1 };
    if ((length & 0xc0) === 0xc0) {
      end ??= at + 2;
      at = message.readUInt16BE(at) & 0x3fff;
      continue;
    }
    labels.push(message.toString('utf8', at + 1, at + 1 + length));
    at += 1 + length;
  }
  throw new RangeError('a name that goes round in circles');
}
