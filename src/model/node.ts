/** A machine of the fleet: one sample of it (NodeSample), and what the hub knows of it (NodeStatus). */
import * as z from 'zod';
import { AgentRemarks } from './agentRemark.ts';
import { Container } from './container.ts';
import { DialectName } from './dialect.ts';
import { count, instantMs, message, name } from './fields.ts';
import { Gpu } from './gpu.ts';
import { Host } from './host.ts';
import {
  MAX_CONTAINERS_PER_NODE,
  MAX_GPUS_PER_NODE,
  MAX_INTERVAL_MS,
  MAX_REFUSED_FIGURE_NAMES,
  MAX_SESSIONS_PER_NODE,
  MIN_INTERVAL_MS,
} from './limits.ts';
import { Session } from './session.ts';

/** `starting`: no answer yet; `absent`: no library; `mismatch`: library and kernel module differ, reboot; `unresponsive`: it hangs; `failed`: it answers with an error. */
export const DriverState = z.enum(['starting', 'ok', 'absent', 'mismatch', 'unresponsive', 'failed']);
export type DriverState = z.infer<typeof DriverState>;

export const Driver = z.object({
  state: DriverState,
  version: name.nullable(),
  cudaVersion: name.nullable(),
  message: message.nullable(),
  remarks: AgentRemarks,
  /** When the driver last answered; null if it never did. */
  answeredAtMs: instantMs.nullable(),
});
export type Driver = z.infer<typeof Driver>;

/** Whether something beside the GPUs could be asked, in words: no Docker is a state, not an error. */
export const SourceState = z.object({
  state: z.enum(['ok', 'absent', 'denied', 'failed']),
  message: message.nullable(),
  remarks: AgentRemarks,
});
export type SourceState = z.infer<typeof SourceState>;

/** A machine at one instant. */
export const NodeSample = z.object({
  takenAtMs: instantMs,
  /** How often the agent samples; bounded, because a node's freshness is judged by it. */
  intervalMs: count.min(MIN_INTERVAL_MS).max(MAX_INTERVAL_MS),
  hostname: name,
  /** Null where no agent of ours reads it. */
  agentVersion: name.nullable(),
  /** Changes with every boot of the machine. */
  bootId: name.nullable(),
  driver: Driver,
  gpus: z.array(Gpu).max(MAX_GPUS_PER_NODE),
  host: Host,
  containers: z.array(Container).max(MAX_CONTAINERS_PER_NODE),
  sessions: z.array(Session).max(MAX_SESSIONS_PER_NODE),
  sources: z.object({ docker: SourceState, screen: SourceState, tmux: SourceState }),
  /** Figures the gate refused since the agent started, by name: `gpu.utilizationPercent` → 3. */
  refusedFigures: z
    .record(name, count)
    .refine((figures) => Object.keys(figures).length <= MAX_REFUSED_FIGURE_NAMES, 'too many names'),
});
export type NodeSample = z.infer<typeof NodeSample>;

/** `online`: fresh; `stale`: connected or just gone, its newest sample is older than two intervals; `offline`: no connection; `unknown`: never seen since this hub started. */
export const NodeState = z.enum(['online', 'stale', 'offline', 'unknown']);
export type NodeState = z.infer<typeof NodeState>;

/**
 * Why a node is not there to be used: its agent said goodbye, it fell silent, its agent said that the machine reboots,
 * or an administrator set it into maintenance. The last is told of a node that is connected too.
 */
export const AbsenceReason = z.enum(['goodbye', 'silent', 'rebooting', 'maintenance']);
export type AbsenceReason = z.infer<typeof AbsenceReason>;

/** That somebody cares for a machine, which is not offered meanwhile. */
export const Maintenance = z.object({
  sinceMs: instantMs,
  /** When it ends by itself; null: when somebody ends it. */
  untilMs: instantMs.nullable(),
  /** What for; null where nobody said. */
  message: name.nullable(),
  /** The account that set it. */
  by: name,
});
export type Maintenance = z.infer<typeof Maintenance>;

/** The newest boot of a machine that its hub has noticed, by the hub's clock. */
export const Reboot = z.object({
  bootedAtMs: instantMs,
  /** When it was last heard before. */
  lastHeardAtMs: instantMs.nullable(),
  /** False where it had fallen silent: nobody said that it would end. */
  announced: z.boolean(),
});
export type Reboot = z.infer<typeof Reboot>;

/**
 * What kept a machine that is read in an older dialect from being read: `no-answer` within its deadline; `not-reached`;
 * `unknown-name`; `refused` with an HTTP status; `wrong-password`; `not-understood`; `too-large`; `redirected`; `standing`:
 * it answers, and its figures stand still.
 */
export const ReadingProblemKind = z.enum([
  'no-answer',
  'not-reached',
  'unknown-name',
  'refused',
  'wrong-password',
  'not-understood',
  'too-large',
  'redirected',
  'standing',
]);
export type ReadingProblemKind = z.infer<typeof ReadingProblemKind>;

export const ReadingProblem = z.object({
  kind: ReadingProblemKind,
  /** What exactly, in a sentence. */
  message,
  /** Since when it cannot be read. */
  sinceMs: instantMs,
});
export type ReadingProblem = z.infer<typeof ReadingProblem>;

/** Of a machine that has no agent of ours: how it is known. It is a witness: it runs nothing, and is asked nothing. */
export const NodeSource = z.object({
  dialect: DialectName,
  /** Where it is read, as configured; null where it reports by itself. */
  host: name.nullable(),
  port: count.nullable(),
  /** As the older system's own configuration calls it; null where it has no name there. */
  name: name.nullable().default(null),
  /** Null where it was read, or not tried yet. */
  problem: ReadingProblem.nullable(),
});
export type NodeSource = z.infer<typeof NodeSource>;

export const NodeStatus = z.object({
  id: name,
  name,
  alias: name.nullable(),
  address: name.nullable(),
  state: NodeState,
  absence: AbsenceReason.nullable(),
  /** Whether an administrator lets it run tasks; one that only joined shows figures. */
  mayRun: z.boolean().default(false),
  /** Null where it is in none; older hubs do not tell. */
  maintenance: Maintenance.nullable().default(null),
  /** Null where none was noticed; older hubs do not tell. */
  rebooted: Reboot.nullable().default(null),
  /** Null for a machine with an agent; older hubs do not tell. */
  source: NodeSource.nullable().default(null),
  lastSeenAtMs: instantMs.nullable(),
  sample: NodeSample.nullable(),
});
export type NodeStatus = z.infer<typeof NodeStatus>;
