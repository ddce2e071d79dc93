/**
 * Reads one message of the live socket. The envelope is checked by the schema of protocol/live.ts; the state inside was
 * checked by the hub and is JSON because JSON.parse made it: walking through a fleet of 8,000 GPUs once more for each
 * patch would cost more than drawing it.
 */
import * as z from 'zod';
import type { Json } from '../fleet/patch.ts';
import { count, instantMs, message, name } from '../model/fields.ts';
import { Scope } from '../protocol/live.ts';

const json = z.custom<Json>((value) => value !== undefined);

const Envelope = z.discriminatedUnion('type', [
  z.object({ type: z.literal('snapshot'), scope: Scope, sequence: count, atMs: instantMs, state: json }),
  z.object({ type: z.literal('patch'), scope: Scope, sequence: count, atMs: instantMs, patch: json }),
  z.object({ type: z.literal('quiet'), atMs: instantMs }),
  z.object({ type: z.literal('error'), code: name, message }),
]);

/** The message, or null where it is none that this version knows. */
export function parseLiveMessage(data: unknown): z.infer<typeof Envelope> | null {
  if (typeof data !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  return Envelope.safeParse(value).data ?? null;
}
