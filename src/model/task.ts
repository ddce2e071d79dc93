/**
 * The nouns of the queue (scheduling.md, 1–2). A **table** has rows; a row is a **task**, `t42`; a task is run
 * `needRunNum` times, and each **run**, `t42·r2`, is tried by **attempts** until one succeeds or the budgets are spent.
 * At most one attempt of a run is alive, runs of a task go one after another, and a success is counted exactly once.
 */
import * as z from 'zod';
import { EndRemarks } from './endRemark.ts';
import { count, instantMs, message, name, pid } from './fields.ts';
import { MAX_GPUS_PER_NODE } from './limits.ts';

/**
 * What a run is doing. `held`: somebody's word is needed. `queued`: waits, and says why. `starting`: leased, not yet
 * executing. `unreachable`: its node is silent; not an end, its GPUs stay counted. `lost`: its node or lease is gone for
 * good and somebody said so.
 */
export const RunState = z.enum([
  'held',
  'queued',
  'starting',
  'running',
  'stopping',
  'unreachable',
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'impossible',
  'lost',
]);
export type RunState = z.infer<typeof RunState>;

/** States of a run that an attempt is, or may be, alive in: its GPUs are counted. */
export const LIVE_STATES: readonly RunState[] = ['starting', 'running', 'stopping', 'unreachable'];
/** States that nothing but somebody's word ends. */
export const FINAL_STATES: readonly RunState[] = [
  'succeeded',
  'failed',
  'cancelled',
  'timed_out',
  'impossible',
  'lost',
];

export const isLive = (state: RunState): boolean => LIVE_STATES.includes(state);
export const isFinal = (state: RunState): boolean => FINAL_STATES.includes(state);

/** Why an attempt ended (scheduling.md, 2). `infra`: the node, the wrapper or the disk; charged to the node. */
export const EndClass = z.enum([
  'ok',
  'program',
  'gpu_oom',
  'host_oom',
  'infra',
  'preempted',
  'timeout',
  'user_kill',
]);
export type EndClass = z.infer<typeof EndClass>;

/** Which hub ordered an attempt, and when: a higher number supersedes; a restored hub starts a new epoch (trust.md, 18). */
export const Fence = z.object({ epoch: count, number: count });
export type Fence = z.infer<typeof Fence>;

/** `t42` */
export const TaskId = z.string().regex(/^t[1-9]\d{0,14}$/, 'a task id looks like t42');
/** `b7`: a table, or a command that was queued by itself. */
export const TableId = z.string().regex(/^b[1-9]\d{0,14}$/, 'a table id looks like b7');
/** `t42.1.2`: task, run, attempt. Names its log files too. */
export const AttemptId = z
  .string()
  .regex(/^t[1-9]\d{0,14}\.[1-9]\d{0,8}\.[1-9]\d{0,8}$/, 'an attempt id looks like t42.1.2');

export const taskIdOf = (number: number): string => `t${number}`;
export const tableIdOf = (number: number): string => `b${number}`;
export const attemptIdOf = (task: string, run: number, attempt: number): string =>
  `${task}.${run}.${attempt}`;

/** The parts of an attempt id, or null where it is none. */
export function parseAttemptId(id: string): { task: string; run: number; attempt: number } | null {
  if (!AttemptId.safeParse(id).success) return null;
  const [task, run, attempt] = id.split('.');
  return task === undefined ? null : { task, run: Number(run), attempt: Number(attempt) };
}

/** A GPU that an attempt was given. */
export const GivenGpu = z.object({
  uuid: name,
  index: count,
  /** What the ledger counts for it from the start. */
  promisedBytes: count.nullable(),
  /** The most its processes were seen to hold there; null before the first look. */
  peakBytes: count.nullable(),
});
export type GivenGpu = z.infer<typeof GivenGpu>;

/** What was seen when an attempt ran out of GPU memory. */
export const OutOfMemory = z.object({
  /** The line that told, at most 500 characters; null where only an exit code or the kernel told. */
  line: z.string().max(500).nullable(),
  /** What it last asked for ("tried to allocate"). */
  triedBytes: count.nullable(),
  /** What it held itself when it asked, and what was free then, as it said. Older agents do not tell. */
  ownBytes: count.nullable().default(null),
  freeBytes: count.nullable().default(null),
});
export type OutOfMemory = z.infer<typeof OutOfMemory>;

/** An out of memory of which no text tells more than, perhaps, what it asked for. */
export const bareOutOfMemory = (line: string | null, triedBytes: number | null): OutOfMemory => ({
  line,
  triedBytes,
  ownBytes: null,
  freeBytes: null,
});

export const Attempt = z.object({
  /** Over the run: 1 for its first try. */
  number: count.min(1),
  run: count.min(1),
  state: RunState,
  nodeId: name,
  /** The node's name when it was given the attempt. */
  node: name,
  gpus: z.array(GivenGpu).max(MAX_GPUS_PER_NODE),
  pid: pid.nullable(),
  /** When the hub gave it out, and when the node executed it. */
  leasedAtMs: instantMs,
  startedAtMs: instantMs.nullable(),
  endedAtMs: instantMs.nullable(),
  /** As a shell would say it; 128 + n where a signal ended it. Null while it runs, and where nobody could see it. */
  exitCode: z.int().min(0).max(255).nullable(),
  /** `SIGKILL`, where a signal ended it. */
  signal: name.nullable(),
  class: EndClass.nullable(),
  outOfMemory: OutOfMemory.nullable(),
  /** What came of it, or what is wrong, in English. */
  message: message.nullable(),
  /** The same as data; null for one that an earlier version recorded: then `message` is all there is. */
  remarks: EndRemarks.nullable().catch(null).default(null),
  cpuSeconds: z.number().nonnegative().nullable(),
  /** Largest resident memory of its process tree as sampled. */
  hostMemoryPeakBytes: count.nullable(),
});
export type Attempt = z.infer<typeof Attempt>;
