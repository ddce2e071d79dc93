/** The door between the driver's process and the agent: every line of the child is parsed here, exactly once. */
import * as z from 'zod';
import { pick } from '../../../lib/pick.ts';
import { count, instantMs, message, name } from '../../../model/fields.ts';
import { GpuReading, XidEvent } from '../../../model/gpu.ts';
import { MAX_GPUS_PER_NODE, MAX_XID_EVENTS } from '../../../model/limits.ts';
import { type ChildMessage, fastFigures, slowFigures, staticFigures } from './messages.ts';

const gpuLine = z.object({
  statics: z.object(pick(GpuReading.shape, staticFigures)).optional(),
  slow: z.object(pick(GpuReading.shape, slowFigures)).optional(),
  fast: z.object(pick(GpuReading.shape, fastFigures)),
  xidEvents: z.array(XidEvent).max(MAX_XID_EVENTS * 2),
});

export const messageSchema: z.ZodType<ChildMessage> = z.discriminatedUnion('say', [
  z.object({ say: z.literal('ready'), version: name.nullable(), cudaVersion: name.nullable() }),
  z.object({ say: z.literal('trouble'), state: z.enum(['absent', 'mismatch', 'failed']), message }),
  z.object({
    say: z.literal('sample'),
    takenAtMs: instantMs,
    gpus: z.array(gpuLine).max(MAX_GPUS_PER_NODE),
    refusedFigures: z.record(name, count),
  }),
]);
