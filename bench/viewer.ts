/**
 * Somebody who looks at the whole fleet, as a process of his own: how old each sample is when it reaches him.
 *
 *   node bench/viewer.ts http://127.0.0.1:3569
 *
 * Counts from the first SIGUSR2 to the second, then says what it saw as one line of JSON and ends. Sample and viewer are on one machine:
 * one clock.
 */
import WebSocket from 'ws';
import type { LiveMessage } from '../src/protocol/live.ts';
import { percentile, rounded } from './support/figures.ts';

export interface Seen {
  /** From a sample's taking until its change was here and parsed. */
  latencyMs: { p50: number; p95: number; p99: number };
  samples: number;
  messages: number;
  bytes: number;
}

/** What a patch of the `fleet` scope says of a node; only the instant matters here. */
type NodeChange = { sample?: { takenAtMs?: number } } | null;

const socket = new WebSocket(`${process.argv[2]?.replace('http', 'ws')}/api/v1/live`);
let counting = false;
let messages = 0;
let bytes = 0;
const latenciesMs: number[] = [];

socket.on('open', () => socket.send(JSON.stringify({ type: 'subscribe', scope: 'fleet' })));
socket.on('message', (data: Buffer) => {
  const message = JSON.parse(data.toString('utf8')) as LiveMessage;
  if (!counting || message.type !== 'patch') return;
  const nowMs = Date.now();
  messages += 1;
  bytes += data.length;
  const { nodes } = message.patch as { nodes?: Record<string, NodeChange> };
  for (const change of Object.values(nodes ?? {})) {
    const takenAtMs = change?.sample?.takenAtMs;
    if (takenAtMs !== undefined) latenciesMs.push(nowMs - takenAtMs);
  }
});
process.on('SIGUSR2', () => {
  if (!counting) {
    counting = true;
    return;
  }
  const seen: Seen = {
    latencyMs: {
      p50: rounded(percentile(latenciesMs, 50)),
      p95: rounded(percentile(latenciesMs, 95)),
      p99: rounded(percentile(latenciesMs, 99)),
    },
    samples: latenciesMs.length,
    messages,
    bytes,
  };
  console.log(JSON.stringify(seen));
  process.exit(0);
});
