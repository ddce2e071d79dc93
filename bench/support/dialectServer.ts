/**
 * A process that serves the older systems' mains over 200 machines whose samples change once a second, and beside each a
 * bare fastify route that sends the same bytes: what the dialects cost beyond sending. Prints its ports as JSON.
 */
import type { AddressInfo } from 'node:net';
import Fastify from 'fastify';
import { clusterStatusMain } from '../../src/dialects/clusterStatus/serveMain.ts';
import type { Dialect } from '../../src/dialects/dialect.ts';
import { distributedMonitorMain } from '../../src/dialects/distributedMonitor/serveMain.ts';
import { flowlineMonitorMain } from '../../src/dialects/flowlineMonitor/serveMain.ts';
import { gpuMonitorMain } from '../../src/dialects/gpuMonitor/serveMain.ts';
import { serveDialect } from '../../src/dialects/listener.ts';
import type { MainParts } from '../../src/dialects/main.ts';
import { writeDoor } from '../../src/dialects/writes.ts';
import { silentLog } from '../../src/io/log.ts';
import type { NodeStatus } from '../../src/model/node.ts';
import type { CallAs } from '../../src/protocol/callAs.ts';
import { type ImaginedProcess, imagineGpu, imagineNode, load } from '../../test/support/imaginedFleet.ts';

const MACHINES = Number(process.argv[2] ?? 200);
const GPUS = 8;
const PROCESSES = 6;
const NO_LIMIT = { perSecond: 1e9, burst: 1e9 };

const MAINS: [path: string, build: (parts: MainParts) => Dialect][] = [
  ['/api/slaves', flowlineMonitorMain],
  ['/api/gpu-stats', gpuMonitorMain],
  ['/get-status', clusterStatusMain],
  ['/api/nodes', distributedMonitorMain],
];

/** A machine as it is now: 8 cards, 6 processes on each. */
function machine(place: number, nowMs: number): NodeStatus {
  const gpus = Array.from({ length: GPUS }, (_, index) => {
    const processes: ImaginedProcess[] = Array.from({ length: PROCESSES }, (_, one) => ({
      owner: `user${(place + one) % 40}`,
      gib: 10 + one,
      sm: 15,
      minutes: 60 * one + 7,
      command: `python train.py --config configs/run-${one}.yaml --seed ${place}`,
      pid: 10_000 + 100 * index + one,
    }));
    return load(imagineGpu(index, 'H100 80GB HBM3', 80, 700), (nowMs + index) % 100, nowMs, processes);
  });
  return imagineNode(
    {
      name: `gpu-${String(place).padStart(3, '0')}`,
      alias: null,
      address: `10.20.${Math.floor(place / 250)}.${(place % 250) + 1}`,
      cpuPercent: 12.5,
      memoryUsedGib: 300,
      memoryTotalGib: 1024,
      diskPercent: 40,
      gpus,
    },
    nowMs,
  );
}

const nodes = Array.from({ length: MACHINES }, (_, place) => machine(place, Date.now()));
// One machine after another, so that in each second each has a new sample.
let next = 0;
setInterval(() => {
  for (let step = 0; step < Math.ceil(MACHINES / 50); step += 1) {
    nodes[next] = machine(next, Date.now());
    next = (next + 1) % MACHINES;
  }
}, 20);

const parts: MainParts = {
  nodes: () => nodes,
  callAs: (async () => ({})) as unknown as CallAs,
  audit: { write() {} },
  pageUrl: () => '/',
  startedAtMs: Date.now(),
  nowMs: Date.now,
};

const served = [];
for (const [path, build] of MAINS) {
  const dialect = build(parts);
  const startedAtMs = performance.now();
  const route = dialect.routes.find((one) => one.path === path);
  if (!route || route.writes) throw new Error(`${dialect.name} tells nothing at ${path}`);
  const first = await route.handle({
    ...{
      parameters: {},
      query: {},
      body: null,
      contentType: '',
      host: '',
      passedOn: null,
      from: '',
      writer: null,
    },
  });
  const encodeAllMs = performance.now() - startedAtMs;
  const bytes = Buffer.from(first.body);
  const { url } = await serveDialect(dialect, {
    listen: { host: '127.0.0.1', port: 0 },
    hostNames: [],
    writes: writeDoor({ name: dialect.name, accountOf: () => null, networks: [], reporters: [] }),
    nowMs: Date.now,
    log: silentLog,
    requests: NO_LIMIT,
  });
  const bare = Fastify({ logger: false });
  bare.get(path, (_request, reply) => reply.header('content-type', 'application/json').send(bytes));
  await bare.listen({ host: '127.0.0.1', port: 0 });
  const barePort = (bare.server.address() as AddressInfo).port;
  served.push({
    ...{ dialect: dialect.name, path, bytes: bytes.length, encodeAllMs },
    ...{ url: `${url}${path}`, bareUrl: `http://127.0.0.1:${barePort}${path}` },
  });
}
console.log(JSON.stringify(served));
