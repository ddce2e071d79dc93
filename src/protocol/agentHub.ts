/**
 * What agent and hub say to each other over one WebSocket that the agent opens (`/api/v1/agents/link`, with its node
 * token). The agent speaks first:
 *
 *   agent → hello {sample: …}     everything once; sequence 0
 *   hub   → welcome {nodeId}
 *   agent → sample {sequence: 1, patch: …}   what changed since the last one sent, each interval
 *   hub   → request {id, request}; agent → answer {id, answer}
 *   hub   → again                 a patch did not fit: the agent sends hello again
 *   agent → goodbye               a wanted end; without it the node is silent
 *   agent → inventory, reports; hub → acknowledged   attempts of tasks (supervision.ts)
 *   agent → table-edits; hub → table-edits-taken     tables whose files this agent keeps (tableSync.ts)
 *
 * A sample that cannot be sent because the connection is slow is superseded: the next patch is against the last one sent.
 */
import * as z from 'zod';
import { Check, SpokenLanguage } from '../model/check.ts';
import { EndRemarks, StopReason } from '../model/endRemark.ts';
import { amount, count, instantMs, message, name, path, percent, pid } from '../model/fields.ts';
import {
  MAX_GPUS_PER_NODE,
  MAX_LOG_SLICE_BYTES,
  MAX_PIDS_PER_KILL,
  MAX_SEARCH_RESULTS_PER_NODE,
} from '../model/limits.ts';
import { NodeSample } from '../model/node.ts';
import { FoundProcess, KillOutcome, KillReason } from '../model/process.ts';
import { AttemptId, Fence, TableId } from '../model/task.ts';
import {
  Acknowledgement,
  CleanedLog,
  Inventory,
  Lease,
  LogLimits,
  LogPlace,
  LogSlice,
  LogStream,
  Reports,
} from './supervision.ts';
import { KeepTable, TableEdits, TableWrite, TableWritten } from './tableSync.ts';

/** Raised when an older peer could misread a message; both ends refuse a peer of another number and say which to update. */
export const LINK_PROTOCOL = 1;
export const LINK_PATH = '/api/v1/agents/link';
/** The machine's id, with the upgrade: a credential that comes from another machine than it was given to asks again. */
export const MACHINE_HEADER = 'x-flowline-machine';

/** A GPU as a user's program that orders GPUs is told of it. */
export const GpuFigures = z.object({
  uuid: name,
  index: count,
  node: name,
  name: name.nullable(),
  memoryFreeBytes: count,
  memoryTotalBytes: count,
  utilizationPercent: percent.nullable(),
  temperatureCelsius: z.number().nullable(),
  powerWatts: amount.nullable(),
  powerLimitWatts: amount.nullable(),
  /** Processes of ours, and of anybody. */
  ourProcesses: count,
  processes: count,
});
export type GpuFigures = z.infer<typeof GpuFigures>;

/** What the hub asks of an agent. */
export const AgentRequest = z.discriminatedUnion('kind', [
  /** Processes whose name, command, user or pid match every word of the query. */
  z.object({
    kind: z.literal('search-processes'),
    query: z.string().max(200),
    limit: count.max(MAX_SEARCH_RESULTS_PER_NODE),
  }),
  z.object({
    kind: z.literal('kill-processes'),
    targets: z
      .array(z.object({ pid, startedAtMs: instantMs.nullable() }))
      .min(1)
      .max(MAX_PIDS_PER_KILL),
    /** `everyone`, or the login names on the node whose processes may be ended. */
    may: z.union([z.literal('everyone'), z.array(name).max(64)]),
    graceMs: count.max(60_000),
  }),
  /** A sample now instead of at the next interval. */
  z.object({ kind: z.literal('refresh') }),
  /** What `flowline doctor` finds on the agent's machine. */
  z.object({ kind: z.literal('doctor'), language: SpokenLanguage.default('en') }),
  z.object({ kind: z.literal('launch'), lease: Lease }),
  z.object({
    kind: z.literal('stop-attempt'),
    attempt: AttemptId,
    fence: Fence,
    reason: StopReason,
    /** Null: the lease's own. 0: SIGKILL at once. */
    graceSeconds: amount.max(3600).nullable(),
  }),
  /** Answers at once where there is something, else when there is, or after `waitMs` with nothing. */
  z.object({
    kind: z.literal('read-log'),
    attempt: AttemptId,
    stream: LogStream,
    place: LogPlace,
    maxBytes: count.min(1).max(MAX_LOG_SLICE_BYTES),
    waitMs: count.max(20_000),
  }),
  /** Removes what is older or more than these limits; never of attempts that live or are not acknowledged. */
  z.object({ kind: z.literal('clean-logs'), limits: LogLimits }),
  /** Asks a program of the owner's for the order in which it would take these GPUs (scheduling.md, 5). */
  z.object({
    kind: z.literal('order-gpus'),
    program: z.array(z.string().max(4096)).min(1).max(64),
    workingDirectory: path,
    gpus: z.array(GpuFigures).max(MAX_GPUS_PER_NODE * 16),
  }),
  z.object({ kind: z.literal('keep-table'), keep: KeepTable }),
  z.object({ kind: z.literal('write-table'), write: TableWrite }),
  z.object({ kind: z.literal('forget-table'), table: TableId }),
]);
export type AgentRequest = z.infer<typeof AgentRequest>;

export const KillAnswer = z.object({
  pid,
  outcome: KillOutcome,
  /** Null where the outcome says it all, and from an older agent. */
  reason: KillReason.nullable().default(null),
  message,
});
export type KillAnswer = z.infer<typeof KillAnswer>;

export const AgentAnswer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('processes'),
    processes: z.array(FoundProcess).max(MAX_SEARCH_RESULTS_PER_NODE),
    total: count,
  }),
  z.object({ kind: z.literal('killed'), results: z.array(KillAnswer).max(MAX_PIDS_PER_KILL) }),
  z.object({ kind: z.literal('refreshed') }),
  z.object({ kind: z.literal('checked'), checks: z.array(Check).max(64) }),
  z.object({ kind: z.literal('launched') }),
  /** Nothing of it executed and nothing will: the hub gives the run to another, or says why not. */
  z.object({
    kind: z.literal('refused'),
    /** `not-here`: a GPU of the lease is not on this machine. `owner`: the agent runs as somebody else. `command`: its program answered no argv. */
    code: z.enum(['not-here', 'owner', 'working-directory', 'command', 'superseded', 'disk', 'failed']),
    message,
    /** The same as data; null where only words can say it. */
    remarks: EndRemarks.nullable().catch(null).default(null),
  }),
  z.object({ kind: z.literal('stopping') }),
  z.object({ kind: z.literal('log'), slice: LogSlice }),
  /** `isMore`: there is more to remove, asked for again. */
  z.object({ kind: z.literal('logs-cleaned'), cleaned: z.array(CleanedLog).max(1000), isMore: z.boolean() }),
  z.object({ kind: z.literal('ordered'), uuids: z.array(name).max(MAX_GPUS_PER_NODE * 16) }),
  z.object({ kind: z.literal('kept') }),
  z.object({ kind: z.literal('table-written'), written: TableWritten }),
  z.object({ kind: z.literal('failed'), code: name, message }),
]);
export type AgentAnswer = z.infer<typeof AgentAnswer>;

export const AgentMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('hello'), protocol: count, sequence: count, sample: NodeSample }),
  /** Not looked into here: what it makes of the sample is checked as a whole once it is applied. */
  z.object({ type: z.literal('sample'), sequence: count, patch: z.unknown() }),
  z.object({ type: z.literal('answer'), id: count, answer: AgentAnswer }),
  z.object({ type: z.literal('goodbye'), reason: z.enum(['stopped', 'rebooting']) }),
  z.object({ type: z.literal('inventory'), inventory: Inventory }),
  z.object({ type: z.literal('reports'), reports: Reports }),
  z.object({ type: z.literal('table-edits'), id: count, edits: TableEdits }),
]);
export type AgentMessage = z.infer<typeof AgentMessage>;

export const HubMessage = z.discriminatedUnion('type', [
  z.object({ type: z.literal('welcome'), protocol: count, nodeId: name }),
  z.object({ type: z.literal('again'), reason: message }),
  z.object({ type: z.literal('request'), id: count, request: AgentRequest }),
  z.object({ type: z.literal('acknowledged'), reports: z.array(Acknowledgement) }),
  z.object({ type: z.literal('table-edits-taken'), id: count }),
]);
export type HubMessage = z.infer<typeof HubMessage>;

/** Close codes of the link (private range of RFC 6455), with what the agent does about them. */
export const LINK_CLOSE = {
  /** A message was malformed: the agent logs the reason and connects again, later. */
  malformed: 4400,
  /** The node token is unknown or was revoked: it joins again if it has a join token, else it stops. */
  unauthorized: 4401,
  /** Another connection with the same credential took over. */
  replaced: 4409,
  /** Versions differ. */
  protocol: 4426,
} as const;
