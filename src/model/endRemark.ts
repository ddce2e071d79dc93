/**
 * What is said of an attempt's end, as data, by its node and by the hub (scheduling/remarkText.ts puts it into words). What
 * nobody here has words for, the program's own last line before all, travels as `text` and is shown as it is.
 */
import * as z from 'zod';
import { count, message, name, path } from './fields.ts';

/** Why the hub, or the agent itself, stops an attempt. */
export const StopReason = z.enum(['user', 'time-limit', 'superseded', 'preempted']);
export type StopReason = z.infer<typeof StopReason>;

export const EndRemark = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('text'), text: message }),

  // As its node saw it.
  z.object({ kind: z.literal('stopped'), by: StopReason, limitSeconds: z.number().nonnegative().nullable() }),
  z.object({ kind: z.literal('machine-restarted') }),
  /** Its wrapper was killed from outside: how the program ended nobody could see. */
  z.object({ kind: z.literal('wrapper-killed') }),
  /** An exit code that its owner named: out of GPU memory. */
  z.object({ kind: z.literal('memory-exit-code'), code: count }),
  z.object({ kind: z.literal('kernel-killed') }),
  /** SIGKILL from nobody known; true: while the machine was out of memory. */
  z.object({ kind: z.literal('killed'), isMachineOutOfMemory: z.boolean() }),
  /** 127: the program was not found; 126: it could not be executed. */
  z.object({ kind: z.literal('not-executed'), code: count }),
  /** Processes that the program left behind, and that were ended. */
  z.object({ kind: z.literal('left-behind'), processes: count }),
  /** Still there after SIGKILL; `processes`: the first few with their names. */
  z.object({ kind: z.literal('unkillable'), processes: z.string().max(500) }),

  // Nothing of it was executed.
  z.object({
    kind: z.literal('not-begun'),
    why: z.enum(['stopped', 'disk', 'agent-ended', 'never-heard', 'ended-before', 'not-told']),
  }),
  z.object({ kind: z.literal('no-folder'), path }),

  // Nothing of it is left.
  z.object({
    kind: z.literal('gone'),
    how: z.enum(['unknown-there', 'silent', 'confirmed', 'superseded']),
    /** Who confirmed it. */
    by: name.nullable(),
  }),

  // What it teaches, and what comes next.
  /** Others left it too little of the card: it goes elsewhere and is promised the same. */
  z.object({
    kind: z.literal('victim'),
    heldBytes: count,
    roomBytes: count,
    othersBytes: count.nullable(),
    /** What it asked for on top and what was free then, where its own message told. */
    denied: z.object({ triedBytes: count, freeBytes: count }).nullable(),
  }),
  /** How much it took was not seen: a whole card again. */
  z.object({ kind: z.literal('memory-not-seen') }),
  /** The larger of held + tried and had × growth; what of them is not known is null. Without `triedBytes` it is a peak. */
  z.object({
    kind: z.literal('next-promise'),
    heldBytes: count.nullable(),
    triedBytes: count.nullable(),
    hadBytes: count.nullable(),
    grownBytes: count.nullable(),
    growth: z.number(),
    wantedBytes: count,
    /** What that is more than: this card; the largest there is, whose whole it gets; the largest there is, so never. */
    beyond: z
      .object({ what: z.enum(['this-card', 'largest-which-it-gets', 'largest']), bytes: count })
      .nullable(),
  }),
  z.object({ kind: z.literal('retries-used'), budget: count }),
  z.object({ kind: z.literal('again'), waitMs: count, retry: count, budget: count.nullable() }),
]);
export type EndRemark = z.infer<typeof EndRemark>;

/** One after the other they say what came of an attempt. */
export const EndRemarks = z.array(EndRemark).max(16);
