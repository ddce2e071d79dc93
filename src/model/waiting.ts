/**
 * Why a run waits, as data: the page draws it, `scheduling/explain.ts` puts it into words. One reason is told, the one
 * that would have to go first: for memory that of the card that comes nearest.
 */
import * as z from 'zod';
import { count, instantMs, message, name, pid } from './fields.ts';
import { EndClass, RunState } from './task.ts';
import { CardTrouble, NodeTrouble, QueueTrouble } from './trouble.ts';

/** Who holds the memory that is missing: the largest of them. */
const Holder = z.object({ pid: pid.nullable(), owner: name.nullable(), task: name.nullable(), bytes: count });

export const WaitingReason = z.discriminatedUnion('kind', [
  /** The nearest card is short of memory: `GPU 1: 12 GiB short (30 free, 42 asked; 18 held by pid 4711, alice)`. */
  z.object({
    kind: z.literal('memory'),
    node: name,
    gpuIndex: count,
    totalBytes: count,
    /** Used by others, at most in the last minute. */
    externalBytes: count,
    /** Promised to or measured of our own attempts. */
    promisedBytes: count,
    headroomBytes: count,
    freeBytes: count,
    askedBytes: count,
    holder: Holder.nullable(),
  }),
  /** Enough cards fit, but not as many as asked on one node. */
  z.object({ kind: z.literal('gpus'), node: name, fitting: count, asked: count }),
  /** A card that would do is warming up: how much this profile takes is being learned there first. */
  z.object({ kind: z.literal('warm-up'), node: name, gpuIndex: count, task: name }),
  /** Strangers' processes are on every card that would do, and the policy keeps away from them. */
  z.object({ kind: z.literal('strangers'), node: name, gpuIndex: count, holder: Holder.nullable() }),
  /** A limit is reached; `node`: runs without a GPU, by cores. `handStarted`: GPUs used beside the queue by the same person, counted in `running`. */
  z.object({
    kind: z.literal('limit'),
    limit: z.enum(['overall', 'gpu', 'user', 'table', 'node']),
    running: count,
    allowed: count,
    handStarted: count,
  }),
  z.object({ kind: z.literal('dependency'), task: name, state: RunState, wanted: z.enum(['ok', 'end']) }),
  z.object({ kind: z.literal('time'), untilMs: instantMs }),
  z.object({
    kind: z.literal('backoff'),
    untilMs: instantMs,
    class: EndClass,
    retry: count,
    budget: count.nullable(),
  }),
  z.object({ kind: z.literal('previous-run'), run: count }),
  /** Room is kept for a bigger run. */
  z.object({ kind: z.literal('reservation'), task: name, node: name }),
  z.object({
    kind: z.literal('paused'),
    by: z.enum(['table', 'queue', 'failures']),
    message: message.nullable(),
    /** What `message` says, as data. */
    trouble: QueueTrouble.nullable().catch(null).default(null),
  }),
  /** `row-removed`: its row is no longer in the file; drop or keep? */
  z.object({ kind: z.literal('held'), by: z.enum(['user', 'row-removed']) }),
  /** No node may run it now: none is connected, allowed to run tasks, or has such a card. */
  z.object({
    kind: z.literal('nodes'),
    online: count,
    allowed: count,
    /** Of those, nodes that run as the task's owner. */
    asOwner: count,
    /** Nodes left after the wish for a model or node, and cards that are well and switched on there. */
    matching: count,
    usableGpus: count,
    /** It asks for a GPU, and no machine that may run it has any, of whatever model. */
    isNoGpuThere: z.boolean().default(false),
    /** What is wrong with the first that matches: `gpuIndex` null for the whole node, `message` null for a GPU that is switched off; `what` is it as data. */
    trouble: z
      .object({
        node: name,
        gpuIndex: count.nullable(),
        message: message.nullable(),
        what: z.discriminatedUnion('kind', [CardTrouble, NodeTrouble]).nullable().catch(null).default(null),
      })
      .nullable(),
  }),
  /** Next in line: the scheduler has not come to it yet, or others are before it. */
  z.object({ kind: z.literal('turn'), before: count }),
  /** No card that is known could ever hold it. */
  z.object({
    kind: z.literal('impossible'),
    askedBytes: count.nullable(),
    askedGpus: count,
    largestBytes: count.nullable(),
    mostGpus: count,
  }),
]);
export type WaitingReason = z.infer<typeof WaitingReason>;
