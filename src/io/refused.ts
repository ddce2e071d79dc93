/** Whether a port refuses connections: nobody listens there, as before a program has started. */
import { connect } from 'node:net';

/** True only for a refusal; what connects, or fails in another way, is left to whoever asks then. */
export const isRefused = (host: string, port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect({ host: host.replace(/^\[|\]$/g, ''), port });
    const tell = (refused: boolean): void => {
      socket.destroy();
      resolve(refused);
    };
    socket.once('connect', () => tell(false));
    socket.once('error', (failure: AggregateError & NodeJS.ErrnoException) => {
      // A name of several addresses fails with one error of each.
      const all: NodeJS.ErrnoException[] = failure.errors ?? [failure];
      tell(all.every(({ code }) => code === 'ECONNREFUSED'));
    });
  });
