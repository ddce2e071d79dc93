/**
 * Older collectors' WebSockets (`GET /ws`): each says its host name and then waits to be told which processes to end. Who
 * may tell it is decided before (`serveMain.ts`); what it answers to that, and nothing else, goes to the trail. Anybody may
 * call himself a collector: so a name that is connected is not taken over from another address, and nothing grows with
 * what is said unasked.
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
import { tokenBucket } from '../../lib/tokenBucket.ts';
import { MAX_NAME_CHARACTERS, MAX_PIDS_PER_KILL } from '../../model/limits.ts';

const MAX_SOCKETS = 1000;
const MAX_FRAME_BYTES = 64 * 1024;
/** Whoever has not said who it is by then is no collector. */
const REGISTER_PATIENCE_MS = 10_000;
/** A collector says who it is, and now and then what became of a kill; whoever says more than this is let go. */
const MESSAGES = { perSecond: 10, burst: 100 };
const BYTES = { perSecond: 64 * 1024, burst: 1024 * 1024 };
/** Whoever sends and reads nothing is not answered for ever. */
const MAX_UNREAD_BYTES = 64 * 1024;
/** A machine that was switched off frees its name a minute later. */
const LOOK_AFTER_MS = 30_000;

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

interface Connected {
  socket: WebSocket;
  from: string;
  /** Asked to be ended, and not answered yet. */
  asked: Set<number>;
}

/** @param told what a collector said of a process that it was asked to end. */
export function collectors(
  told: (hostname: string, pid: number, status: string, from: string) => void,
  nowMs: () => number,
): Collectors {
  const server = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_FRAME_BYTES,
    perMessageDeflate: false,
  });
  const byHost = new Map<string, Connected>();

  /** False where that name is another's. */
  const register = (hostname: string, collector: Connected): boolean => {
    const before = byHost.get(hostname);
    if (before && before.socket !== collector.socket) {
      if (before.from !== collector.from) return false;
      // One that comes again, after its network was away, takes the place of its old connection.
      before.socket.terminate();
    }
    byHost.set(hostname, collector);
    return true;
  };

  const serve = (socket: WebSocket, from: string): void => {
    const collector: Connected = { socket, from, asked: new Set() };
    const messages = tokenBucket(MESSAGES.perSecond, MESSAGES.burst);
    const bytes = tokenBucket(BYTES.perSecond, BYTES.burst);
    let hostname: string | null = null;
    const late = setTimeout(() => socket.terminate(), REGISTER_PATIENCE_MS);
    socket.on('error', () => socket.terminate());
    socket.on('close', () => {
      clearTimeout(late);
      if (hostname !== null && byHost.get(hostname) === collector) byHost.delete(hostname);
    });
    socket.on('message', (data) => {
      const text = String(data);
      if (!messages.take(nowMs()) || !bytes.take(nowMs(), text.length)) return socket.terminate();
      const message = parse(text);
      if (message === null) return;
      if (message.type === 'register') {
        clearTimeout(late);
        const isAnother = hostname !== null && hostname !== message.hostname;
        if (isAnother || socket.bufferedAmount > MAX_UNREAD_BYTES || !register(message.hostname, collector))
          return socket.terminate();
        hostname = message.hostname;
        socket.send('{"type": "register_response", "status": "success"}');
      } else if (hostname !== null) {
        for (const { pid, status } of message.results ?? []) {
          if (collector.asked.delete(pid)) told(hostname, pid, status ?? 'unknown', from);
        }
      }
    });
  };

  return {
    accept(request, socket, head) {
      if (server.clients.size >= MAX_SOCKETS) return void socket.destroy();
      request.socket.setKeepAlive(true, LOOK_AFTER_MS);
      server.handleUpgrade(request, socket, head, (accepted) =>
        serve(accepted, request.socket.remoteAddress ?? ''),
      );
    },
    has: (hostname) => byHost.has(hostname),
    kill(hostname, pids) {
      const collector = byHost.get(hostname);
      if (!collector || collector.socket.readyState !== collector.socket.OPEN) return false;
      collector.asked = new Set(pids);
      collector.socket.send(JSON.stringify({ type: 'kill_processes', pids }));
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
