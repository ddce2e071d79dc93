/**
 * Reads one message of the live socket. The envelope is checked by its schema; the state inside was checked by the hub
 * and is JSON because JSON.parse made it: walking through a fleet of 8,000 GPUs once more for each patch would cost
 * more than drawing it.
 */
import { LiveMessage } from '../protocol/live.ts';

/** The message, or null where it is none that this version knows. */
export function parseLiveMessage(data: unknown): LiveMessage | null {
  if (typeof data !== 'string') return null;
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch {
    return null;
  }
  return LiveMessage.safeParse(value).data ?? null;
}
