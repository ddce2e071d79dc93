/**
 * The load generator as a process of its own, so that its cost is not the hub's:
 *
 *   FLOWLINE_JOIN_TOKEN=… node bench/support/agents.ts --hub http://127.0.0.1:3569 --agents 100 --seconds 60
 *
 * Lines of JSON on stdout: `{"event":"ready"}` when all agents are connected, `{"event":"done", …}` with what each sent
 * after so many seconds. Then it keeps the links open, silent, until stdin ends or a signal comes.
 */
import { parseArgs } from 'node:util';
import { openLog } from '../../src/io/log.ts';
import { startLoadAgents } from './loadAgents.ts';
import type { LoadEvent } from './loadEvents.ts';

const { values } = parseArgs({
  options: {
    hub: { type: 'string', default: 'http://127.0.0.1:3569' },
    agents: { type: 'string', default: '100' },
    gpus: { type: 'string', default: '8' },
    processes: { type: 'string', default: '6' },
    interval: { type: 'string', default: '1000' },
    seconds: { type: 'string', default: '60' },
  },
});
const joinToken = process.env.FLOWLINE_JOIN_TOKEN;
if (!joinToken) throw new Error('FLOWLINE_JOIN_TOKEN must hold a join token with a use for each agent');

const say = (event: LoadEvent): void => void process.stdout.write(`${JSON.stringify(event)}\n`);
const startedAtMs = performance.now();
const load = await startLoadAgents({
  hubUrl: values.hub,
  joinToken,
  agents: Number(values.agents),
  gpus: Number(values.gpus),
  processesPerGpu: Number(values.processes),
  intervalMs: Number(values.interval),
  log: openLog('warn'),
});
const end = async (): Promise<void> => {
  await load.stop();
  process.exit(0);
};
process.once('SIGTERM', end);
process.once('SIGINT', end);
process.stdin.once('end', end).resume();

while (!load.facts().every(({ connected }) => connected)) await pause(50);
say({
  event: 'ready',
  agents: Number(values.agents),
  joinedAfterMs: Math.round(performance.now() - startedAtMs),
});

const before = process.cpuUsage();
const beganAtMs = performance.now();
await pause(Number(values.seconds) * 1000);
const { user, system } = process.cpuUsage(before);
const seconds = (performance.now() - beganAtMs) / 1000;
load.pause();
// Samples that were being taken have been sent by then.
await pause(500);
say({
  event: 'done',
  seconds,
  cpuPercent: (user + system) / 1e4 / seconds,
  residentMiB: process.memoryUsage.rss() / 2 ** 20,
  agents: load.facts(),
});

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
