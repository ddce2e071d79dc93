/**
 * `npm run bench`: what FlowLine costs, as whole processes from the bundle. Prints the figures beside their aims, keeps
 * them in bench/results/latest.json and puts them into bench/README.md. `--seconds 10` for a quick look; `--repeat 1`
 * measures each once instead of three times; `--only agent` (or another name of `alone`) prints what that costs and keeps nothing.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { measureDecisions } from './decide.ts';
import { measureDialects } from './dialects.ts';
import { type HubCost, measureHub } from './hub.ts';
import { logRatio, measureLogs } from './logs.ts';
import { measureMap } from './map.ts';
import { measureOldNodes } from './oldNodes.ts';
import { measureQueue, type QueueCost } from './queue.ts';
import { type Measured, report } from './report.ts';
import { measureRole, type RoleCost } from './roles.ts';
import { measureStore } from './store.ts';
import type { StoreCost } from './storeLoad.ts';
import { describeMachine, loadNow } from './support/machine.ts';
import { measureTables } from './tables.ts';

const DECISIONS = 500;

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '60' },
    repeat: { type: 'string', default: '3' },
    agents: { type: 'string', default: '100,500' },
    queued: { type: 'string', default: '100000' },
    only: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
/** What can be measured by itself. */
const alone: Record<string, () => Promise<unknown>> = {
  agent: () => measureRole('agent', seconds),
  up: () => measureRole('up', seconds),
  decisions: () => measureDecisions(Number(values.queued), DECISIONS),
  map: measureMap,
  'old-nodes': () => measureOldNodes(seconds),
  tables: () => measureTables(Number(values.queued)),
  logs: async () => {
    const cost = await measureLogs();
    return { ...cost, timesAsLongAsThePipe: logRatio(cost) };
  },
  queue: measureQueue,
  dialects: measureDialects,
};
if (values.only !== undefined) {
  const measure = Object.hasOwn(alone, values.only) ? alone[values.only] : undefined;
  if (measure === undefined) {
    console.error(`bench: nothing is called ${values.only}; there are ${Object.keys(alone).join(', ')}`);
    process.exit(2);
  }
  console.log(JSON.stringify(await measure(), null, 2));
  process.exit(0);
}
const loads: number[] = [];

const agent = middle(await repeat('agent', () => measureRole('agent', seconds)));
const up = middle(await repeat('up', () => measureRole('up', seconds)));
const store = middleStore(await repeat('the task book', measureStore));
const queue = middleQueue(await repeat('the queue', measureQueue));
const hubs: Measured['hubs'] = [];
for (const agents of values.agents.split(',').map(Number)) {
  hubs.push(leastDisturbed(await repeat(`hub with ${agents} agents`, () => measureHub(agents, seconds))));
}
const decisions = await measureDecisions(Number(values.queued), DECISIONS);
const tables = await measureTables(Number(values.queued));
const logs = await measureLogs();

const measured: Measured = {
  at: new Date().toISOString().slice(0, 10),
  machine: describeMachine(),
  load: [Math.min(...loads), Math.max(...loads)],
  seconds,
  agent,
  up,
  store,
  queue,
  hubs,
  decisions,
  tables,
  logs,
};
mkdirSync(join(import.meta.dirname, 'results'), { recursive: true });
writeFileSync(join(import.meta.dirname, 'results', 'latest.json'), `${JSON.stringify(measured, null, 2)}\n`);
const text = report(measured);
putIntoReadme(text);
console.log(text);

async function repeat<Cost>(what: string, measure: () => Promise<Cost>): Promise<[Cost, ...Cost[]]> {
  const costs: [Cost, ...Cost[]] = [await measure()];
  for (loads.push(loadNow()); costs.length < Number(values.repeat); loads.push(loadNow())) {
    console.error(`${what}: ${costs.length} of ${values.repeat}, load ${loads.at(-1)}`);
    costs.push(await measure());
  }
  return costs;
}

/** The one in the middle counts, whole, so that its figures belong together. */
function middle(costs: [RoleCost, ...RoleCost[]]): RoleCost {
  const sorted = costs.toSorted((a, b) => a.cpuPercent - b.cpuPercent);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? costs[0];
}

function middleStore(costs: [StoreCost, ...StoreCost[]]): StoreCost {
  const sorted = costs.toSorted((a, b) => a.completionsPerSecond - b.completionsPerSecond);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? costs[0];
}

function middleQueue(costs: [QueueCost, ...QueueCost[]]): QueueCost {
  const sorted = costs.toSorted((a, b) => a.gap.p95Ms - b.gap.p95Ms);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? costs[0];
}

/** Of a hub the one that others kept waiting least: how late a viewer sees a sample is mostly that. */
function leastDisturbed(costs: [HubCost, ...HubCost[]]): HubCost {
  return costs.toSorted((a, b) => a.hubWaitedPercent - b.hubWaitedPercent)[0] ?? costs[0];
}

/** Between the two marks; what people wrote around them stays. */
function putIntoReadme(figures: string): void {
  const path = join(import.meta.dirname, 'README.md');
  const [before = '', rest = ''] = readFileSync(path, 'utf8').split('<!-- figures -->\n');
  const after = rest.split('<!-- end of figures -->')[1] ?? '';
  writeFileSync(path, `${before}<!-- figures -->\n\n${figures}\n\n<!-- end of figures -->${after}`);
}
