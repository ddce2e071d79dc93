/**
 * Older collectors' WebSockets (`GET /ws`): each says its host name and then waits to be told which processes to end. Who
 * may tell it is decided before (`serveMain.ts`); what it answers goes to the trail.
 *
 *   collector → {"type": "register", "hostname": "gpu1"}
 *   server    → {"type": "register_response", "status": "success"}
 *   server    → {"type": "kill_processes", "pids": [1, 2]}
 *   collector → {"type": "kill_process_result", "status": …, "message": …, "results": [{"pid": 1, "status": "success", "message": "…"}]}
 */
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import * as z from 'zod';
import { MAX_NAME_CHARACTERS, MAX_PIDS_PER_KILL } from '../../model/limits.ts';

const MAX_SOCKETS = 1000;
const MAX_FRAME_BYTES = 64 * 1024;
/** Whoever has not said who it is by then is no collector. */
const REGISTER_PATIENCE_MS = 10_000;

const text = z.string().max(MAX_NAME_CHARACTERS);
const Message = z.discriminatedUnion('type', [
  z.object({ type: z.literal('register'), hostname: text.min(1) }),
  z.object({
    type: z.literal('kill_process_result'),
    status: text.optional(),
    results: z
      .array(z.object({ pid: z.int(), status: text.optional() }))
      .max(MAX_PIDS_PER_KILL)
      .optional(),
  }),
]);

export interface Collectors {
  accept(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  has(hostname: string): boolean;
  /** False where that machine's collector is not connected. */
  kill(hostname: string, pids: readonly number[]): boolean;
  stop(): void;
}

/** @param told what a collector said of a process that it was asked to end. */
export function collectors(
  told: (hostname: string, pid: number, status: string, from: string) => void,
): Collectors {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const byHost = new Map<string, WebSocket>();

  const serve = (socket: WebSocket, from: string): void => {
    let hostname: string | null = null;
    const late = setTimeout(() => socket.terminate(), REGISTER_PATIENCE_MS);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(late);
      if (hostname !== null && byHost.get(hostname) === socket) byHost.delete(hostname);
    });
    socket.on('message', (data) => {
      const message = parse(String(data));
      if (message === null) return;
      if (message.type === 'register') {
        clearTimeout(late);
        if (hostname !== null && hostname !== message.hostname) return socket.terminate();
        hostname = message.hostname;
        // One that comes again, after its network was away, takes the place of its old connection.
        const before = byHost.get(hostname);
        if (before !== socket) before?.terminate();
        byHost.set(hostname, socket);
        socket.send('{"type": "register_response", "status": "success"}');
      } else if (hostname !== null) {
        for (const { pid, status } of message.results ?? []) told(hostname, pid, status ?? 'unknown', from);
      }
    });
  };

  return {
    accept(request, socket, head) {
      if (server.clients.size >= MAX_SOCKETS) return void socket.destroy();
      server.handleUpgrade(request, socket, head, (accepted) =>
        serve(accepted, request.socket.remoteAddress ?? ''),
      );
    },
    has: (hostname) => byHost.has(hostname),
    kill(hostname, pids) {
      const socket = byHost.get(hostname);
      if (!socket || socket.readyState !== socket.OPEN) return false;
      socket.send(JSON.stringify({ type: 'kill_processes', pids }));
      return true;
    },
    stop() {
      for (const socket of server.clients) socket.terminate();
      server.close();
    },
  };
}

/** Null where it is nothing that collectors say. */
function parse(data: string): z.infer<typeof Message> | null {
  try {
    return Message.safeParse(JSON.parse(data)).data ?? null;
  } catch {
    return null;
  }
}
