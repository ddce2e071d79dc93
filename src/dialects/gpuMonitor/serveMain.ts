/**
 * The server of `gpu-monitor`: every machine under its host name as its collector would have reported it, those whose older
 * collectors push here too, and, once opened, ending processes. Its own answer to a kill came before anything was done;
 * ours says what became of it, in its words where it was done.
 */
import * as z from 'zod';
import { MAX_NAME_CHARACTERS, MAX_PIDS_PER_KILL } from '../../model/limits.ts';
import type { NodeSample, NodeStatus } from '../../model/node.ts';
import { isEnded } from '../../model/process.ts';
import { reportingWitnessId } from '../../model/witness.ts';
import type { Answer, Dialect, WriteRequest, Writer } from '../dialect.ts';
import { flaskError, flaskWrongVerb } from '../flask.ts';
import { freshBody, keptBySample } from '../freshBody.ts';
import type { MainParts } from '../main.ts';
import { pythonAnswer, pythonJson } from '../python.ts';
import { redirect } from '../redirect.ts';
import { type Collectors, collectors } from './collectors.ts';
import { newcomers } from './newcomers.ts';
import { hostnameOf, MAX_REPORT_BYTES, type PushedReports, pushedReports } from './pushedReports.ts';
import { machineText, reportText } from './report.ts';

const ONLINE_MS = 10_000;
const NO_HOSTNAME = '未提供主机名';
const NO_PIDS = '未提供进程 ID 列表';
const NOT_ONLINE = '目标主机不在线';
const SENT = '命令已发送到客户端';
const TOO_MANY_MACHINES =
  'flowline: too many new machines from this address; they are let in one after another';

const sampleText = keptBySample(reportText);

/**
 * Machines that were seen, by the host name that they have here: a second one of a name is told apart by its id. A machine
 * with an agent is never the second of one that is only said to be called so.
 */
export function namedMachines(
  nodes: readonly NodeStatus[],
): Map<string, NodeStatus & { sample: NodeSample }> {
  const agents = new Set(nodes.flatMap(({ name, source }) => (source === null ? [name] : [])));
  const named = new Map<string, NodeStatus & { sample: NodeSample }>();
  for (const node of nodes) {
    const { name, id, source, sample } = node;
    const isSecond = named.has(name) || (source !== null && agents.has(name));
    if (sample) named.set(isSecond ? `${name} (${id})` : name, { ...node, sample });
  }
  return named;
}

/** The whole body. @param pushed what older collectors said; an agent's own word comes before it. */
export function statsText(
  nodes: readonly NodeStatus[],
  nowMs: number,
  pushed: readonly [hostname: string, text: string][] = [],
): string {
  const named = namedMachines(nodes);
  const ours = [...named].map(([hostname, { sample, lastSeenAtMs, state }]) => {
    const isYoung = lastSeenAtMs !== null && nowMs - lastSeenAtMs <= ONLINE_MS;
    // One that samples every 15 s is online in between: its next report is not late.
    const isOnline = state === 'online' || (state === 'stale' && isYoung);
    return [hostname, machineText(sampleText(sample), isOnline)] as const;
  });
  const members = [...ours, ...pushed.filter(([hostname]) => !named.has(hostname))].map(
    ([hostname, text]) => `${pythonJson(hostname)}:${text}`,
  );
  return `{"machines":{${members.join(',')}}}\n`;
}

const KillRequest = z.object({
  hostname: z.string().max(MAX_NAME_CHARACTERS).optional(),
  pids: z
    .array(
      z
        .int()
        .positive()
        .max(2 ** 31),
    )
    .max(MAX_PIDS_PER_KILL)
    .optional(),
});

/** The server's routes over a hub. */
export function gpuMonitorMain(parts: MainParts): Dialect {
  const reports = pushedReports(parts.nowMs);
  const arriving = newcomers(parts.nowMs);
  parts.whenForgotten?.(reports.forget);
  const isNewcomer = (hostname: string | null): boolean =>
    hostname !== null && !reports.has(hostname) && parts.isReporting?.(hostname) !== true;
  const sockets = collectors(
    (hostname, pid, status, from) =>
      parts.audit.write({
        // Never an account's name, whatever it calls itself.
        who: reportingWitnessId('gpu-monitor', hostname),
        what: 'kill-process',
        on: `${hostname}:${pid}`,
        result: status,
        from,
        door: 'dialect',
      }),
    parts.nowMs,
  );
  // All of it is ASCII, which latin1 writes several times as fast as UTF-8.
  const encode = (nodes: readonly NodeStatus[]) =>
    Buffer.from(statsText(withoutPushed(nodes, reports), parts.nowMs(), reports.machines()), 'latin1');
  const all = freshBody(parts.nodes, encode, parts.nowMs);

  return {
    name: 'gpu-monitor',
    role: 'main',
    isOpenToPages: true,
    notFound: () => flaskError(404),
    wrongVerb: flaskWrongVerb,
    refuse: failure,
    routes: [
      {
        verbs: ['GET'],
        path: '/api/gpu-stats',
        handle: () => ({ status: 200, type: 'application/json', body: all() }),
      },
      {
        verbs: ['POST'],
        path: '/api/report-gpu-stats',
        pushes: true,
        body: 'json',
        bodyLimitBytes: MAX_REPORT_BYTES,
        handle({ body, from }) {
          // Before all of it is checked and masked, which is what costs.
          if (isNewcomer(hostnameOf(body)) && !arriving.admit(from)) return failure(429, TOO_MANY_MACHINES);
          try {
            const report = reports.take(body);
            parts.takeReport?.(report, from);
          } catch (wrong) {
            return failure(400, `flowline: ${wrong instanceof Error ? wrong.message : 'malformed'}`);
          }
          return pythonAnswer('{"status":"success"}');
        },
      },
      {
        verbs: ['POST'],
        path: '/api/kill-processes',
        writes: true,
        body: 'json',
        handle: (request) => kill(parts, sockets, request),
      },
      { verbs: ['GET'], path: '/', handle: (called) => redirect(302, parts.pageUrl(called)) },
    ],
    upgrade(request, socket, head) {
      // Not by URL, which throws where a path begins with two slashes.
      const [path] = (request.url ?? '').split('?', 1);
      if (path === '/ws') sockets.accept(request, socket, head);
      else socket.destroy();
    },
    stop: sockets.stop,
  };
}

/** Machines that push here are told as they pushed, with every field, not by what the hub made of it. */
const withoutPushed = (nodes: readonly NodeStatus[], reports: PushedReports): NodeStatus[] =>
  nodes.filter(({ source, name }) => !(source?.dialect === 'gpu-monitor' && reports.has(name)));

async function kill(parts: MainParts, sockets: Collectors, request: WriteRequest): Promise<Answer> {
  const { writer, from } = request;
  const wanted = KillRequest.safeParse(request.body ?? {});
  if (!wanted.success) return failure(400, 'flowline: hostname is a text, pids are whole numbers');
  const { hostname, pids } = wanted.data;
  if (!hostname) return failure(400, NO_HOSTNAME);
  if (!pids || pids.length === 0) return failure(400, NO_PIDS);
  const node = namedMachines(parts.nodes()).get(hostname);
  if (node && node.source === null) return killHere(parts, node, pids, writer, from);
  if (!sockets.has(hostname)) return failure(404, NOT_ONLINE);
  return killThere(parts, sockets, { hostname, pids, writer, from });
}

/** By its agent, which looks whose each process is. */
async function killHere(
  { callAs }: MainParts,
  { id, state, sample }: NodeStatus & { sample: NodeSample },
  pids: readonly number[],
  writer: Writer,
  from: string,
): Promise<Answer> {
  if (state === 'offline') return failure(404, NOT_ONLINE);
  const startedAtMs = new Map(
    sample.gpus.flatMap(({ processes }) => processes.map((one) => [one.pid, one.startedAtMs] as const)),
  );
  const targets = pids.map((pid) => ({ nodeId: id, pid, startedAtMs: startedAtMs.get(pid) ?? null }));
  const { results } = await callAs('killProcesses', { ...writer, from }, { body: { targets } });
  const left = results.filter(({ outcome }) => !isEnded(outcome));
  if (left.length === 0) return pythonAnswer(pythonJson({ message: SENT, status: 'success' }));
  if (left.every(({ outcome }) => outcome === 'no-answer')) return failure(404, NOT_ONLINE);
  const sentences = left.slice(0, 8).map(({ pid, message }) => `${pid}: ${message}`);
  const status = left.every(({ outcome }) => outcome === 'not-allowed') ? 403 : 500;
  return failure(status, `flowline: ${left.length} of ${results.length} not ended; ${sentences.join('; ')}`);
}

/** By its collector, which ends whatever it is told: so that is for administrators. */
function killThere(
  { audit }: MainParts,
  sockets: Collectors,
  {
    hostname,
    pids,
    writer,
    from,
  }: { hostname: string; pids: readonly number[]; writer: Writer; from: string },
): Answer {
  const { name, role } = writer.account;
  const note = (pid: number, result: string): void =>
    audit.write({ who: name, what: 'kill-process', on: `${hostname}:${pid}`, result, from, door: 'dialect' });
  if (role !== 'administrator') {
    for (const pid of pids) note(pid, 'not-allowed');
    return failure(403, 'flowline: an older collector ends whatever it is told; that is for administrators');
  }
  for (const pid of pids) note(pid, 'asked');
  if (!sockets.kill(hostname, pids)) return failure(404, NOT_ONLINE);
  return pythonAnswer(pythonJson({ message: SENT, status: 'success' }));
}

function failure(status: number, message: string): Answer {
  return pythonAnswer(pythonJson({ message, status: 'error' }), status);
}
