/**
 * How many connections may be open at a server, of one network address and in all, and how long one may be silent before it
 * says anything. Everybody on this machine has one address, and so has everybody behind a server in front of us: who opens
 * all that there are must neither shut the others out nor keep them for nothing. So the newest is let in, and the oldest
 * ends: the address's own, or where there are too many in all, one of whoever has the most.
 */
import type { Server, Socket } from 'node:net';
import { networkOf } from './network.ts';

export interface ConnectionLimits {
  /** Of all addresses together; fewer than the server's `maxConnections`, at which it shuts out whoever comes. */
  most: number;
  mostPerAddress: number;
  /** Node's own timeouts begin with the first byte of a request: a connection without one would stay for ever. */
  firstByteMs: number;
}

/** Sockets that were upgraded are counted by whoever took them, and no more here. */
export function limitConnections(
  server: Server,
  { most, mostPerAddress, firstByteMs }: ConnectionLimits,
): void {
  const open = new Map<string, Set<Socket>>();
  let count = 0;
  const forget = (network: string, socket: Socket): void => {
    const those = open.get(network);
    if (!those?.delete(socket)) return;
    count--;
    if (those.size === 0) open.delete(network);
  };
  const endOldest = (network: string): void => {
    const [oldest] = open.get(network) ?? [];
    if (oldest === undefined) return;
    // Counted no more at once: its end is told later, after others may have come.
    forget(network, oldest);
    oldest.destroy();
  };
  server.on('connection', (socket: Socket) => {
    const network = networkOf(socket.remoteAddress ?? '');
    if ((open.get(network)?.size ?? 0) >= mostPerAddress) endOldest(network);
    else if (count >= most) endOldest(largest(open));
    const those = open.get(network) ?? new Set();
    open.set(network, those);
    those.add(socket);
    count++;
    const silence = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, firstByteMs);
    socket.once('close', () => {
      clearTimeout(silence);
      forget(network, socket);
    });
  });
  server.on('upgrade', (_request: unknown, socket: Socket) =>
    forget(networkOf(socket.remoteAddress ?? ''), socket),
  );
}

/** Which network has the most of them. */
function largest(open: ReadonlyMap<string, ReadonlySet<Socket>>): string {
  let found = '';
  let most = 0;
  for (const [network, { size }] of open) {
    if (size <= most) continue;
    found = network;
    most = size;
  }
  return found;
}
