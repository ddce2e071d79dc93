/** A machine of the fleet: one sample of it (NodeSample), and what the hub knows of it (NodeStatus). */
import * as z from 'zod';
import { Container } from './container.ts';
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
  /** When the driver last answered; null if it never did. */
  answeredAtMs: instantMs.nullable(),
});
export type Driver = z.infer<typeof Driver>;

/** Whether something beside the GPUs could be asked, in words: no Docker is a state, not an error. */
export const SourceState = z.object({
  state: z.enum(['ok', 'absent', 'denied', 'failed']),
  message: message.nullable(),
});
export type SourceState = z.infer<typeof SourceState>;

/** A machine at one instant. */
export const NodeSample = z.object({
  takenAtMs: instantMs,
  /** How often the agent samples; bounded, because a node's freshness is judged by it. */
  intervalMs: count.min(MIN_INTERVAL_MS).max(MAX_INTERVAL_MS),
  hostname: name,
  agentVersion: name,
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

/** Why a node is not online: it said goodbye, it fell silent, its boot id changed, or somebody set it so. */
export const AbsenceReason = z.enum(['goodbye', 'silent', 'rebooting', 'maintenance']);
export type AbsenceReason = z.infer<typeof AbsenceReason>;

export const NodeStatus = z.object({
  id: name,
  name,
  alias: name.nullable(),
  address: name.nullable(),
  state: NodeState,
  absence: AbsenceReason.nullable(),
  /** Whether an administrator lets it run tasks; one that only joined shows figures. */
  mayRun: z.boolean().default(false),
  lastSeenAtMs: instantMs.nullable(),
  sample: NodeSample.nullable(),
});
export type NodeStatus = z.infer<typeof NodeStatus>;
