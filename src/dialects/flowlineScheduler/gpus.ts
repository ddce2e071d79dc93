/** GPUs as the older FlowLine tells of them (`GET /api/gpus`): MiB, percent, °C and watts, keyed by number. */
import type { Gpu } from '../../model/gpu.ts';
import type { NodeStatus } from '../../model/node.ts';
import { driverIsFresh, listedGpus, mebibytes, rounded } from '../figures.ts';

/** A card, with the machine it sits in. */
export interface PlacedGpu {
  nodeId: string;
  /** As people call the machine. */
  nodeName: string;
  gpu: Gpu;
}

export interface OlderGpu {
  /** Processes that hold the card. */
  all_process_num: number;
  free_memory: number;
  max_power: number | '?';
  name: string;
  power: number;
  status: 'available' | 'disabled';
  temperature: number;
  total_memory: number;
  /** Of these, processes of our tasks. */
  user_process_num: number;
  utilization: number;
}

/**
 * Every card that can be told of now: of machines that are there, with a driver that answers. A machine that is known by an
 * older system alone runs no tasks, so its cards are none of the queue's.
 */
export const placedGpus = (nodes: readonly NodeStatus[]): PlacedGpu[] =>
  nodes.flatMap(({ id, name, alias, state, source, sample }) =>
    sample === null || source !== null || (state !== 'online' && state !== 'stale') || !driverIsFresh(sample)
      ? []
      : listedGpus(sample).map((gpu) => ({ nodeId: id, nodeName: alias ?? name, gpu })),
  );

/**
 * The body.
 * @param numbers of the cards, in their order
 * @param off uuids of cards that are switched off for the queue
 */
export function gpusBody(
  cards: readonly PlacedGpu[],
  numbers: readonly number[],
  off: ReadonlySet<string>,
): Record<string, OlderGpu> {
  // In a fleet a name alone would not say which machine is meant.
  const isFleet = new Set(cards.map(({ nodeId }) => nodeId)).size > 1;
  return Object.fromEntries(
    cards.map((card, place): [string, OlderGpu] => [
      String(numbers[place]),
      olderGpu(card.gpu, isFleet ? `${card.nodeName}: ` : '', off),
    ]),
  );
}

const olderGpu = (gpu: Gpu, before: string, off: ReadonlySet<string>): OlderGpu => ({
  all_process_num: gpu.processes.length,
  free_memory: mebibytes(gpu.memoryFreeBytes),
  max_power: gpu.powerLimitWatts === null ? '?' : rounded(gpu.powerLimitWatts, 1),
  name: `${before}${gpu.name ?? 'Unknown'}`,
  power: rounded(gpu.powerWatts ?? 0, 1),
  status: gpu.uuid !== null && off.has(gpu.uuid) ? 'disabled' : 'available',
  temperature: Math.round(gpu.temperatureCelsius ?? 0),
  total_memory: mebibytes(gpu.memoryTotalBytes),
  user_process_num: gpu.processes.filter(({ task }) => task !== null).length,
  utilization: Math.round(gpu.utilizationPercent ?? 0),
});
