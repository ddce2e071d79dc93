/** What the agent and its keeper's process say to each other: JSON, a line each, on the child's stdin and stdout. */
import * as z from 'zod';
import { count, message } from '../../model/fields.ts';
import { TableId } from '../../model/task.ts';
import { KeepTable, TableEdits, TableWrite, TableWritten } from '../../protocol/tableSync.ts';

export const ToKeeper = z.discriminatedUnion('say', [
  z.object({ say: z.literal('keep'), id: count, keep: KeepTable }),
  z.object({ say: z.literal('write'), id: count, write: TableWrite }),
  z.object({ say: z.literal('forget'), id: count, table: TableId }),
  /** What became of edits that the keeper told. */
  z.object({ say: z.literal('heard'), id: count, isTaken: z.boolean() }),
]);
export type ToKeeper = z.infer<typeof ToKeeper>;

export const FromKeeper = z.discriminatedUnion('say', [
  z.object({ say: z.literal('done'), id: count, written: TableWritten.nullable() }),
  z.object({
    say: z.literal('failed'),
    id: count,
    code: z.enum(['owner', 'busy', 'failed']),
    message,
  }),
  z.object({ say: z.literal('edits'), id: count, edits: TableEdits }),
]);
export type FromKeeper = z.infer<typeof FromKeeper>;
