/** Puts the older systems' interfaces that were asked for on their ports, over a hub that runs. */
import { join } from 'node:path';
import type { Agent } from '../agent/agent.ts';
import { CommandFailure, EXIT } from '../cli/context.ts';
import type { StartingWords } from '../cli/words/starting.ts';
import type { Problem } from '../cli/words/submitProblems.ts';
import { clusterStatusNode } from '../dialects/clusterStatus/nodeDialect.ts';
import { clusterStatusMain } from '../dialects/clusterStatus/serveMain.ts';
import type { Dialect } from '../dialects/dialect.ts';
import { distributedMonitorNode } from '../dialects/distributedMonitor/nodeDialect.ts';
import { distributedMonitorMain } from '../dialects/distributedMonitor/serveMain.ts';
import { flowlineMonitorNode } from '../dialects/flowlineMonitor/nodeDialect.ts';
import { flowlineMonitorMain } from '../dialects/flowlineMonitor/serveMain.ts';
import type { TaskOrigin } from '../dialects/flowlineScheduler/create.ts';
import { openGpuNumbers } from '../dialects/flowlineScheduler/numbers.ts';
import { flowlineMain } from '../dialects/flowlineScheduler/serveMain.ts';
import { gpuMonitorMain } from '../dialects/gpuMonitor/serveMain.ts';
import { type DialectListenOptions, serveDialect } from '../dialects/listener.ts';
import type { Called, MainParts } from '../dialects/main.ts';
import type { NodeParts } from '../dialects/node.ts';
import { olderPages } from '../dialects/pages.ts';
import { type RefusalTrail, refusalTrail } from '../dialects/refusals.ts';
import { writeDoor } from '../dialects/writes.ts';
import type { Hub } from '../hub/hub.ts';
import type { Clock } from '../io/clock.ts';
import { hostOf, isLoopback } from '../io/listenNames.ts';
import type { Log } from '../io/log.ts';
import { whoListens } from '../io/portHolder.ts';
import { type Stops, stops } from '../lib/stops.ts';
import type { DialectName, DialectOptions, NamedNetwork } from '../model/dialect.ts';
import { reportingWitnessId } from '../model/witness.ts';
import { withoutCredentials } from '../protocol/supervision.ts';
import { takeReports } from './oldNodes.ts';

/** The main roles that are served. */
const MAINS: Partial<
  Record<DialectName, (parts: MainParts, surroundings: MainSurroundings) => Dialect | Promise<Dialect>>
> = {
  'flowline-monitor': flowlineMonitorMain,
  'cluster-status': clusterStatusMain,
  'gpu-monitor': gpuMonitorMain,
  'distributed-monitor': distributedMonitorMain,
  flowline: serveFlowline,
};

/** The node roles that are served. */
const NODES: Partial<Record<DialectName, (parts: NodeParts) => Dialect>> = {
  'flowline-monitor': flowlineMonitorNode,
  'cluster-status': clusterStatusNode,
  'distributed-monitor': distributedMonitorNode,
};

export interface DialectSurroundings {
  options: DialectOptions;
  hostNames: readonly string[];
  clock: Clock;
  log: Log;
  words: StartingWords;
}

/** What main roles need of the hub's own surroundings beside that. */
export interface MainSurroundings extends DialectSurroundings {
  dataFolder: string;
  /** Of tasks that clients of the older FlowLine create. */
  origin: TaskOrigin;
}

/**
 * Serves each main role that was asked for.
 * @returns lines for the terminal, one for each.
 * @throws CommandFailure, with nothing of it left running.
 */
export async function serveMains(
  hub: Hub,
  listen: { host: string },
  surroundings: MainSurroundings,
  stopping: Stops,
): Promise<string[]> {
  const { clock, options, words } = surroundings;
  const parts: MainParts = {
    nodes: hub.nodes,
    callAs: hub.callAs,
    audit: hub.audit,
    takeReport: takeReports(hub.witnesses, clock, surroundings.log),
    isReporting: (hostname) => hub.witnesses.isWitness(reportingWitnessId('gpu-monitor', hostname)),
    whenForgotten: (forgotten) =>
      hub.witnesses.whenForgotten(({ dialect, hostname }) => {
        if (dialect === 'gpu-monitor') forgotten(hostname);
      }),
    pageUrl: (called) => pageUrl(hub.url, listen.host, called),
    startedAtMs: clock.nowMs(),
    nowMs: () => clock.nowMs(),
  };
  const served = stops();
  stopping.add(() => served.stop());
  const refusals = refusalTrail(hub.audit, clock);
  served.add(refusals.stop);
  const lines: string[] = [];
  for (const listener of options.mains) {
    const build = MAINS[listener.name];
    if (!build) throw new Error(`${listener.name} is not served as main yet`);
    const { url, stop } = await openListener(
      { ...listener, option: `--dialect ${listener.name}=` },
      await build(parts, surroundings),
      { hub, refusals },
      surroundings,
    );
    served.add(stop);
    lines.push(`  ${words.speaks(listener.name, url)}${openness(listener.host, words)}`);
    if (listener.name === 'flowline') lines.push(`    ${words.ownTasks}`);
    for (const { name, network } of options.writes)
      if (name === listener.name) lines.push(`    ${words.mayChange(network)}`);
    const reporters = networksOf(options.reporters, listener.name);
    if (reporters.length > 0) lines.push(`    ${words.reportsFrom(reporters.join(', '))}`);
  }
  if (options.pages) {
    const listener = { ...options.pages, name: words.olderPages, option: '--dialect-pages ' };
    const { url, stop } = await openListener(listener, olderPages(parts.pageUrl), { refusals }, surroundings);
    served.add(stop);
    lines.push(`  ${words.leads(url)}`);
  }
  return lines;
}

/**
 * Serves each node role that was asked for, from what the agent last sampled.
 * @returns lines for the terminal, one for each.
 * @throws CommandFailure, with nothing of it left running.
 */
export async function serveNodes(
  agent: Pick<Agent, 'newestSample'>,
  surroundings: DialectSurroundings,
  stopping: Stops,
): Promise<string[]> {
  const { clock, options, words } = surroundings;
  const parts: NodeParts = {
    sample: () => agent.newestSample(),
    password: options.password,
    nowMs: () => clock.nowMs(),
  };
  const served = stops();
  stopping.add(() => served.stop());
  const lines: string[] = [];
  for (const listener of options.nodes) {
    const build = NODES[listener.name];
    if (!build) throw new Error(`${listener.name} is not served as node yet`);
    const { url, stop } = await openListener(
      { ...listener, option: `--node-dialect ${listener.name}=` },
      build(parts),
      {},
      surroundings,
    );
    served.add(stop);
    lines.push(
      `  ${words.answersAsNode(listener.name, url)}${listener.name === 'cluster-status' ? words.withPassword : openness(listener.host, words)}`,
    );
  }
  return lines;
}

/** They have no login: what is open is said. */
const openness = (host: string, words: StartingWords): string => (isLoopback(host) ? '' : words.open);

/** Tasks that come without a folder and an environment are given those of the hub, as the older FlowLine's were. */
export function taskOrigin(user: string, environment: Record<string, string | undefined>): TaskOrigin {
  const variables = Object.entries(environment).filter(
    (one): one is [string, string] => one[1] !== undefined,
  );
  return {
    user,
    workingDirectory: process.cwd(),
    environment: withoutCredentials(Object.fromEntries(variables)),
  };
}

async function serveFlowline(
  parts: MainParts,
  { dataFolder, origin, log }: MainSurroundings,
): Promise<Dialect> {
  const numbers = await openGpuNumbers(join(dataFolder, 'flowline-gpu-numbers.json'), (failure) =>
    log.error({ failure: String(failure) }, 'could not keep the numbers of GPUs for the older FlowLine'),
  );
  return flowlineMain({ ...parts, numbers, origin });
}

const networksOf = (named: readonly NamedNetwork[], dialect: string): string[] =>
  named.filter(({ name }) => name === dialect).map(({ network }) => network);

const failed = ({ what, hint }: Problem): CommandFailure => new CommandFailure(EXIT.failed, what, hint);

/** One listener, with the doors that all have. @throws CommandFailure */
async function openListener(
  { name, host, port, option }: { name: string; host: string; port: number; option: string },
  dialect: Dialect,
  { hub, refusals }: { hub?: Pick<Hub, 'dialectAccount'>; refusals?: RefusalTrail },
  { options, hostNames, clock, log, words }: DialectSurroundings,
) {
  const listening: DialectListenOptions = {
    listen: { host, port },
    hostNames,
    writes: writeDoor({
      name,
      accountOf: (token) => hub?.dialectAccount(token) ?? null,
      networks: networksOf(options.writes, name),
      reporters: networksOf(options.reporters, name),
    }),
    ...(refusals ? { refusals } : {}),
    nowMs: () => clock.nowMs(),
    log,
  };
  try {
    return await serveDialect(dialect, listening);
  } catch (failure) {
    const code = failure instanceof Error && 'code' in failure ? failure.code : null;
    if (code === 'EADDRINUSE')
      throw failed(
        words.dialectPortTaken(
          `${host}:${port}`,
          name,
          (await whoListens(port)) ?? words.someoneElse,
          `${option}${host}:PORT`,
        ),
      );
    if (code === 'EADDRNOTAVAIL') throw failed(words.notOurs(host, `${option}HOST:PORT`));
    throw failure;
  }
}

/**
 * Where our page is for whoever called by a `Host` header: the same name with the hub's port, or the hub's own address
 * where it listens on this machine only. Whoever came through a server in front of us that speaks TLS, or that alone
 * reaches the hub, finds the page there too, at the usual port of its scheme (docs/behind-nginx.md): the hub's own port
 * knows no TLS, and no way leads to it.
 */
export function pageUrl(hubUrl: string, hubHost: string, { host, passedOn }: Called): string {
  const name = hostOf(host);
  const isOnlyHere = isLoopback(hubHost);
  const isNamed = name !== '' && !isLoopback(name.replace(/^\[|\]$/g, ''));
  if (passedOn !== null && isNamed && (passedOn === 'https' || isOnlyHere)) return `${passedOn}://${name}/`;
  if (isOnlyHere) return `${hubUrl}/`;
  const url = new URL(hubUrl);
  return `${url.protocol}//${name || url.hostname}:${url.port}/`;
}
