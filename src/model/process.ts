/** A process: as the GPU sees it (GpuProcess), and as a search over a machine finds it (FoundProcess). */
import * as z from 'zod';
import { amount, count, instantMs, name, path, percent, pid } from './fields.ts';
import { MAX_COMMAND_CHARACTERS } from './limits.ts';

/** How an owner was found, in order of trust (monitoring.md 2.11). Only `task` and `uid` give the right to end a process. */
export const OwnerRule = z.enum(['task', 'uid', 'label', 'mount', 'container', 'session', 'unknown']);
export type OwnerRule = z.infer<typeof OwnerRule>;

export const ProcessType = z.enum(['compute', 'graphics', 'both', 'mps']);
export type ProcessType = z.infer<typeof ProcessType>;

/** What the machine knows of a process. All null where it is gone, or belongs to another PID namespace. */
export const ProcessDetails = z.object({
  /** `comm` of /proc, or the program's base name. */
  name: name.nullable(),
  /** Arguments joined by a space, secrets masked (trust.md 8), at most 4,096 characters. */
  command: z.string().max(MAX_COMMAND_CHARACTERS).nullable(),
  executable: path.nullable(),
  workingDirectory: path.nullable(),
  /** Name of the conda environment or path of the virtual environment the program belongs to. */
  pythonEnvironment: path.nullable(),
  uid: count.nullable(),
  /** Login name; the uid as text where it has none. */
  user: name.nullable(),
  owner: name.nullable(),
  ownerRule: OwnerRule,
  startedAtMs: instantMs.nullable(),
  /** Of one core: 250 is two and a half cores. */
  cpuPercent: amount.nullable(),
  /** Resident set. */
  hostMemoryBytes: count.nullable(),
  /** Name of the container it runs in. */
  container: name.nullable(),
  /** `screen` or `tmux` session it runs in, as `kind:name`. */
  session: name.nullable(),
  /** Our own task that it belongs to, like `t42`. */
  task: name.nullable(),
});
export type ProcessDetails = z.infer<typeof ProcessDetails>;

/** What is said of a process that could not be read: another PID namespace, hidden, or gone. */
export const UNKNOWN_DETAILS: ProcessDetails = {
  name: null,
  command: null,
  executable: null,
  workingDirectory: null,
  pythonEnvironment: null,
  uid: null,
  user: null,
  owner: null,
  ownerRule: 'unknown',
  startedAtMs: null,
  cpuPercent: null,
  hostMemoryBytes: null,
  container: null,
  session: null,
  task: null,
};

/** The driver's own facts of a process that holds a GPU. */
export const GpuProcessReading = z.object({
  pid,
  type: ProcessType,
  memoryUsedBytes: count.nullable(),
  smUtilizationPercent: percent.nullable(),
  memoryUtilizationPercent: percent.nullable(),
  encoderUtilizationPercent: percent.nullable(),
  decoderUtilizationPercent: percent.nullable(),
});
export type GpuProcessReading = z.infer<typeof GpuProcessReading>;

export const GpuProcess = z.object({ ...GpuProcessReading.shape, ...ProcessDetails.shape });
export type GpuProcess = z.infer<typeof GpuProcess>;

/** A process that a search found, on whichever machine. */
export const FoundProcess = z.object({
  pid,
  ...ProcessDetails.shape,
  /** Indexes of the GPUs it holds memory on. */
  gpus: z.array(count).max(128),
  gpuMemoryBytes: count.nullable(),
});
export type FoundProcess = z.infer<typeof FoundProcess>;

/** What became of one process that somebody asked to end. */
export const KillOutcome = z.enum(['done', 'gone', 'not-allowed', 'other-process', 'unkillable', 'failed']);
export type KillOutcome = z.infer<typeof KillOutcome>;

/**
 * What stands behind an outcome, for who says it in his own words. Of `done`: it ended when `asked`, or was `forced`. Of
 * `not-allowed`: it is `protected` from everybody, `of-task` (stopped through it), `not-yours`, the agent has not the
 * right (`agent-may-not`), or the machine has no agent (`no-agent`). Of `failed`: it runs `elsewhere`, in a PID namespace of
 * which only the driver knows.
 */
export const KillReason = z.enum([
  'asked',
  'forced',
  'protected',
  'of-task',
  'not-yours',
  'agent-may-not',
  'no-agent',
  'elsewhere',
]);
export type KillReason = z.infer<typeof KillReason>;

/** What was asked for has come true, whoever did it: the process is there no longer. */
export const isEnded = (outcome: KillOutcome | 'no-answer'): boolean =>
  outcome === 'done' || outcome === 'gone';
