/**
 * The hub's HTTP interface as a table: verb, path, right, in, out. Server, client, OpenAPI document and tests read the
 * same lines; a route without a right does not compile. Errors are `{"error": {"code", "message", "hint"}}`.
 */
import * as z from 'zod';
import { Check, SpokenLanguage } from '../model/check.ts';
import { Container } from '../model/container.ts';
import { amount, count, instantMs, message, name, percent, pid } from '../model/fields.ts';
import { Gpu } from '../model/gpu.ts';
import { MAX_PIDS_PER_KILL } from '../model/limits.ts';
import { NodeState, NodeStatus } from '../model/node.ts';
import { FoundProcess, KillOutcome, KillReason } from '../model/process.ts';
import { Session } from '../model/session.ts';
import type { Route } from './route.ts';
import { taskApi } from './taskApi.ts';

export const ErrorBody = z.object({
  error: z.object({ code: z.string(), message: z.string(), hint: z.string().nullable() }),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** A thing of a node, with the node it belongs to. */
const ofNode = { nodeId: name, nodeName: name };

/** A node that was asked and did not answer in time. */
export const Unanswered = z.object({
  ...ofNode,
  reason: message,
  /** Of the same, as in errors; null from a hub that does not say. */
  code: name.nullable().default(null),
  /** As the hub saw the machine when it asked; null from one that does not say. */
  state: NodeState.nullable().default(null),
});
export type Unanswered = z.infer<typeof Unanswered>;

export const ProcessOfNode = z.object({ ...ofNode, ...FoundProcess.shape });
export type ProcessOfNode = z.infer<typeof ProcessOfNode>;

export const Role = z.enum(['viewer', 'user', 'administrator']);
export type Role = z.infer<typeof Role>;

export const Account = z.object({ name, role: Role });
export type Account = z.infer<typeof Account>;

/**
 * `read`, `submit`, `admin`: people and scripts; `join`: lets machines join; `dialect-write`: in the path of an older
 * dialect's address, for its routes that change something, and for nothing else. The label of a `submit` or
 * `dialect-write` token is the login name of whoever acts with it. More scopes come with their doors.
 */
export const TokenScope = z.enum(['read', 'submit', 'admin', 'join', 'dialect-write']);
export type TokenScope = z.infer<typeof TokenScope>;

export const TokenInfo = z.object({
  id: name,
  scope: TokenScope,
  label: name.nullable(),
  /** As what its holder acts; null where the scope says it. */
  role: Role.nullable().default(null),
  createdAtMs: instantMs,
  expiresAtMs: instantMs.nullable(),
  lastUsedAtMs: instantMs.nullable(),
  /** Null: as often as one likes. */
  usesLeft: count.nullable(),
});
export type TokenInfo = z.infer<typeof TokenInfo>;

/** The last minutes of one GPU, oldest first, `intervalMs` apart; null where nothing was read. */
export const RecentFigures = z.object({
  endsAtMs: instantMs,
  intervalMs: count,
  gpus: z.array(
    z.object({
      identity: name,
      utilizationPercent: z.array(percent.nullable()),
      memoryUsedBytes: z.array(count.nullable()),
      powerWatts: z.array(amount.nullable()),
    }),
  ),
  host: z.object({
    cpuPercent: z.array(percent.nullable()),
    memoryUsedBytes: z.array(count.nullable()),
    receiveBytesPerSecond: z.array(amount.nullable()),
  }),
});
export type RecentFigures = z.infer<typeof RecentFigures>;

/** What an administrator says of a machine; what is left out stays as it is. */
export const NodeChange = z
  .strictObject({
    alias: name.nullable().optional(),
    /** Whether it may run tasks. */
    mayRun: z.boolean().optional(),
    maintenance: z.boolean().optional(),
    /** With `maintenance: true`: what for. */
    message: name.nullable().optional(),
    /** With `maintenance: true`: when it ends by itself, by the hub's clock. */
    untilMs: instantMs.nullable().optional(),
  })
  .refine(
    ({ alias, mayRun, maintenance }) => [alias, mayRun, maintenance].some((said) => said !== undefined),
    'say an alias, mayRun or maintenance',
  )
  .refine(
    ({ maintenance, message, untilMs }) =>
      maintenance === true || (message === undefined && untilMs === undefined),
    'message and untilMs belong to maintenance: true',
  );
export type NodeChange = z.infer<typeof NodeChange>;

const text = z.string().max(200);
const wholeNumber = z.coerce.number().int().nonnegative();
const nothing = z.object({});

/** Keeps each route's own schemas in its type, and holds it to the shape of a route. */
const table = <Routes extends Record<string, Route>>(routes: Routes): Routes => routes;

export const hubApi = table({
  health: {
    method: 'GET',
    path: '/api/v1/health',
    right: 'open',
    summary: 'Whether the hub runs, and since when.',
    response: z.object({
      status: z.literal('ok'),
      version: name,
      startedAtMs: instantMs,
      nowMs: instantMs,
      /** It cannot write what it must keep, and so acknowledges and starts nothing; why is in its log. */
      hasQueueTrouble: z.boolean().default(false),
    }),
  },
  ownLog: {
    method: 'GET',
    path: '/api/v1/log',
    right: 'administrator',
    summary: "The newest lines of the hub's own log (with `up` also its agent's), filtered, oldest first.",
    query: z.object({
      /** This level and above. */
      level: z.enum(['debug', 'info', 'warn', 'error']).default('debug'),
      /** All words must be in the line. */
      query: text.default(''),
      limit: wholeNumber.max(2000).default(500),
    }),
    response: z.object({
      lines: z.array(
        z.object({
          atMs: instantMs,
          level: z.enum(['debug', 'info', 'warn', 'error']),
          message,
          facts: z.array(z.tuple([name, message])),
        }),
      ),
      /** Lines that match, of which the newest are told. */
      total: count,
    }),
  },
  openapi: {
    method: 'GET',
    path: '/api/v1/openapi.json',
    right: 'open',
    summary: 'This interface as an OpenAPI 3.1 document.',
    response: z.json(),
  },
  nodes: {
    method: 'GET',
    path: '/api/v1/nodes',
    right: 'viewer',
    summary: 'Every machine with its newest sample.',
    response: z.object({ nodes: z.array(NodeStatus) }),
  },
  node: {
    method: 'GET',
    path: '/api/v1/nodes/{id}',
    right: 'viewer',
    summary: 'One machine with its newest sample.',
    response: NodeStatus,
  },
  changeNode: {
    method: 'PATCH',
    path: '/api/v1/nodes/{id}',
    right: 'administrator',
    summary:
      "Changes a machine's alias, whether it may run tasks, or whether it is in maintenance: not offered, and calling nobody.",
    body: NodeChange,
    response: NodeStatus,
  },
  forgetNode: {
    method: 'DELETE',
    path: '/api/v1/nodes/{id}',
    right: 'administrator',
    summary: 'Forgets a machine and revokes its credential.',
    response: nothing,
  },
  refreshNode: {
    method: 'POST',
    path: '/api/v1/nodes/{id}/refresh',
    // Changes nothing that lasts: whoever may look may ask for a fresh look.
    right: 'viewer',
    summary: 'Has a machine take a sample now.',
    response: nothing,
  },
  checkNode: {
    method: 'GET',
    path: '/api/v1/nodes/{id}/doctor',
    right: 'viewer',
    summary: 'What `flowline doctor` finds on a machine, in this language.',
    query: z.object({ language: SpokenLanguage.default('en') }),
    response: z.object({ checks: z.array(Check) }),
  },
  recentFigures: {
    method: 'GET',
    path: '/api/v1/nodes/{id}/recent',
    right: 'viewer',
    summary: 'The last ten minutes of a machine and its GPUs.',
    response: RecentFigures,
  },
  gpus: {
    method: 'GET',
    path: '/api/v1/gpus',
    right: 'viewer',
    summary: 'Every GPU of the fleet with what it is doing.',
    response: z.object({
      gpus: z.array(
        z.object({ ...ofNode, nodeState: NodeStatus.shape.state, condition: name, ...Gpu.shape }),
      ),
    }),
  },
  processes: {
    method: 'GET',
    path: '/api/v1/processes',
    right: 'viewer',
    summary:
      'Processes of all machines by name, command line, user or pid; asks the agents and says who did not answer.',
    query: z.object({
      query: text.default(''),
      node: text.optional(),
      limit: wholeNumber.max(200).default(50),
    }),
    response: z.object({ processes: z.array(ProcessOfNode), total: count, unanswered: z.array(Unanswered) }),
  },
  killProcesses: {
    method: 'POST',
    path: '/api/v1/processes/kill',
    right: 'user',
    summary: 'Ends processes: SIGTERM, then SIGKILL after a grace; an answer for each.',
    body: z.strictObject({
      targets: z
        .array(z.strictObject({ nodeId: name, pid, startedAtMs: instantMs.nullable() }))
        .min(1)
        .max(MAX_PIDS_PER_KILL),
      graceSeconds: z.number().min(0).max(60).default(5),
    }),
    response: z.object({
      results: z.array(
        z.object({
          ...ofNode,
          pid,
          outcome: z.union([KillOutcome, z.literal('no-answer')]),
          /** Null where the outcome says it all. */
          reason: KillReason.nullable().default(null),
          message,
        }),
      ),
    }),
  },
  containers: {
    method: 'GET',
    path: '/api/v1/containers',
    right: 'viewer',
    summary: 'Containers of all machines.',
    response: z.object({ containers: z.array(z.object({ ...ofNode, ...Container.shape })) }),
  },
  sessions: {
    method: 'GET',
    path: '/api/v1/sessions',
    right: 'viewer',
    summary: 'Terminal sessions (screen, tmux) of all machines.',
    response: z.object({ sessions: z.array(z.object({ ...ofNode, ...Session.shape })) }),
  },
  whoAmI: {
    method: 'GET',
    path: '/api/v1/session',
    right: 'open',
    summary: 'Who is asking, and whether this hub lets him read.',
    response: z.object({
      account: Account.nullable(),
      /** Login name under which he queues tasks: the account's, or for the local administrator that of who runs the hub. */
      login: name.nullable().default(null),
      mayRead: z.boolean(),
      hubName: name,
      hubVersion: name,
      joinAddress: z.string(),
    }),
  },
  openSession: {
    method: 'POST',
    path: '/api/v1/session',
    right: 'open',
    summary:
      'Turns the code of a one-time link into a session: a cookie, and a secret that writes must send as X-FlowLine-Session.',
    body: z.strictObject({ code: text }),
    response: z.object({ account: Account, secret: z.string(), expiresAtMs: instantMs }),
  },
  closeSession: {
    method: 'DELETE',
    path: '/api/v1/session',
    right: 'viewer',
    summary: 'Ends this session.',
    response: nothing,
  },
  createLink: {
    method: 'POST',
    path: '/api/v1/links',
    right: 'administrator',
    summary: 'A link that opens a session once, within 10 minutes.',
    response: z.object({ url: z.string(), expiresAtMs: instantMs }),
  },
  tokens: {
    method: 'GET',
    path: '/api/v1/tokens',
    right: 'administrator',
    summary: 'Tokens, without their secrets.',
    response: z.object({ tokens: z.array(TokenInfo) }),
  },
  createToken: {
    method: 'POST',
    path: '/api/v1/tokens',
    right: 'administrator',
    summary:
      'Creates a token; its secret is told this once. Unless told otherwise a join token is good for one machine and an hour, another for 90 days.',
    body: z.strictObject({
      scope: TokenScope,
      label: name.nullable().default(null),
      lifetimeSeconds: z
        .int()
        .positive()
        .max(10 * 365 * 86_400)
        .nullable()
        .optional(),
      uses: z.int().positive().max(10_000).nullable().optional(),
      /** With `dialect-write`: as what its holder acts; `user` unless said otherwise. */
      role: Role.exclude(['viewer']).optional(),
    }),
    response: z.object({ token: z.string(), info: TokenInfo }),
  },
  revokeToken: {
    method: 'DELETE',
    path: '/api/v1/tokens/{id}',
    right: 'administrator',
    summary: 'Revokes a token.',
    response: nothing,
  },
  join: {
    method: 'POST',
    path: '/api/v1/agents/join',
    right: 'join',
    summary: 'A machine joins with a join token and is given its own credential.',
    body: z.strictObject({ hostname: name, machineId: z.string().min(8).max(128) }),
    response: z.object({ nodeId: name, nodeToken: z.string() }),
  },
  ...taskApi,
});
export type HubApi = typeof hubApi;
export type RouteName = keyof HubApi;
