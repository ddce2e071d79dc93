/**
 * Imagined nodes of the three older systems that are polled: many in one process, real HTTP on loopback. Each listens on
 * 127.0.0.1 by a port of its own, and answers as it is told to.
 */
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { PolledDialect } from '../../src/dialects/reading/nodeReader.ts';

/** `silent`: takes the question and says nothing; `slow`: answers after a while; `garbage`: something else answers. */
export type Manner = 'well' | 'silent' | 'garbage' | 'slow';

export interface OlderNode {
  dialect: PolledDialect;
  hostname: string;
  host: string;
  port: number;
  manner: Manner;
  /** When it was asked, so far, by a clock that never jumps. */
  askedAtMs(): readonly number[];
}

export interface OlderFleet {
  nodes: OlderNode[];
  stop(): Promise<void>;
}

export const SLOW_MS = 1500;
const GARBAGE = ['<!doctype html><title>It works!</title>', '[1, 2', '{"error": "no"}', '\u0000\u0001', ''];

/** Starts one for each manner. Which system it speaks goes round; `gpus` cards each. */
export async function startOlderNodes(manners: readonly Manner[], gpus = 8): Promise<OlderFleet> {
  const started = await Promise.all(manners.map((manner, place) => startNode(manner, place, gpus)));
  return {
    nodes: started.map(({ node }) => node),
    async stop() {
      await Promise.all(started.map(({ stop }) => stop()));
    },
  };
}

const DIALECTS: PolledDialect[] = ['flowline-monitor', 'cluster-status', 'distributed-monitor'];

async function startNode(manner: Manner, place: number, gpus: number) {
  const dialect = DIALECTS[place % DIALECTS.length] ?? 'flowline-monitor';
  const hostname = `old-${String(place).padStart(3, '0')}`;
  const askedAtMs: number[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((request, response) => {
    askedAtMs.push(performance.now());
    request.resume();
    const answer = (): void => {
      response.end(
        manner === 'garbage'
          ? GARBAGE[place % GARBAGE.length]
          : JSON.stringify(bodyOf(dialect, hostname, gpus, askedAtMs.length)),
      );
    };
    if (manner === 'slow') setTimeout(answer, SLOW_MS);
    else if (manner !== 'silent') answer();
  });
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const node: OlderNode = {
    dialect,
    hostname,
    host: '127.0.0.1',
    port: (server.address() as AddressInfo).port,
    manner,
    askedAtMs: () => askedAtMs,
  };
  return {
    node,
    async stop() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const MIB = 2 ** 20;
const PEOPLE = ['wang', 'lin', 'mila', 'otto'];

/** What it answers: figures that differ each time, so that a change can be seen. */
function bodyOf(dialect: PolledDialect, hostname: string, gpus: number, asked: number): object {
  const cards = Array.from({ length: gpus }, (_, index) => ({
    index,
    used: ((index * 7 + asked) % 80) * 1000,
    utilization: (index * 11 + asked) % 100,
    pids: index % 3 === 0 ? [] : [1000 + index, 2000 + index],
  }));
  const name = 'NVIDIA H100 80GB HBM3';
  const now = new Date();
  if (dialect === 'flowline-monitor')
    return {
      timestamp: now.getTime() / 1000,
      system: {
        hostname,
        cpu_model: 'AMD EPYC 7742',
        cpu_cores: 64,
        cpu_usage: asked % 100,
        cpu_temperature: { package: 51 },
        memory: { total: 503.5, used: 120.25, available: 383.25, percent: 23.9 },
        swap: { total: 8, used: 0, free: 8, percent: 0 },
        os: 'Linux 5.15.0-52-generic',
      },
      gpus: cards.map(({ index, used, utilization, pids }) => ({
        id: index,
        name,
        memory: { total: 81_559, used, free: 81_559 - used },
        utilization,
        temperature: 40 + index,
        power: { current: 120.5, max: 700 },
        processes: pids.map((pid) => ({
          pid,
          name: 'python',
          username: pid % 2 ? 'Host Process' : 'lxc-wang',
          start_time: 'N/A',
          elapsed_time: '01:02:03',
          memory_mb: 5000,
          cmdline: 'python train.py --lr 0.1',
        })),
      })),
    };
  if (dialect === 'cluster-status')
    return {
      hostname,
      last_update: localText(now),
      ips: [['eno1', '192.168.0.3']],
      gpus: cards.map(({ index, used, utilization, pids }) => ({
        index,
        name,
        use_mem: used,
        tot_mem: 81_559,
        utilize: utilization,
        temp: 40 + index,
        users: pids.map((pid, place) => ({
          pid,
          'mem(MiB)': 5000,
          username: PEOPLE[(index + place) % PEOPLE.length],
          command: 'python train.py --api-key sk-live-1234567890abcdef',
        })),
      })),
    };
  return {
    node_name: hostname,
    timestamp: now.toISOString(),
    gpus: cards.map(({ index, used, utilization, pids }) => ({
      id: `00000000:${(16 + index).toString(16)}:00.0`,
      name,
      utilization,
      memory_used: used * MIB,
      memory_total: 81_559 * MIB,
      temperature: 40 + index,
      power_usage: 120_500,
      power_limit: 700_000,
      processes: pids.map((pid) => ({ pid, name: '/usr/bin/python3', used: 5000 * MIB })),
    })),
  };
}

/** As Python writes local time: `2026-11-22T11:20:48.770000`. */
function localText(at: Date): string {
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().replace('Z', '000');
}
