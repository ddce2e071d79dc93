/**
 * A hub that only imagines: it serves the built page under the product's content policy and answers the routes that the
 * page asks, from an imagined fleet. So the page can be tested and drawn without agents; never part of the product.
 */
import { createReadStream, existsSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import { WebSocketServer } from 'ws';
import { diff, type Json, UNCHANGED } from '../../src/fleet/patch.ts';
import { fleetNode } from '../../src/fleet/view.ts';
import type { NodeStatus } from '../../src/model/node.ts';
import type { Account } from '../../src/protocol/accountApi.ts';
import { LIVE_PATH } from '../../src/protocol/live.ts';
import type { ImaginedQueue } from './imaginedQueue.ts';

/** Exactly what the product's hub sends with the page. */
export const CONTENT_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

export interface ImaginedHubOptions {
  /** The fleet at an instant. */
  fleet: (nowMs: number) => NodeStatus[];
  /** Its queue; null for a hub without one. */
  queue?: ImaginedQueue;
  /** Whom a link logs in. */
  account?: Account;
  port?: number;
  tickMs?: number;
}

const SECRET = 'secret-of-the-imagined-hub';
const TYPES: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Starts the hub on loopback; answers its address, the pids it was asked to end, and its stop. */
export async function startImaginedHub(options: ImaginedHubOptions) {
  const page = new URL('../../dist/page/', import.meta.url).pathname;
  const ended = new Set<number>();
  let account: Account | null = null;
  const fleet = (): NodeStatus[] => withoutEnded(options.fleet(Date.now()), ended);

  const server = createServer(async (request, response) => {
    const url = new URL(request.url ?? '/', 'http://hub');
    if (!url.pathname.startsWith('/api/')) return servePage(page, url.pathname, response);
    const [status, body] = await answer(request, url);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(body));
  });

  async function answer(request: IncomingMessage, url: URL): Promise<[number, unknown]> {
    const route = `${request.method} ${url.pathname}`;
    if (route === 'GET /api/v1/session') {
      const joinAddress = 'http://10.20.6.9:3569';
      const known = request.headers['x-flowline-session'] === SECRET ? account : null;
      return [200, { account: known, mayRead: true, hubName: 'lab', hubVersion: '0.1.0', joinAddress }];
    }
    if (route === 'GET /api/v1/health') {
      const nowMs = Date.now();
      return [200, { status: 'ok', version: '0.1.0', startedAtMs: nowMs - 3 * 3_600_000, nowMs }];
    }
    if (route === 'GET /api/v1/log') {
      const lines = [
        { atMs: Date.now(), level: 'warn', message: 'a node refused an attempt', facts: [['node', 'vega']] },
      ];
      return [200, { lines, total: lines.length }];
    }
    if (route === 'POST /api/v1/session') {
      const { code } = await readBody(request);
      if (code !== 'open')
        return [401, error('link-used', 'That link was used or is older than 10 minutes.')];
      account = options.account ?? { name: 'lw', role: 'administrator' };
      return [200, { account, secret: SECRET, expiresAtMs: Date.now() + 3_600_000 }];
    }
    if (route === 'DELETE /api/v1/session') {
      account = null;
      return [200, {}];
    }
    if (route === 'GET /api/v1/processes') return [200, search(fleet(), url.searchParams.get('query') ?? '')];
    if (route === 'POST /api/v1/processes/kill') {
      if (request.headers['x-flowline-session'] !== SECRET) return [401, error('login', 'Log in first.')];
      const { targets } = await readBody(request);
      return [200, { results: targets.map((target: { nodeId: string; pid: number }) => end(target)) }];
    }
    if (options.queue && /^\/api\/v1\/(queue|tables|tasks)/.test(url.pathname)) {
      if (request.headers['x-flowline-session'] !== SECRET) return [401, error('login', 'Log in first.')];
      const told = await options.queue.answer(request.method ?? 'GET', url, () => readBody(request));
      if (told) return told;
    }
    const [, id, what] = /^\/api\/v1\/nodes\/([^/]+)\/(\w+)$/.exec(url.pathname) ?? [];
    const node = fleet().find((each) => each.id === id);
    if (!node) return [404, error('not-found', `There is no ${url.pathname} here.`)];
    if (what === 'recent') return [200, recent(node)];
    if (what === 'doctor') return [200, { checks: CHECKS }];
    return [200, {}];
  }

  function end({ nodeId, pid }: { nodeId: string; pid: number }) {
    ended.add(pid);
    return { nodeId, nodeName: nodeId, pid, outcome: 'done', message: 'It ended after SIGTERM.' };
  }

  const sockets = new WebSocketServer({ server, path: LIVE_PATH });
  sockets.on('connection', (socket) => {
    const scopes = new Map<string, { sequence: number; state: Json }>();
    let identified = false;
    const say = (message: object): void => socket.send(JSON.stringify(message));
    const stateOf = (scope: string, nodes: NodeStatus[]): Json =>
      JSON.parse(
        JSON.stringify(
          scope === 'queue'
            ? (options.queue?.status() ?? null)
            : scope.startsWith('task:')
              ? (options.queue?.detail(scope.slice(5)) ?? null)
              : scope === 'fleet'
                ? {
                    nodes: Object.fromEntries(nodes.map((node) => [node.id, fleetNode(node)])),
                    order: nodes.map((node) => node.id),
                  }
                : (nodes.find((node) => `node:${node.id}` === scope) ?? null),
        ),
      );
    socket.on('message', (data) => {
      const message = JSON.parse(String(data));
      if (message.type === 'identify') {
        identified = message.secret === SECRET;
        return;
      }
      if (
        message.type === 'subscribe' &&
        /^(queue$|task:)/.test(message.scope) &&
        !(identified && options.queue)
      ) {
        say({ type: 'error', code: 'login', message: 'log in first', scope: message.scope });
        return;
      }
      if (message.type === 'unsubscribe') return void scopes.delete(message.scope);
      const state = stateOf(message.scope, fleet());
      scopes.set(message.scope, { sequence: 1, state });
      say({ type: 'snapshot', scope: message.scope, sequence: 1, atMs: Date.now(), state });
    });
    const timer = setInterval(() => {
      const nodes = fleet();
      for (const [scope, entry] of scopes) {
        const state = stateOf(scope, nodes);
        const patch = diff(entry.state, state);
        if (patch === UNCHANGED) continue;
        entry.state = state;
        entry.sequence += 1;
        say({ type: 'patch', scope, sequence: entry.sequence, atMs: Date.now(), patch });
      }
      say({ type: 'quiet', atMs: Date.now() });
    }, options.tickMs ?? 1000);
    socket.on('close', () => clearInterval(timer));
  });

  await new Promise<void>((resolve) => server.listen(options.port ?? 0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    ended,
    stop: () =>
      new Promise<void>((resolve) => {
        for (const client of sockets.clients) client.terminate();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

const error = (code: string, message: string) => ({ error: { code, message, hint: null } });

async function readBody(request: IncomingMessage) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return JSON.parse(text);
}

function servePage(folder: string, path: string, response: ServerResponse): void {
  const wanted = join(folder, normalize(path));
  const file = extname(wanted) !== '' && existsSync(wanted) ? wanted : join(folder, 'index.html');
  response.writeHead(200, {
    'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
    'content-security-policy': CONTENT_POLICY,
  });
  createReadStream(file).pipe(response);
}

function withoutEnded(nodes: NodeStatus[], ended: ReadonlySet<number>): NodeStatus[] {
  if (ended.size === 0) return nodes;
  return nodes.map((node) => {
    if (!node.sample) return node;
    const gpus = node.sample.gpus.map((gpu) => ({
      ...gpu,
      processes: gpu.processes.filter((process) => !ended.has(process.pid)),
    }));
    return { ...node, sample: { ...node.sample, gpus } };
  });
}

function search(nodes: NodeStatus[], query: string) {
  const wanted = query
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const processes = nodes
    .filter((node) => node.state === 'online')
    .flatMap((node) =>
      (node.sample?.gpus ?? []).flatMap((gpu) =>
        gpu.processes.map(({ memoryUsedBytes, ...process }) => ({
          nodeId: node.id,
          nodeName: node.name,
          ...process,
          gpus: [gpu.index],
          gpuMemoryBytes: memoryUsedBytes,
        })),
      ),
    )
    .filter((process) => {
      const text = `${process.pid} ${process.name} ${process.command} ${process.user}`.toLowerCase();
      return wanted.every((word) => text.includes(word));
    });
  const unanswered = [{ nodeId: 'rigel', nodeName: 'rigel', reason: 'no answer within 2 s' }];
  return {
    processes: processes.slice(0, 50),
    total: processes.length,
    unanswered: nodes.length > 1 ? unanswered : [],
  };
}

function recent(node: NodeStatus) {
  const points = Array.from({ length: 600 }, (_, place) => place);
  const noise = (place: number, seed: number): number =>
    Math.abs(Math.sin(place * 12.9898 + seed * 78.233) * 43_758.5453) % 1;
  return {
    endsAtMs: node.sample?.takenAtMs ?? Date.now(),
    intervalMs: 1000,
    gpus: (node.sample?.gpus ?? []).map((gpu) => ({
      identity: gpu.uuid ?? `index-${gpu.index}`,
      utilizationPercent: points.map((place) => {
        const now = gpu.utilizationPercent;
        if (now === null) return null;
        if (now < 5)
          return gpu.processes.length > 0 && place < 330 ? 60 + 25 * noise(place >> 3, gpu.index) : 0;
        return Math.min(
          100,
          now - 4 * noise(place, gpu.index) - (noise(place >> 3, gpu.index + 3) > 0.94 ? 40 : 0),
        );
      }),
      memoryUsedBytes: points.map(() => gpu.memoryUsedBytes),
      powerWatts: points.map((place) =>
        gpu.powerWatts === null ? null : gpu.powerWatts * (0.96 + 0.04 * noise(place, 5)),
      ),
    })),
    host: {
      cpuPercent: points.map((place) =>
        Math.min(100, (node.sample?.host.cpuPercent ?? 0) * (0.85 + 0.3 * noise(place >> 2, 1))),
      ),
      memoryUsedBytes: points.map(() => node.sample?.host.memoryUsedBytes ?? null),
      receiveBytesPerSecond: points.map((place) => 1e9 * noise(place >> 2, 2)),
    },
  };
}

const CHECKS = [
  {
    name: 'driver-library',
    result: 'problem',
    found:
      'libnvidia-ml.so.1 was not found: by the loader, in /usr/lib/wsl/lib, /run/opengl-driver/lib, nvidia/current.',
    advice: 'Install the NVIDIA driver, or name the library in FLOWLINE_NVML.',
  },
  {
    name: 'driver-module',
    result: 'problem',
    found: 'The kernel module nvidia is not loaded; nouveau is.',
    advice: 'Install the driver and reboot.',
  },
  { name: 'glibc', result: 'ok', found: '2.35; 2.28 or newer is needed.', advice: null },
  { name: 'data-folder', result: 'ok', found: '~/.local/state/flowline, mode 0700.', advice: null },
  { name: 'docker', result: 'note', found: 'Docker is not installed.', advice: 'Not needed.' },
];
