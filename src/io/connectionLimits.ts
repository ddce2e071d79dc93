/**
 * How many connections one network address may have open at a server, and how long one may be silent before it says
 * anything. Everybody on this machine has one address, and so has everybody behind a server in front of us: who opens all
 * that there are must neither shut the others out nor keep them for nothing. So the newest is let in, and the oldest ends.
 */
import type { Server, Socket } from 'node:net';

export interface ConnectionLimits {
  mostPerAddress: number;
  /** Node's own timeouts begin with the first byte of a request: a connection without one would stay for ever. */
  firstByteMs: number;
}

/** Sockets that were upgraded are counted by whoever took them, and no more here. */
export function limitConnections(server: Server, { mostPerAddress, firstByteMs }: ConnectionLimits): void {
  const open = new Map<string, Set<Socket>>();
  const forget = (address: string, socket: Socket): void => {
    const those = open.get(address);
    those?.delete(socket);
    if (those?.size === 0) open.delete(address);
  };
  server.on('connection', (socket: Socket) => {
    const address = socket.remoteAddress ?? '';
    const those = open.get(address) ?? new Set();
    open.set(address, those);
    const [oldest] = those;
    if (those.size >= mostPerAddress) oldest?.destroy();
    those.add(socket);
    const silence = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, firstByteMs);
    socket.once('close', () => {
      clearTimeout(silence);
      forget(address, socket);
    });
  });
  server.on('upgrade', (_request: unknown, socket: Socket) => forget(socket.remoteAddress ?? '', socket));
}
