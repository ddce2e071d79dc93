/** Looks for a port that nobody listens on. */
import { createServer } from 'node:net';

const TRIES = 200;

/** The first one above `port` that can be listened on and is not among `taken`; null where none of 200 can. */
export async function freePortAbove(
  host: string,
  port: number,
  taken: ReadonlySet<number>,
): Promise<number | null> {
  for (let next = port + 1; next <= Math.min(port + TRIES, 65_535); next += 1) {
    if (!taken.has(next) && (await canListen(host, next))) return next;
  }
  return null;
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host, port }, () => server.close(() => resolve(true)));
  });
}
