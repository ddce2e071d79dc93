/**
 * A sentence of the queue as data: what stands in a task's story, and what is answered to whoever wants something of a
 * task. scheduling/remarkText.ts puts it into words, so that each reader has it in his own language.
 */
import * as z from 'zod';
import { EndRemark, StopReason } from './endRemark.ts';
import { count, instantMs, name } from './fields.ts';
import { EndClass, RunState, TaskId } from './task.ts';

/** What was changed of a task, and to what; null: taken away, left to what is learned. */
const Edited = z.object({
  gpus: count,
  memoryBytes: count.nullable(),
  model: name.nullable(),
  node: name.nullable(),
  priority: z.int(),
  needRunNum: count,
  timeLimitSeconds: z.number().nonnegative().nullable(),
  retries: count,
  startAfterMs: instantMs.nullable(),
  name,
});

export const Remark = z.discriminatedUnion('kind', [
  EndRemark,

  // The story.
  z.object({ kind: z.literal('submitted') }),
  z.object({ kind: z.literal('started'), node: name, gpus: z.array(count).max(128) }),
  z.object({
    kind: z.literal('ended'),
    class: EndClass,
    signal: name.nullable(),
    exitCode: count.nullable(),
  }),
  z.object({ kind: z.literal('not-started'), node: name }),
  /** Its next attempt promises another amount: the event's figures say which. */
  z.object({ kind: z.literal('other-promise') }),
  /** No GPU that is known could hold it; null: what it asks is not known any more. */
  z.object({
    kind: z.literal('no-card'),
    asked: z
      .object({
        bytes: count.nullable(),
        gpus: count,
        largestBytes: count.nullable(),
        mostGpus: count,
      })
      .nullable(),
  }),
  /** Behind the others, or by somebody's word with fresh budgets. */
  z.object({ kind: z.literal('queued-again'), isFresh: z.boolean() }),
  z.object({ kind: z.literal('taken-out') }),
  z.object({ kind: z.literal('held') }),
  z.object({ kind: z.literal('released') }),
  z.object({
    kind: z.literal('moved'),
    to: z.enum(['first', 'last', 'before', 'behind']),
    /** Before or behind which task. */
    task: TaskId.nullable(),
  }),
  z.object({ kind: z.literal('edited'), changes: Edited.partial() }),
  z.object({ kind: z.literal('table-changed') }),
  z.object({ kind: z.literal('row-removed') }),
  z.object({ kind: z.literal('row-returned') }),
  z.object({ kind: z.literal('stop-asked'), reason: StopReason }),
  z.object({ kind: z.literal('silent'), node: name }),
  z.object({ kind: z.literal('answers-again'), node: name }),
  /** Of an attempt's log: it was older than logs are kept, or those of its node took too much. */
  z.object({ kind: z.literal('log-cleaned'), node: name, reason: z.enum(['age', 'size']) }),

  // Answers to a wish.
  /** How it stands, which is why nothing was done, or what came of it. */
  z.object({ kind: z.literal('state'), state: RunState }),
  /** Changed although it is over: only running it again shows it. */
  z.object({ kind: z.literal('changed-for-again'), state: RunState }),
  z.object({ kind: z.literal('same') }),
  z.object({ kind: z.literal('out-on-node') }),
  z.object({ kind: z.literal('no-environment') }),
  z.object({ kind: z.literal('unknown-task'), task: name }),
  z.object({ kind: z.literal('stopping-already') }),
  z.object({ kind: z.literal('over') }),
  z.object({ kind: z.literal('not-unreachable'), state: RunState }),
]);
export type Remark = z.infer<typeof Remark>;

/** They are said one after the other. */
export const Remarks = z.array(Remark).max(20);
