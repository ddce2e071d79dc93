/** A hub: the fleet as it is now, its doors, its interface and its page. This file wires the parts; each is a folder. */
import type { AddressInfo } from 'node:net';
import { hostname, userInfo } from 'node:os';
import { WebSocketServer } from 'ws';
import type { Clock } from '../io/clock.ts';
import { isLoopback, ownNames, reachableHost } from '../io/listenNames.ts';
import type { Log } from '../io/log.ts';
import { type Stops, stops } from '../lib/stops.ts';
import { MAX_LIVE_FRAME_BYTES } from '../model/limits.ts';
import type { NodeStatus } from '../model/node.ts';
import type { Account } from '../protocol/accountApi.ts';
import { LINK_PATH, MACHINE_HEADER } from '../protocol/agentHub.ts';
import type { CallAs } from '../protocol/callAs.ts';
import { LIVE_PATH } from '../protocol/live.ts';
import { openIdentity } from './accounts/identity.ts';
import { openSessions } from './accounts/sessions.ts';
import { openTokens } from './accounts/tokens.ts';
import { agentLinks, type LinkFacts } from './agents/agentLinks.ts';
import { machineTrust } from './agents/machineTrust.ts';
import { openNodeRegistry } from './agents/nodeRegistry.ts';
import { callAs } from './api/callAs.ts';
import { type DoorOptions, LOCAL_ADMINISTRATOR } from './api/doors.ts';
import { handlers } from './api/handlers.ts';
import type { PageFiles } from './api/pageFiles.ts';
import { requestLimits } from './api/requestLimits.ts';
import { apiServer } from './api/server.ts';
import { refuseUpgrade, upgrades } from './api/upgrades.ts';
import { type Audit, openAudit } from './audit.ts';
import { HubError } from './errors.ts';
import { fleetNow } from './fleetNow.ts';
import { keepLastTruths } from './history/lastTruth.ts';
import { recent } from './history/recent.ts';
import { liveScopes } from './live/liveScopes.ts';
import { queueScopes } from './live/queueScopes.ts';
import { watcher } from './live/watcher.ts';
import { openTaskBook } from './tasks/book/openTaskBook.ts';
import { openQueue } from './tasks/queue.ts';
import { openReporters } from './witnesses/reporters.ts';
import { reporterId, type Witnesses, witnesses } from './witnesses/witnesses.ts';

export interface HubOptions {
  dataFolder: string;
  listen: { host: string; port: number };
  /** Names beside loopback and the machine's own by which the hub may be called. */
  hostNames: readonly string[];
  readers: 'link' | 'everyone';
  version: string;
  /** Null for none. */
  page: PageFiles | null;
  clock: Clock;
  log: Log;
}

export interface Hub {
  /** `http://HOST:PORT` as people on this machine reach it. */
  url: string;
  /** The administrator's token of the data folder. */
  localToken: string;
  /** Login name of the user that runs it: whose that token is. */
  user: string;
  /** A link that opens a session as administrator, once, within 10 minutes. */
  createLink(): string;
  /** Makes this machine, or an imagined one, known without a join token: for agents in this very process. */
  admitMachine(machine: {
    hostname: string;
    machineId: string;
    alias?: string;
  }): Promise<{ nodeId: string; nodeToken: string }>;
  linkFacts(): LinkFacts[];
  /** Every machine as it is now, in the order in which they became known. */
  nodes(): NodeStatus[];
  /** Its own routes, for listeners of this process that know their callers by other means. */
  callAs: CallAs;
  /** Whose a token of scope `dialect-write` is; null for any other text. */
  dialectAccount(token: string): Account | null;
  audit: Pick<Audit, 'write'>;
  /** The door for machines that are known by an older dialect. */
  witnesses: Witnesses;
  stop(): Promise<void>;
}

/**
 * Starts a hub.
 * @throws the system's error where the port is taken or the data folder cannot be read.
 */
export async function startHub(options: HubOptions): Promise<Hub> {
  const stopping = stops();
  try {
    return await assemble(options, stopping);
  } catch (failure) {
    await stopping.stop();
    throw failure;
  }
}

async function assemble(
  { dataFolder, listen, version, clock, log, ...options }: HubOptions,
  stopping: Stops,
): Promise<Hub> {
  const identity = await openIdentity(dataFolder);
  const tokens = await openTokens(dataFolder, clock);
  const sessions = await openSessions(dataFolder, clock);
  const registry = await openNodeRegistry(dataFolder);
  const audit = openAudit(dataFolder, clock, log);
  stopping.add(() => audit.stop());
  // Before anything that runs: a database that cannot be used ends the start.
  const book = await openTaskBook({ dataFolder, clock, log });
  stopping.add(() => book.stop());
  const fleet = fleetNow();
  const lastTruths = await keepLastTruths(dataFolder, fleet.records, clock, log);
  stopping.add(() => lastTruths.stop());
  for (const { id, name, alias, mayRun, maintenance } of registry.list()) {
    const truth = await lastTruths.load(id);
    fleet.setNode({
      id,
      name,
      alias,
      mayRun: mayRun === true,
      maintenance,
      ...truth,
      disconnectedAtMs: truth?.lastSeenAtMs ?? null,
    });
  }
  const figures = recent();
  const trust = machineTrust({ registry, fleet, audit, clock, log });
  let sampled = (_nodeId: string): void => {};
  const links = agentLinks({
    fleet,
    clock,
    log,
    sampled(nodeId) {
      const status = fleet.status(nodeId, clock.nowMs());
      if (status?.sample) figures.note(nodeId, status.sample, clock.nowMs());
      sampled(nodeId);
    },
    cloned: (nodeId, from) => void trust.askAgain(nodeId, from, 'two machines use its credential'),
    refused: (nodeId, from, reason) =>
      audit.write({
        who: nodeId,
        what: 'link',
        on: 'hub',
        result: `refused: ${reason}`,
        from,
        door: 'agent',
      }),
  });
  const reporters = await openReporters(dataFolder, reporterId, clock, log);
  stopping.add(() => reporters.stop());
  const older = await witnesses({
    fleet,
    clock,
    lastTruth: lastTruths.load,
    reporters,
    sampled(nodeId) {
      const sample = fleet.status(nodeId, clock.nowMs())?.sample;
      if (sample) figures.note(nodeId, sample, clock.nowMs());
    },
    forgotten(nodeId) {
      figures.forget(nodeId);
      lastTruths
        .forget(nodeId)
        .catch((failure: unknown) =>
          log.warn({ node: nodeId, failure: String(failure) }, 'could not forget what this node last said'),
        );
    },
  });
  const queue = openQueue({ book, fleet, links, registry, audit, clock, log });
  sampled = queue.sampled;
  stopping.add(() => queue.stop());
  const hubUser = ownUser();
  const live = liveScopes({ fleet, clock, privates: queueScopes(queue, hubUser, clock) });
  let server: { close(): Promise<unknown> } | null = null;
  // Sockets first: closing the server waits for every connection.
  stopping.add(async () => {
    live.stop();
    await links.stop();
    await server?.close();
  });

  const doors: DoorOptions = {
    loopbackOnly: isLoopback(listen.host),
    hostNames: ownNames(listen.host, options.hostNames),
    readers: options.readers,
    cookieName: `flowline_${listen.port}`,
    tokens,
    sessions,
  };
  const limits = requestLimits(() => clock.nowMs());
  let url = '';
  const handle = handlers({
    version,
    hubName: hostname(),
    startedAtMs: clock.nowMs(),
    url: () => url,
    fleet,
    links,
    registry,
    witnesses: older,
    identity,
    tokens,
    sessions,
    recent: figures,
    lastTruths,
    audit,
    doors,
    queue,
    hubUser,
    clock,
    log,
  });
  const app = await apiServer({
    doors,
    tokens,
    checkJoin(body) {
      const { machineId } = body as { machineId: string };
      const known = registry.find(machineId);
      if (!known || !links.isConnected(known.id)) return;
      throw new HubError(
        409,
        'machine-connected',
        `a machine with this machine id is connected already, as ${known.name}`,
        'one agent is enough for a machine, and `flowline up` has one: flowline nodes lists it. Only a machine that was cloned from another needs an id of its own: rm /etc/machine-id && systemd-machine-id-setup',
      );
    },
    log,
    limits,
    page: options.page,
    handlers: handle,
  });
  const viewers = new WebSocketServer({
    noServer: true,
    maxPayload: MAX_LIVE_FRAME_BYTES,
    perMessageDeflate: false,
  });
  // Else ws answers in words of its own, and in no shape of ours.
  viewers.on('wsClientError', (failure, socket) =>
    refuseUpgrade(socket, new HubError(400, 'malformed-upgrade', failure.message)),
  );
  server = app;
  app.server.on(
    'upgrade',
    upgrades({
      doors,
      log,
      paths: { link: LINK_PATH, live: LIVE_PATH },
      agentOf: (token) => registry.check(token)?.id ?? null,
      acceptAgent(request, socket, head, nodeId) {
        const from = request.socket.remoteAddress ?? '';
        trust
          .check(nodeId, request.headers[MACHINE_HEADER], from)
          .catch((failure: unknown) =>
            log.error({ node: nodeId, failure: String(failure) }, 'could not keep that a machine asks again'),
          );
        links.accept(request, socket, head, nodeId);
      },
      acceptViewer: (request, socket, head) =>
        viewers.handleUpgrade(request, socket, head, (viewer) =>
          live.serve(viewer, watcher(request.headers, doors)),
        ),
      viewers: live.viewers,
      limits,
    }),
  );
  await app.listen({ host: listen.host, port: listen.port });
  const port = (app.server.address() as AddressInfo).port;
  doors.cookieName = `flowline_${port}`;
  url = `http://${reachableHost(listen.host)}:${port}`;

  return {
    url,
    localToken: tokens.localToken,
    user: hubUser,
    createLink: () => `${url}/#code=${sessions.createCode(LOCAL_ADMINISTRATOR).code}`,
    async admitMachine({ alias, ...machine }) {
      const { node, nodeToken } = await registry.join(machine, clock.nowMs(), true);
      const named =
        alias !== undefined && node.alias === null ? await registry.change(node.id, { alias }) : node;
      fleet.setNode({
        id: node.id,
        name: node.name,
        alias: named?.alias ?? null,
        mayRun: node.mayRun === true,
      });
      return { nodeId: node.id, nodeToken };
    },
    linkFacts: links.facts,
    nodes: () => fleet.all(clock.nowMs()),
    callAs: callAs(handle, doors),
    dialectAccount(token) {
      const found = tokens.check(token);
      if (found?.scope !== 'dialect-write' || found.label === null) return null;
      return { name: found.label, role: found.role ?? 'user' };
    },
    audit,
    witnesses: older,
    stop: () => stopping.stop(),
  };
}

/** Login name of the user that this process runs as; its number where it has none (a container's). */
function ownUser(): string {
  try {
    return userInfo().username;
  } catch {
    return String(process.getuid?.() ?? 0);
  }
}
