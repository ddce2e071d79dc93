/**
 * The door between the driver's process and the agent: every line of the child is parsed here, exactly once. Each GPU on
 * its own: one that says what cannot be is told as failed, and hides nobody.
 */
import * as z from 'zod';
import { pick } from '../../../lib/pick.ts';
import { AgentRemark } from '../../../model/agentRemark.ts';
import { blankFastFigures, blankSlowFigures } from '../../../model/blankReading.ts';
import { count, instantMs, message, name } from '../../../model/fields.ts';
import { GpuReading, XidEvent } from '../../../model/gpu.ts';
import { MAX_GPUS_PER_NODE, MAX_PROCESSES_PER_GPU, MAX_XID_EVENTS } from '../../../model/limits.ts';
import { GpuProcessReading, ProcessType } from '../../../model/process.ts';
import { said } from '../../said.ts';
import { type ChildMessage, fastFigures, type GpuLine, slowFigures, staticFigures } from './messages.ts';

const statics = z.object(pick(GpuReading.shape, staticFigures)).optional();

const gpuLine = z.object({
  statics,
  slow: z.object(pick(GpuReading.shape, slowFigures)).optional(),
  fast: z.object(pick(GpuReading.shape, fastFigures)),
  xidEvents: z.array(XidEvent).max(MAX_XID_EVENTS * 2),
});

/** The same, with the processes left to `isProcessReading`: there are dozens, each second, of seven figures each. */
const quickGpuLine = gpuLine.extend({
  fast: gpuLine.shape.fast.extend({ processes: z.array(z.unknown()).max(MAX_PROCESSES_PER_GPU) }),
});

const PROCESS_KEYS = Object.keys(GpuProcessReading.shape).length;
const processTypes: ReadonlySet<unknown> = new Set(ProcessType.options);

/** What the schema would take as it is. Where this says no, the schema has its say: it knows why. */
export function isProcessReading(value: unknown): value is GpuProcessReading {
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== PROCESS_KEYS) return false;
  const process = value as Record<keyof GpuProcessReading, unknown>;
  return (
    isWhole(process.pid, 1, 2 ** 31 - 1) &&
    processTypes.has(process.type) &&
    (process.memoryUsedBytes === null || isWhole(process.memoryUsedBytes, 0, Number.MAX_SAFE_INTEGER)) &&
    isPercentOrNull(process.smUtilizationPercent) &&
    isPercentOrNull(process.memoryUtilizationPercent) &&
    isPercentOrNull(process.encoderUtilizationPercent) &&
    isPercentOrNull(process.decoderUtilizationPercent)
  );
}

const isWhole = (value: unknown, least: number, most: number): boolean =>
  Number.isInteger(value) && (value as number) >= least && (value as number) <= most;

const isPercentOrNull = (value: unknown): boolean =>
  value === null || (typeof value === 'number' && value >= 0 && value <= 100);

const childMessage = z.discriminatedUnion('say', [
  z.object({ say: z.literal('ready'), version: name.nullable(), cudaVersion: name.nullable() }),
  z.object({
    say: z.literal('trouble'),
    state: z.enum(['absent', 'mismatch', 'failed']),
    isLasting: z.boolean(),
    message,
    remarks: z.array(AgentRemark),
  }),
  z.object({
    say: z.literal('sample'),
    takenAtMs: instantMs,
    gpus: z.array(z.unknown()).max(MAX_GPUS_PER_NODE),
    refusedFigures: z.record(name, count),
  }),
]);

/** What makes a line none of the agreed messages: `takenAtMs`, `not JSON`. */
export interface Misunderstanding {
  misunderstood: string;
}

/**
 * Never throws: what is none of the agreed messages is told as misunderstood, for which its child is ended
 * (childProcess.ts).
 */
export function parseMessage(line: string): ChildMessage | Misunderstanding {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return { misunderstood: 'not JSON' };
  }
  const { data, error } = childMessage.safeParse(value);
  if (error !== undefined) return { misunderstood: fieldOf(error) };
  return data.say === 'sample' ? { ...data, gpus: data.gpus.map(parseGpuLine) } : data;
}

function parseGpuLine(value: unknown, index: number): GpuLine {
  const quickly = quickGpuLine.safeParse(value).data;
  if (quickly?.fast.processes.every(isProcessReading)) return quickly as GpuLine;
  const { data, error } = gpuLine.safeParse(value);
  if (error === undefined) return data;
  return {
    // Said once only: who it is stays known if that much was understood.
    statics: z.object({ statics }).safeParse(value).data?.statics,
    slow: blankSlowFigures(),
    fast: {
      ...blankFastFigures(),
      index,
      state: 'failed',
      ...said({ kind: 'gpu-odd', gpuIndex: index, figure: fieldOf(error) }),
    },
    xidEvents: [],
  };
}

/** Where the first fault is, without the group that it travels in: `processes.0.pid`. */
function fieldOf(error: z.ZodError): string {
  const [first, ...rest] = error.issues[0]?.path ?? [];
  const inGroup = rest.length > 0 && groups.has(String(first));
  return (inGroup ? rest : [first ?? 'its shape', ...rest]).join('.');
}

const groups = new Set<string>(['statics', 'slow', 'fast'] satisfies (keyof GpuLine)[]);
