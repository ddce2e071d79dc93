/** What a route's handler is given, what it may use of the hub, and the few things that all handlers do alike. */
import type { z } from 'zod';
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import type { NodeStatus } from '../../model/node.ts';
import type { AgentAnswer } from '../../protocol/agentHub.ts';
import type { HubApi, RouteName } from '../../protocol/hubApi.ts';
import type { HubIdentity } from '../accounts/identity.ts';
import type { PageSessions } from '../accounts/sessions.ts';
import type { Tokens } from '../accounts/tokens.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import type { NodeRegistry } from '../agents/nodeRegistry.ts';
import type { Audit } from '../audit.ts';
import { HubError } from '../errors.ts';
import type { FleetNow } from '../fleetNow.ts';
import type { LastTruths } from '../history/lastTruth.ts';
import type { Recent } from '../history/recent.ts';
import type { Queue } from '../tasks/queue.ts';
import type { Witnesses } from '../witnesses/witnesses.ts';
import type { Caller, DoorOptions } from './doors.ts';

export interface HubParts {
  version: string;
  hubName: string;
  startedAtMs: number;
  /** Base address by which people reach this hub, e.g. `http://127.0.0.1:3569`. */
  url: () => string;
  fleet: FleetNow;
  links: AgentLinks;
  registry: NodeRegistry;
  witnesses: Witnesses;
  identity: HubIdentity;
  tokens: Tokens;
  sessions: PageSessions;
  recent: Recent;
  lastTruths: Pick<LastTruths, 'forget'>;
  audit: Audit;
  doors: DoorOptions;
  queue: Queue;
  /** Login name of the user that runs this hub: whose the local administrator's token is. */
  hubUser: string;
  clock: Clock;
  /** The program's own log, for who may read it. */
  log: Log;
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
  /** The header Idempotency-Key: a repeated request is answered as the first. */
  idempotencyKey: string | null;
  setCookie: (value: string, lifetimeSeconds: number) => void;
}

export type Handlers = {
  [Name in RouteName]: (
    call: Call<Name>,
  ) => Promise<z.input<HubApi[Name]['response']>> | z.input<HubApi[Name]['response']>;
};

/** How long a person waits for an agent's answer to anything but a search. */
export const REQUEST_PATIENCE_MS = 5000;

/** The node that a route's parameter names. @throws HubError 404. */
export function findNode(
  { fleet, clock }: Pick<HubParts, 'fleet' | 'clock'>,
  id: string | undefined,
): NodeStatus {
  const status = fleet.status(id ?? '', clock.nowMs());
  if (status) return status;
  throw new HubError(
    404,
    'unknown-node',
    `no node has the id ${JSON.stringify((id ?? '').slice(0, 64))}`,
    'GET /api/v1/nodes lists them',
  );
}

/**
 * The same, where only an agent can do what is asked.
 * @throws HubError 404, or 409 for a machine that is known by an older dialect.
 */
export function findNodeWithAgent(
  hub: Pick<HubParts, 'fleet' | 'clock'>,
  id: string | undefined,
): NodeStatus {
  const status = findNode(hub, id);
  if (status.source === null) return status;
  throw new HubError(409, 'no-agent', noAgent(status.source.dialect), 'let `flowline agent` run on it');
}

/** Why a machine can be looked at, and nothing else. */
export const noAgent = (dialect: string): string =>
  `this machine has no agent: it is read by ${dialect}, which only shows figures`;

/** How a node is named beside what belongs to it. */
export const named = (node: NodeStatus) => ({ nodeId: node.id, nodeName: node.name });

/** Writes what somebody did to the audit trail. */
export function noteDeed(
  audit: Audit,
  { caller, from }: { caller: Caller; from: string },
  what: string,
  on: string,
  result: string,
): void {
  audit.write({ who: caller.account?.name ?? 'nobody', what, on, result, from, door: caller.door });
}

/** @throws HubError where the agent said that it failed, or answered another question. */
export function expectKind<Kind extends AgentAnswer['kind']>(
  answer: AgentAnswer,
  kind: Kind,
): Extract<AgentAnswer, { kind: Kind }> {
  if (answer.kind === kind) return answer as Extract<AgentAnswer, { kind: Kind }>;
  if (answer.kind === 'failed') throw new HubError(502, answer.code, answer.message);
  throw new HubError(502, 'bad-answer', `the agent answered ${answer.kind} where ${kind} was asked`);
}
