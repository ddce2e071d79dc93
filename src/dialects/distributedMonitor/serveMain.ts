/**
 * The aggregator of `distributed-monitor` (Go): every machine and its GPUs, in the order in which they became known (its
 * own order was random). The data of a machine that is offline is left out, as there.
 */
import type { NodeSample, NodeStatus } from '../../model/node.ts';
import type { Dialect } from '../dialect.ts';
import { driverIsFresh } from '../figures.ts';
import { freshBody, keptBySample } from '../freshBody.ts';
import { goAnswer, goError, goJson, goNotFound } from '../go.ts';
import type { MainParts } from '../main.ts';
import { redirect } from '../redirect.ts';
import { type GpuInfo, gpuInfo, zonedTime } from './serveNode.ts';

const NODE_PORT = 8081;
/** Go's zero time: before the first answer. */
const NEVER = '0001-01-01T00:00:00Z';

/** What its server would answer; a machine without a GPU is none there, and here a machine without GPUs. */
function answerOf(sample: NodeSample): GpuInfo | { failure: string } {
  const info = gpuInfo(sample);
  const hasNone = sample.gpus.length === 0 && (sample.driver.state === 'absent' || driverIsFresh(sample));
  if (!('failure' in info) || !hasNone) return info;
  return { node_name: sample.hostname, timestamp: zonedTime(sample.takenAtMs), gpus: [] };
}

/** `"status":…` and what follows it, while a machine is there. */
const presentText = keptBySample((sample) => {
  const answer = answerOf(sample);
  return 'failure' in answer
    ? `"status":"offline","error":${goJson(answer.failure)}`
    : `"status":"online","data":${goJson(answer)}`;
});

/** One machine of the array. */
export function nodeText(node: NodeStatus): string {
  const facts = goJson({
    name: nameOf(node),
    host: node.source?.host ?? node.address ?? node.name,
    port: node.source?.dialect === 'distributed-monitor' ? (node.source.port ?? NODE_PORT) : NODE_PORT,
    alias: node.alias === null || node.alias === node.source?.name ? '' : node.alias,
    last_update: node.lastSeenAtMs === null ? NEVER : zonedTime(node.lastSeenAtMs),
  });
  return `${facts.slice(0, -1)},${stateText(node)}}`;
}

/** As the older configuration calls it, where it comes from there: by that name its readers ask. */
const nameOf = ({ name, source }: NodeStatus): string => source?.name ?? name;

export const nodesText = (nodes: readonly NodeStatus[]): string => `[${nodes.map(nodeText).join(',')}]\n`;

/** Stale is a word that it has not: a machine that is a little late is still there. */
function stateText(node: NodeStatus): string {
  const { state, sample } = node;
  if (state === 'unknown' || sample === null) return '"status":"unknown"';
  if (state === 'offline') return `"status":"offline","error":${goJson(absenceOf(node))}`;
  return presentText(sample);
}

function absenceOf({ absence, lastSeenAtMs, source }: NodeStatus): string {
  if (source?.problem) return `Failed to connect: ${source.problem.message}`;
  if (absence === 'goodbye') return 'Failed to connect: its agent was stopped';
  if (absence === 'rebooting') return 'Failed to connect: the machine reboots';
  return `Failed to connect: silent since ${lastSeenAtMs === null ? 'the start' : zonedTime(lastSeenAtMs)}`;
}

/** The aggregator's routes over a hub. */
export function distributedMonitorMain(parts: MainParts): Dialect {
  const all = freshBody(parts.nodes, (nodes) => Buffer.from(nodesText(nodes)), parts.nowMs);
  return {
    name: 'distributed-monitor',
    role: 'main',
    isOpenToPages: false,
    notFound: goNotFound,
    wrongVerb: goNotFound,
    refuse: goError,
    routes: [
      { verbs: 'any', path: '/api/nodes', handle: () => goAnswer(all()) },
      {
        verbs: 'any',
        path: '/api/nodes/*',
        handle({ parameters }) {
          const name = parameters['*'] ?? '';
          const called = parts.nodes().filter((one) => nameOf(one) === name);
          // One that is only said to be called so is not told of in place of one with an agent.
          const node = called.find(({ source }) => source === null) ?? called[0];
          return node ? goAnswer(`${nodeText(node)}\n`) : goError(404, 'Node not found');
        },
      },
      { verbs: ['GET'], path: '/', handle: (called) => redirect(302, parts.pageUrl(called)) },
      { verbs: ['GET'], path: '/index.html', handle: () => redirect(301, './') },
    ],
  };
}
