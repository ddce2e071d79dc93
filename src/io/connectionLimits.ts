/**
 * How many connections one network address may have open at a server, and how long one may be silent before it says
 * anything: whoever opens all that there are must not shut the others out, nor keep them for nothing.
 */
import type { Server } from 'node:net';

export interface ConnectionLimits {
  mostPerAddress: number;
  /** Node's own timeouts begin with the first byte of a request: a connection without one would stay for ever. */
  firstByteMs: number;
}

/** Ends every connection of an address beyond the limit, and those that say nothing. */
export function limitConnections(server: Server, { mostPerAddress, firstByteMs }: ConnectionLimits): void {
  const open = new Map<string, number>();
  server.on('connection', (socket) => {
    const address = socket.remoteAddress ?? '';
    const count = (open.get(address) ?? 0) + 1;
    open.set(address, count);
    const silence = setTimeout(() => {
      if (socket.bytesRead === 0) socket.destroy();
    }, firstByteMs);
    socket.once('close', () => {
      clearTimeout(silence);
      const left = (open.get(address) ?? 1) - 1;
      if (left > 0) open.set(address, left);
      else open.delete(address);
    });
    if (count > mostPerAddress) socket.destroy();
  });
}
