/**
 * What a GPU is doing, in one word that page, terminal and commands share. The rules are here and nowhere else, and
 * each condition can say its rule in words (the page prints it).
 */
import type { AbsenceReason, Driver, NodeSample, NodeState } from '../model/node.ts';
import type { FleetGpu } from './view.ts';

/** brief.md, 3: one glyph, word and colour each. */
export type GpuCondition =
  | 'free'
  | 'working'
  | 'holding-idle'
  | 'sick'
  | 'no-answer'
  | 'offline'
  | 'asleep'
  | 'starting'
  | 'maintenance'
  | 'unknown';

/** A GPU is free while no process computes on it and less than this is used: a driver, or a desktop's X server, keeps some hundred MiB. */
export const FREE_MEMORY_BYTES = 1024 * 1024 * 1024;
/** At or above this the GPU works. */
export const WORKING_PERCENT = 5;

/** Reasons that mean a card is slowed by heat or power, not by rest or by choice. */
const SLOWING = new Set(['hardware-slowdown', 'software-thermal', 'hardware-thermal', 'power-brake']);

export interface ConditionInput {
  nodeState: NodeState;
  absence: AbsenceReason | null;
  driver: Driver;
  gpu: Pick<
    FleetGpu,
    | 'state'
    | 'utilizationPercent'
    | 'memoryUsedBytes'
    | 'holders'
    | 'throttleReasons'
    | 'recoveryAction'
    | 'ecc'
    | 'remappedRows'
    | 'retiredPages'
  >;
}

/**
 * The condition of a GPU now. Holding idle is what it is from the first idle second on; how long is told beside it.
 * Free is what may be taken: on a machine in maintenance nothing is, though what works there is still seen to work.
 */
export function gpuCondition(input: ConditionInput): GpuCondition {
  const condition = conditionByItself(input);
  return condition === 'free' && input.absence === 'maintenance' ? 'maintenance' : condition;
}

function conditionByItself({ nodeState, driver, gpu }: ConditionInput): GpuCondition {
  if (nodeState === 'offline' || nodeState === 'unknown') return 'offline';
  if (driver.state === 'starting') return 'starting';
  // Whatever is wrong with it: what it said before is not what is now.
  if (driver.state !== 'ok') return 'no-answer';
  if (gpu.state === 'asleep') return 'asleep';
  if (gpu.state !== 'ok' || needsCare(gpu)) return 'sick';
  if ((gpu.utilizationPercent ?? 0) >= WORKING_PERCENT) return 'working';
  const held = gpu.holders.some((holder) => holder.computeProcesses > 0);
  if (!held && gpu.memoryUsedBytes !== null && gpu.memoryUsedBytes < FREE_MEMORY_BYTES) return 'free';
  if (gpu.utilizationPercent === null) return held ? 'working' : 'unknown';
  return 'holding-idle';
}

/** A driver that takes a little longer than the interval is not late. */
const LEAST_LATE_MS = 2000;

/**
 * True while a sample's GPU figures are of its own time. One of a silent driver repeats the last ones: first, while its
 * deadline runs, with the state `ok`. They are what was, and no line goes on with them.
 */
export function figuresAreNow(sample: Pick<NodeSample, 'driver' | 'takenAtMs' | 'intervalMs'>): boolean {
  const { driver, takenAtMs, intervalMs } = sample;
  const ageMs = takenAtMs - (driver.answeredAtMs ?? takenAtMs);
  return driver.state === 'ok' && ageMs <= Math.max(2 * intervalMs, LEAST_LATE_MS);
}

/** True where the driver asks for a reset, or memory repairs wait for one. */
export function needsCare(
  gpu: Pick<FleetGpu, 'recoveryAction' | 'ecc' | 'remappedRows' | 'retiredPages'>,
): boolean {
  return (
    (gpu.recoveryAction !== null && gpu.recoveryAction !== 'none') ||
    gpu.remappedRows.failed === true ||
    gpu.remappedRows.pending === true ||
    gpu.retiredPages.pending === true ||
    (gpu.ecc.volatileUncorrected ?? 0) > 0
  );
}

/** True where heat or power holds the clocks down while the card works. */
export function isSlowed(gpu: Pick<FleetGpu, 'throttleReasons'>): boolean {
  return (gpu.throttleReasons ?? []).some((reason) => SLOWING.has(reason));
}
