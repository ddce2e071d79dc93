/** A terminal session (screen or tmux) that a person may come back to. */
import * as z from 'zod';
import { instantMs, message, name } from './fields.ts';

export const Session = z.object({
  kind: z.enum(['screen', 'tmux']),
  id: name,
  name,
  user: name.nullable(),
  /** Null where the tool does not tell. */
  attached: z.boolean().nullable(),
  createdAtMs: instantMs.nullable(),
  /** To copy into a shell; null where the name has control characters. */
  attachCommand: message.nullable(),
});
export type Session = z.infer<typeof Session>;
