/**
 * The master of `flowline-monitor`: every machine under its address with the body that its slave would answer, in the
 * order in which they became known. A machine that is gone keeps its last data, as there. It writes nothing; `refresh`
 * has agents take a sample now, 3 s at most, and is asked of each machine once however many ask.
 */
import type { NodeStatus } from '../../model/node.ts';
import type { Answer, Dialect } from '../dialect.ts';
import { localTime, uptime } from '../figures.ts';
import { flaskError, flaskWrongVerb } from '../flask.ts';
import { freshBody, keptBySample } from '../freshBody.ts';
import { asReader, type MainParts } from '../main.ts';
import { pythonAnswer, pythonJson } from '../python.ts';
import { distinctAddresses } from './addresses.ts';
import { FRACTIONS } from './fractions.ts';
import { slaveInfo } from './serveNode.ts';

const SLAVE_PORT = 5001;
/** `request_timeout` there: a slave that has not answered by then is not waited for. */
const REFRESH_PATIENCE_MS = 3000;

const dataText = keptBySample((sample) => pythonJson(slaveInfo(sample), FRACTIONS));

/** One machine under the address that it has here. */
export function slaveText(node: NodeStatus, ip: string): string {
  const { name, lastSeenAtMs, sample, source } = node;
  const online = node.state === 'online' || node.state === 'stale';
  const facts = pythonJson(
    {
      error: online ? null : absenceOf(node, ip),
      ip,
      last_seen: lastSeenAtMs === null ? null : lastSeenAtMs / 1000,
      name: source?.name ?? node.alias ?? name,
      online,
      port: source?.dialect === 'flowline-monitor' ? (source.port ?? SLAVE_PORT) : SLAVE_PORT,
    },
    FRACTIONS,
  );
  return `{"data":${sample ? dataText(sample) : 'null'},${facts.slice(1)}`;
}

/** All of them, keyed by address. Joined as text: an object would sort keys that look like numbers. */
export function slavesText(nodes: readonly NodeStatus[]): string {
  const addresses = distinctAddresses(nodes);
  const members = nodes.map((node, place) => {
    const ip = addresses[place] ?? node.id;
    return `${pythonJson(ip)}:${slaveText(node, ip)}`;
  });
  return `{${members.join(',')}}`;
}

function absenceOf({ name, absence, lastSeenAtMs, source }: NodeStatus, ip: string): string {
  if (source?.problem) return source.problem.message;
  const who = `${name} (${ip})`;
  if (absence === 'goodbye') return `The agent of ${who} was stopped`;
  if (absence === 'rebooting') return `${who} reboots`;
  if (lastSeenAtMs === null) return `No answer from ${who} yet`;
  const { date, time } = localTime(lastSeenAtMs);
  return `No answer from ${who} since ${date} ${time}`;
}

/** The master's routes over a hub. */
export function flowlineMonitorMain(parts: MainParts): Dialect {
  // All of it is ASCII, which latin1 writes several times as fast as UTF-8.
  const encode = (nodes: readonly NodeStatus[]) => Buffer.from(`${slavesText(nodes)}\n`, 'latin1');
  const all = freshBody(parts.nodes, encode, parts.nowMs);

  const find = (ip: string): NodeStatus | null => {
    const nodes = parts.nodes();
    return nodes[distinctAddresses(nodes).indexOf(ip)] ?? null;
  };
  const slave = (ip: string): Answer => {
    const node = find(ip);
    return node ? pythonAnswer(slaveText(node, ip)) : notThere();
  };
  const refresh = refresher(parts);

  return {
    name: 'flowline-monitor',
    role: 'main',
    isOpenToPages: true,
    notFound: () => flaskError(404),
    wrongVerb: flaskWrongVerb,
    refuse: (status, sentence) => error(sentence, status),
    routes: [
      {
        verbs: ['GET'],
        path: '/api/slaves',
        handle: () => ({ status: 200, type: 'application/json', body: all() }),
      },
      { verbs: ['GET'], path: '/api/slaves/:ip', handle: ({ parameters }) => slave(parameters.ip ?? '') },
      {
        verbs: ['POST'],
        path: '/api/slaves/:ip/refresh',
        async handle({ parameters, from }) {
          const ip = parameters.ip ?? '';
          const node = find(ip);
          if (!node) return notThere();
          await refresh([node], from);
          return slave(ip);
        },
      },
      {
        verbs: ['POST'],
        path: '/api/refresh',
        async handle({ from }) {
          await refresh(parts.nodes(), from);
          return pythonAnswer('{"success":true}');
        },
      },
      {
        verbs: ['GET'],
        path: '/api/health',
        handle() {
          const nodes = parts.nodes();
          const isOnline = ({ state }: NodeStatus): boolean => state === 'online' || state === 'stale';
          const health = {
            slaves_online: nodes.filter(isOnline).length,
            slaves_total: nodes.length,
            status: 'ok',
            timestamp: parts.nowMs() / 1000,
          };
          return pythonAnswer(pythonJson(health, FRACTIONS));
        },
      },
      {
        verbs: ['GET'],
        path: '/api/system/uptime',
        handle: () => pythonAnswer(JSON.stringify(uptime(parts.nowMs() - parts.startedAtMs))),
      },
    ],
  };
}

const error = (sentence: string, status: number): Answer =>
  pythonAnswer(pythonJson({ error: sentence }), status);
const notThere = (): Answer => error('Slave not found', 404);

/** Has machines that are there take a sample; who is asked already is not asked twice. */
function refresher(parts: MainParts): (nodes: readonly NodeStatus[], from: string) => Promise<void> {
  const asked = new Map<string, Promise<unknown>>();
  const ask = (id: string, from: string): Promise<unknown> => {
    const before = asked.get(id);
    if (before) return before;
    const asking = parts
      .callAs('refreshNode', asReader('flowline-monitor', from), { parameters: { id } })
      // Whoever does not answer shows it by its age.
      .catch(() => {})
      .finally(() => asked.delete(id));
    asked.set(id, asking);
    return asking;
  };
  return async (nodes, from) => {
    const there = nodes.filter(({ state }) => state === 'online' || state === 'stale');
    let late: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      late = setTimeout(resolve, REFRESH_PATIENCE_MS);
    });
    await Promise.race([Promise.all(there.map(({ id }) => ask(id, from))), patience]);
    clearTimeout(late);
  };
}
