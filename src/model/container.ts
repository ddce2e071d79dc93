/** A container, as the engine tells of it, with figures from its control group. */
import * as z from 'zod';
import { amount, count, message, name } from './fields.ts';

export const Container = z.object({
  id: name,
  name,
  image: name,
  /** The engine's word: `running`, `exited`, `paused`… */
  state: name,
  /** The engine's sentence: `Up 3 hours`. */
  status: name,
  engine: z.enum(['docker', 'podman']),
  memoryUsedBytes: count.nullable(),
  /** Of one core. */
  cpuPercent: amount.nullable(),
  /** GPU indexes it was given; null where it cannot be told. */
  gpus: z.array(count).max(128).nullable(),
  owner: name.nullable(),
  /** To copy into a shell; null where the name has control characters. */
  enterCommand: message.nullable(),
});
export type Container = z.infer<typeof Container>;
