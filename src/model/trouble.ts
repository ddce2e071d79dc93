/**
 * What keeps work from a node or a card, as data; scheduling/remarkText.ts puts it into words. Of the driver and of a card
 * what the agent says is carried along, as data and in English.
 */
import * as z from 'zod';
import { AgentRemarks } from './agentRemark.ts';
import { count, message, name, pid } from './fields.ts';
import { GpuState } from './gpu.ts';
import { DriverState } from './node.ts';
import { AttemptId } from './task.ts';

/** Of a card. */
export const CardTrouble = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('driver'),
    state: DriverState,
    message: message.nullable(),
    remarks: AgentRemarks,
  }),
  z.object({ kind: z.literal('gpu'), state: GpuState, message: message.nullable(), remarks: AgentRemarks }),
  /** The driver asks for a reset, or memory repairs wait for one. */
  z.object({ kind: z.literal('needs-care') }),
  z.object({ kind: z.literal('mig') }),
  z.object({ kind: z.literal('prohibited') }),
  z.object({ kind: z.literal('exclusive'), pid }),
  /** The memory of an attempt that has ended is still there. */
  z.object({ kind: z.literal('memory-not-back'), attempt: AttemptId, seconds: count }),
]);
export type CardTrouble = z.infer<typeof CardTrouble>;

/** Of a node: it takes nothing new. */
export const NodeTrouble = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('maintenance') }),
  /** So many attempts failed there without their own fault; `last`: what the newest said, in English. */
  z.object({ kind: z.literal('strikes'), node: name, attempts: count, last: message.nullable() }),
]);
export type NodeTrouble = z.infer<typeof NodeTrouble>;

/** Of the queue as a whole, or of a table: nothing of it is given out. */
export const QueueTrouble = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('rows-coming') }),
  /** Restored from an older copy: machines that have not told yet what they run, the first few by name. */
  z.object({ kind: z.literal('restored'), nodes: z.array(name).max(16), others: count }),
]);
export type QueueTrouble = z.infer<typeof QueueTrouble>;

export const Trouble = z.discriminatedUnion('kind', [CardTrouble, NodeTrouble, QueueTrouble]);
export type Trouble = z.infer<typeof Trouble>;
