/**
 * The main of `cluster-status`: `GET /get-status`, every machine with its GPUs and who is on them, in the order in which
 * they became known. A machine whose figures are older than a minute has `status: false` and keeps them, as there; by the
 * hub's clock, so that a node whose clock is wrong is not called dead for it.
 */
import type { NodeSample, NodeStatus } from '../../model/node.ts';
import type { Dialect } from '../dialect.ts';
import { nakedTime } from '../figures.ts';
import { flaskError, flaskWrongVerb } from '../flask.ts';
import { freshBody, keptBySample } from '../freshBody.ts';
import type { MainParts } from '../main.ts';
import { pythonJson } from '../python.ts';
import { redirect } from '../redirect.ts';
import { driverAgeMs, nodeAddresses, nodeGpus } from './serveNode.ts';

/** `node_expire_time` there. */
const EXPIRES_AFTER_MS = 60_000;

/** Up to the time of the last update. */
const figuresText = keptBySample((sample) => {
  const { hostname, host } = sample;
  const figures = { gpus: nodeGpus(sample), hostname, ips: nodeAddresses(host) };
  return pythonJson(figures).slice(0, -1);
});
const versionText = keptBySample((sample) => pythonJson(versionOf(sample)));

/** What cards it has: the name of the first, which is a text for every machine, or its readers fail. */
const versionOf = (sample: NodeSample): string => nodeGpus(sample)[0]?.name ?? '';

/** One machine of the list. */
export function mainNodeText({ name, lastSeenAtMs, sample }: NodeStatus, nowMs: number): string {
  if (sample === null || lastSeenAtMs === null) {
    return pythonJson({ gpus: [], hostname: name, status: false, version: '' });
  }
  const updatedAtMs = lastSeenAtMs - driverAgeMs(sample);
  const isAlive = nowMs - updatedAtMs <= EXPIRES_AFTER_MS;
  return `${figuresText(sample)},"last_update":"${nakedTime(updatedAtMs)}","status":${isAlive},"version":${versionText(sample)}}`;
}

/** The whole body. */
export const mainText = (nodes: readonly NodeStatus[], nowMs: number): string =>
  `{"Nodes":[${nodes.map((node) => mainNodeText(node, nowMs)).join(',')}]}\n`;

/** The main's routes over a hub. */
export function clusterStatusMain(parts: MainParts): Dialect {
  const encode = (nodes: readonly NodeStatus[]) => Buffer.from(mainText(nodes, parts.nowMs()), 'latin1');
  const all = freshBody(parts.nodes, encode, parts.nowMs);
  return {
    name: 'cluster-status',
    role: 'main',
    isOpenToPages: false,
    notFound: () => flaskError(404),
    wrongVerb: flaskWrongVerb,
    // Never JSON: its readers take any object for an answer.
    refuse: flaskError,
    routes: [
      {
        verbs: ['GET'],
        path: '/get-status',
        handle: () => ({ status: 200, type: 'application/json', body: all() }),
      },
      { verbs: ['GET'], path: '/', handle: (called) => redirect(302, parts.pageUrl(called)) },
    ],
  };
}
