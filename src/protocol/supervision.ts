/**
 * What hub and agent say of attempts (scheduling.md, 9–10), on the same link as samples.
 *
 *   hub   → request {"kind": "launch", "lease": {…}}        the agent writes the lease to disk, then executes
 *   agent → answer  {"kind": "launched"} or {"kind": "refused", …}   refused: nothing of it lives, and never will
 *   agent → {"type": "reports", "reports": [{…}]}            at each change, sent again every few seconds until acknowledged
 *   hub   → {"type": "acknowledged", "reports": [{attempt, fence, sequence}]}   after its commit
 *
 * After each `welcome` the agent sends `inventory`: every attempt that it knows and the hub has not acknowledged as ended.
 * What the hub believes to be there and is not in it never started, or its disk is gone; what is in it and superseded
 * by a higher fence is stopped. An agent without a supervisor (figures only) sends none.
 */
import * as z from 'zod';
import { TaskCommand } from '../model/command.ts';
import { EndRemarks, StopReason } from '../model/endRemark.ts';
import { amount, count, instantMs, message, name, path, pid } from '../model/fields.ts';
import {
  MAX_ATTEMPTS_PER_NODE,
  MAX_ENVIRONMENT_BYTES,
  MAX_GPUS_PER_NODE,
  MAX_LOG_SLICE_BYTES,
} from '../model/limits.ts';
import { Parameters } from '../model/queue.ts';
import { AttemptId, EndClass, Fence, OutOfMemory } from '../model/task.ts';

/** Environment variables by name. */
export const Environment = z
  .record(z.string().min(1).max(1024), z.string().max(128 * 1024))
  .refine(
    (variables) =>
      Object.entries(variables).reduce((sum, [key, value]) => sum + key.length + value.length + 2, 0) <=
      MAX_ENVIRONMENT_BYTES,
    `an environment has at most ${MAX_ENVIRONMENT_BYTES / 1024} KiB`,
  );
export type Environment = z.infer<typeof Environment>;

/** What speaks for a person or machine to a hub, or to an older node; a task that needs it is given it by its owner on purpose, under another name. */
const CREDENTIALS: readonly string[] = ['FLOWLINE_TOKEN', 'FLOWLINE_JOIN_TOKEN', 'FLOWLINE_DIALECT_PASSWORD'];

/** Kept nowhere and given to no task: a hub that stores tokens as hashes must not hold them in a submit's environment. */
export const withoutCredentials = (environment: Environment): Environment =>
  Object.fromEntries(Object.entries(environment).filter(([name]) => !CREDENTIALS.includes(name)));

/** Everything a node needs to run one attempt, and to end it. */
export const Lease = z.object({
  attempt: AttemptId,
  fence: Fence,
  /** Login name of who submitted it: the agent runs it only as that user. */
  owner: name,
  taskName: name,
  command: TaskCommand,
  /** Cells of the row, for `program` commands and FLOWLINE_PARAMETER_…. */
  parameters: Parameters,
  workingDirectory: path,
  environment: Environment,
  gpus: z
    .array(z.object({ uuid: name, index: count, promisedBytes: count.nullable() }))
    .max(MAX_GPUS_PER_NODE),
  timeLimitSeconds: amount.nullable(),
  graceSeconds: amount,
  outOfMemoryExitCodes: z.array(count).max(16),
  outOfMemoryTexts: z.array(z.string().max(200)).max(16),
  logHeadBytes: count,
  logTailBytes: count,
});
export type Lease = z.infer<typeof Lease>;

/** One attempt as its node knows it now; `sequence` rises with each change, so that an older report changes nothing. */
export const AttemptReport = z.object({
  attempt: AttemptId,
  fence: Fence,
  sequence: count,
  /** `never-started`: the lease was taken back before anything executed. `ended`: nothing of its process tree lives. */
  state: z.enum(['starting', 'running', 'stopping', 'ended', 'never-started']),
  pid: pid.nullable(),
  startedAtMs: instantMs.nullable(),
  endedAtMs: instantMs.nullable(),
  /** 128 + n where a signal ended it; null while it runs, and where its wrapper was killed before it could tell. */
  exitCode: z.int().min(0).max(255).nullable(),
  signal: name.nullable(),
  class: EndClass.nullable(),
  outOfMemory: OutOfMemory.nullable(),
  stopReason: StopReason.nullable(),
  message: message.nullable(),
  /** The same as data. An older agent says none; of a newer one what is not known here is let go, and its words are left. */
  remarks: EndRemarks.nullable().catch(null).default(null),
  cpuSeconds: z.number().nonnegative().nullable(),
  hostMemoryPeakBytes: count.nullable(),
  /** The most that its processes were seen to hold, by GPU. */
  gpuMemoryPeakBytes: z.array(z.object({ uuid: name, bytes: count })).max(MAX_GPUS_PER_NODE),
  /** True once its processes hold no memory on its cards any more; false with `ended`: not yet, and the cards are not given out. */
  cardsFree: z.boolean(),
});
export type AttemptReport = z.infer<typeof AttemptReport>;

export const Reports = z.array(AttemptReport).max(MAX_ATTEMPTS_PER_NODE);

export const Acknowledgement = z.object({ attempt: AttemptId, fence: Fence, sequence: count });
export type Acknowledgement = z.infer<typeof Acknowledgement>;

/** What the agent tells of its supervisor when it connects. */
export const Inventory = z.object({
  /** The account it runs as, and with it every attempt. */
  user: name,
  uid: count,
  reports: Reports,
});
export type Inventory = z.infer<typeof Inventory>;

export const LogStream = z.enum(['out', 'err']);
export type LogStream = z.infer<typeof LogStream>;

/** Part of an attempt's log. Bytes as base64: a slice may begin inside a character. */
export const LogSlice = z.object({
  /** Offset of the first byte, and of the one after the last. */
  fromByte: count,
  toByte: count,
  sizeBytes: count,
  base64: z.string().max(Math.ceil(MAX_LOG_SLICE_BYTES / 3) * 4 + 4),
  /** Bytes left out in the middle of the file, because the log grew over its cap; null for none. */
  gap: z.object({ fromByte: count, toByte: count }).nullable(),
  /** True where the attempt is over and nothing will be added. */
  isComplete: z.boolean(),
});
export type LogSlice = z.infer<typeof LogSlice>;

/** What the logs of a node's attempts may take, and for how long; null: no limit. */
export const LogLimits = z.object({ keepSeconds: amount.nullable(), totalBytes: count.nullable() });
export type LogLimits = z.infer<typeof LogLimits>;

/** `age`: it ended longer ago than logs are kept. `size`: all logs of the node were more than may be. */
export const CleanedLog = z.object({ attempt: AttemptId, reason: z.enum(['age', 'size']) });
export type CleanedLog = z.infer<typeof CleanedLog>;

/** Where a reading of a log begins: a byte, or so many bytes before its end. */
export const LogPlace = z.union([z.object({ fromByte: count }), z.object({ lastBytes: count })]);
export type LogPlace = z.infer<typeof LogPlace>;
