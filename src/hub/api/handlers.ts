/** What each route of the table does. Doors and parsing are done before; a handler only answers or throws a HubError. */
import type { z } from 'zod';
import { gpuCondition } from '../../fleet/gpuCondition.ts';
import { fleetNode } from '../../fleet/view.ts';
import type { Clock } from '../../io/clock.ts';
import type { NodeStatus } from '../../model/node.ts';
import type { AgentAnswer, AgentRequest } from '../../protocol/agentHub.ts';
import type { Account, HubApi, RouteName } from '../../protocol/hubApi.ts';
import type { PageSessions } from '../accounts/sessions.ts';
import type { Tokens } from '../accounts/tokens.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import type { NodeRegistry } from '../agents/nodeRegistry.ts';
import type { Audit } from '../audit.ts';
import { HubError } from '../errors.ts';
import type { FleetNow } from '../fleetNow.ts';
import type { LastTruths } from '../history/lastTruth.ts';
import type { Recent } from '../history/recent.ts';
import { type Caller, type DoorOptions, openReading } from './doors.ts';
import { openApiDocument } from './openapi.ts';

export interface HubParts {
  version: string;
  hubName: string;
  startedAtMs: number;
  /** Base address by which people reach this hub, e.g. `http://127.0.0.1:3569`. */
  url: () => string;
  fleet: FleetNow;
  links: AgentLinks;
  registry: NodeRegistry;
  tokens: Tokens;
  sessions: PageSessions;
  recent: Recent;
  lastTruths: Pick<LastTruths, 'forget'>;
  audit: Audit;
  doors: DoorOptions;
  clock: Clock;
}

/** A request that came through the doors, parsed by its route's schemas. */
export interface Call<Name extends RouteName> {
  parameters: Record<string, string>;
  query: HubApi[Name] extends { query: infer Query extends z.ZodType }
    ? z.output<Query>
    : Record<string, never>;
  body: HubApi[Name] extends { body: infer Body extends z.ZodType } ? z.output<Body> : undefined;
  caller: Caller;
  /** Network address. */
  from: string;
  setCookie: (value: string, lifetimeSeconds: number) => void;
}

export type Handlers = {
  [Name in RouteName]: (
    call: Call<Name>,
  ) => Promise<z.input<HubApi[Name]['response']>> | z.input<HubApi[Name]['response']>;
};

/** A person waits: an agent that has not answered by then is named instead (architecture.md, journey 8). */
const SEARCH_PATIENCE_MS = 2000;
const REQUEST_PATIENCE_MS = 5000;
const JOIN_TOKEN_LIFETIME_MS = 3_600_000;

/** The handlers over a hub's parts. */
export function handlers(hub: HubParts): Handlers {
  const { fleet, clock, links, audit } = hub;
  const allNodes = (): NodeStatus[] => fleet.all(clock.nowMs());
  const findNode = (id: string | undefined): NodeStatus => {
    const status = fleet.status(id ?? '', clock.nowMs());
    if (!status)
      throw new HubError(
        404,
        'unknown-node',
        `no node has the id ${JSON.stringify((id ?? '').slice(0, 64))}`,
        'GET /api/v1/nodes lists them',
      );
    return status;
  };
  const named = (node: NodeStatus) => ({ nodeId: node.id, nodeName: node.name });
  const note = (call: { caller: Caller; from: string }, what: string, on: string, result: string): void =>
    audit.write({
      who: call.caller.account?.name ?? 'nobody',
      what,
      on,
      result,
      from: call.from,
      door: call.caller.door,
    });

  return {
    health: () => ({
      status: 'ok',
      version: hub.version,
      startedAtMs: hub.startedAtMs,
      nowMs: clock.nowMs(),
    }),
    openapi: () => openApiDocument(hub.version) as z.core.util.JSONType,
    nodes: () => ({ nodes: allNodes() }),
    node: ({ parameters }) => findNode(parameters.id),
    async changeNode(call) {
      const { id } = findNode(call.parameters.id);
      const changed = await hub.registry.setAlias(id, call.body.alias);
      if (changed) fleet.setNode({ id, name: changed.name, alias: changed.alias });
      note(call, 'change-node', id, 'done');
      return findNode(id);
    },
    async forgetNode(call) {
      const { id } = findNode(call.parameters.id);
      await hub.registry.forget(id);
      links.drop(id, 'this node was forgotten');
      fleet.forgetNode(id);
      hub.recent.forget(id);
      await hub.lastTruths.forget(id);
      note(call, 'forget-node', id, 'done');
      return {};
    },
    async refreshNode({ parameters }) {
      const { id } = findNode(parameters.id);
      expectKind(await links.ask(id, { kind: 'refresh' }, REQUEST_PATIENCE_MS), 'refreshed');
      return {};
    },
    async checkNode({ parameters }) {
      const { id } = findNode(parameters.id);
      const { checks } = expectKind(await links.ask(id, { kind: 'doctor' }, REQUEST_PATIENCE_MS), 'checked');
      return { checks };
    },
    recentFigures({ parameters }) {
      const { id } = findNode(parameters.id);
      const figures = hub.recent.figures(id, clock.nowMs());
      if (!figures)
        throw new HubError(
          404,
          'no-figures',
          'nothing was heard of this node since the hub started',
          'wait for its first sample',
        );
      return figures;
    },
    gpus: () => ({
      gpus: allNodes().flatMap((node) => {
        const { sample } = node;
        const view = fleetNode(node).sample;
        return (sample?.gpus ?? []).map((gpu, place) => {
          const viewed = view?.gpus[place];
          const condition =
            sample && viewed
              ? gpuCondition({ nodeState: node.state, driver: sample.driver, gpu: viewed })
              : 'unknown';
          return { ...named(node), nodeState: node.state, condition, ...gpu };
        });
      }),
    }),
    async processes({ query }) {
      const asked = allNodes().filter(
        (node) =>
          query.node === undefined ||
          node.id === query.node ||
          node.name === query.node ||
          node.alias === query.node,
      );
      if (query.node !== undefined && asked.length === 0) findNode(query.node);
      const request: AgentRequest = { kind: 'search-processes', query: query.query, limit: query.limit };
      const answers = await Promise.allSettled(
        asked.map(async (node) =>
          expectKind(await links.ask(node.id, request, SEARCH_PATIENCE_MS), 'processes'),
        ),
      );
      const processes = [];
      const unanswered = [];
      let total = 0;
      for (const [place, node] of asked.entries()) {
        const answer = answers[place];
        if (answer?.status === 'fulfilled') {
          total += answer.value.total;
          processes.push(...answer.value.processes.map((process) => ({ ...named(node), ...process })));
        } else {
          unanswered.push({ ...named(node), reason: reasonOf(answer?.reason) });
        }
      }
      processes.sort(
        (a, b) =>
          (b.gpuMemoryBytes ?? -1) - (a.gpuMemoryBytes ?? -1) ||
          (b.hostMemoryBytes ?? -1) - (a.hostMemoryBytes ?? -1),
      );
      return { processes: processes.slice(0, query.limit), total, unanswered };
    },
    async killProcesses(call) {
      const { targets, graceSeconds } = call.body;
      const byNode = Map.groupBy(targets, (target) => target.nodeId);
      const patienceMs = graceSeconds * 1000 + REQUEST_PATIENCE_MS;
      const results = await Promise.all(
        [...byNode].map(async ([nodeId, wanted]) => {
          const node = findNode(nodeId);
          const request: AgentRequest = {
            kind: 'kill-processes',
            targets: wanted.map(({ pid, startedAtMs }) => ({ pid, startedAtMs })),
            may: 'everyone',
            graceMs: Math.round(graceSeconds * 1000),
          };
          try {
            const answer = expectKind(await links.ask(nodeId, request, patienceMs), 'killed');
            return answer.results.map((result) => ({ ...named(node), ...result }));
          } catch (failure) {
            return wanted.map(({ pid }) => ({
              ...named(node),
              pid,
              outcome: 'no-answer' as const,
              message: reasonOf(failure),
            }));
          }
        }),
      );
      const flat = results.flat();
      for (const result of flat) note(call, 'kill-process', `${result.nodeId}:${result.pid}`, result.outcome);
      return { results: flat };
    },
    containers: () => ({
      containers: allNodes().flatMap((node) =>
        (node.sample?.containers ?? []).map((container) => ({ ...named(node), ...container })),
      ),
    }),
    sessions: () => ({
      sessions: allNodes().flatMap((node) =>
        (node.sample?.sessions ?? []).map((session) => ({ ...named(node), ...session })),
      ),
    }),
    whoAmI: ({ caller }) => ({
      account: caller.account && !caller.cookieOnly ? caller.account : null,
      mayRead: openReading(hub.doors) || caller.account !== null,
      hubName: hub.hubName,
      hubVersion: hub.version,
      joinAddress: hub.url(),
    }),
    async openSession(call) {
      const opened = await hub.sessions.redeem(call.body.code);
      if (!opened)
        throw new HubError(
          401,
          'unknown-code',
          'this link was used already, is too old, or is not of this hub',
          'run `flowline token link` for another',
        );
      call.setCookie(opened.cookie, Math.floor((opened.expiresAtMs - clock.nowMs()) / 1000));
      audit.write({
        who: opened.account.name,
        what: 'open-session',
        on: 'hub',
        result: 'done',
        from: call.from,
        door: 'page',
      });
      return { account: opened.account, secret: opened.secret, expiresAtMs: opened.expiresAtMs };
    },
    async closeSession(call) {
      if (call.caller.sessionId) await hub.sessions.close(call.caller.sessionId);
      call.setCookie('', 0);
      return {};
    },
    createLink(call) {
      const account: Account = { name: 'local administrator', role: 'administrator' };
      const { code, expiresAtMs } = hub.sessions.createCode(account);
      note(call, 'create-link', 'hub', 'done');
      return { url: `${hub.url()}/#code=${code}`, expiresAtMs };
    },
    tokens: () => ({ tokens: hub.tokens.list() }),
    async createToken(call) {
      const { scope, label, lifetimeSeconds, uses } = call.body;
      const defaultLifetimeMs = scope === 'join' ? JOIN_TOKEN_LIFETIME_MS : null;
      const created = await hub.tokens.create({
        scope,
        label,
        lifetimeMs:
          lifetimeSeconds === undefined
            ? defaultLifetimeMs
            : lifetimeSeconds === null
              ? null
              : lifetimeSeconds * 1000,
        uses: uses === undefined ? (scope === 'join' ? 1 : null) : uses,
      });
      note(call, 'create-token', created.info.id, scope);
      return created;
    },
    async revokeToken(call) {
      const id = call.parameters.id ?? '';
      if (!(await hub.tokens.revoke(id)))
        throw new HubError(
          404,
          'unknown-token',
          `no token has the id ${JSON.stringify(id.slice(0, 64))}`,
          '`flowline token list` shows them',
        );
      note(call, 'revoke-token', id, 'done');
      return {};
    },
    async join(call) {
      const { node, nodeToken } = await hub.registry.join(call.body, clock.nowMs());
      fleet.setNode({ id: node.id, name: node.name, alias: node.alias });
      audit.write({
        who: node.id,
        what: 'join',
        on: node.name,
        result: 'done',
        from: call.from,
        door: 'agent',
      });
      return { nodeId: node.id, nodeToken };
    },
  };
}

/** @throws HubError where the agent said that it failed, or answered another question. */
function expectKind<Kind extends AgentAnswer['kind']>(
  answer: AgentAnswer,
  kind: Kind,
): Extract<AgentAnswer, { kind: Kind }> {
  if (answer.kind === kind) return answer as Extract<AgentAnswer, { kind: Kind }>;
  if (answer.kind === 'failed') throw new HubError(502, answer.code, answer.message);
  throw new HubError(502, 'bad-answer', `the agent answered ${answer.kind} where ${kind} was asked`);
}

const reasonOf = (failure: unknown): string =>
  (failure instanceof Error ? failure.message : String(failure)).slice(0, 500);
