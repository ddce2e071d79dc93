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
import { accountApi } from './accountApi.ts';
import { queueApi } from './queueApi.ts';
import { routes } from './route.ts';
import { tableApi } from './tableApi.ts';
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

/** `configured`: the configuration of the hub names it, and it would be asked again. */
export const ForgetOutcome = z.enum(['forgotten', 'configured', 'unknown']);
export type ForgetOutcome = z.infer<typeof ForgetOutcome>;
/** All that a hub may know. */
const MAX_FORGOTTEN_AT_ONCE = 7000;

const text = z.string().max(200);
const wholeNumber = z.coerce.number().int().nonnegative();
const nothing = z.object({});

export const hubApi = routes({
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
    // Not z.json(), which is told by a reference to itself: in the document that would be the whole document.
    response: z.looseObject({ openapi: z.string() }),
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
  forgetNodes: {
    method: 'POST',
    path: '/api/v1/nodes/forget',
    right: 'administrator',
    summary: 'Forgets several machines and revokes their credentials; an answer for each.',
    body: z.strictObject({ ids: z.array(name).min(1).max(MAX_FORGOTTEN_AT_ONCE) }),
    response: z.object({
      results: z.array(
        z.object({
          nodeId: name,
          /** Null where none is known by this id. */
          nodeName: name.nullable(),
          outcome: ForgetOutcome,
        }),
      ),
    }),
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
  ...accountApi,
  ...queueApi,
  ...tableApi,
  ...taskApi,
});
export type HubApi = typeof hubApi;
export type RouteName = keyof HubApi;
