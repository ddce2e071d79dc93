/** What a hub knows of machines like the recorded ones: H100s with `sleep 86400` on them, reached, silent, or never seen. */
import type { Gpu } from '../../src/model/gpu.ts';
import type { NodeSample, NodeStatus } from '../../src/model/node.ts';
import type { GpuProcess } from '../../src/model/process.ts';
import { cardOf, MEBIBYTE, machineOf } from './recordedMachines.ts';

/** Card `place` with all its figures: used and free memory beside what the driver reserves. */
export const fullCard = (place: number, processes: GpuProcess[] = [], figures: Partial<Gpu> = {}): Gpu =>
  cardOf(place, {
    memoryUsedBytes: 65_756 * MEBIBYTE,
    memoryFreeBytes: 15_252 * MEBIBYTE,
    memoryReservedBytes: 551 * MEBIBYTE,
    ...figures,
    processes,
  });

/** A machine with these GPUs, sampled at an instant. */
export const machineWith = (gpus: Gpu[], takenAtMs: number, hostname = 'gpu-a'): NodeSample =>
  machineOf(hostname, takenAtMs, { gpus });

/** What the hub knows of a machine: online with this sample, or never seen. */
export const statusOf = (sample: NodeSample | null, changes: Partial<NodeStatus> = {}): NodeStatus => ({
  id: sample?.hostname ?? 'n1',
  name: sample?.hostname ?? 'gpu-c',
  alias: null,
  address: '127.0.0.1',
  state: sample ? 'online' : 'unknown',
  absence: null,
  mayRun: false,
  maintenance: null,
  rebooted: null,
  source: null,
  lastSeenAtMs: sample?.takenAtMs ?? null,
  sample,
  ...changes,
});

/** A GPU that fell off the bus: nothing of it can be read. */
export const lostCard = (place: number): Gpu => ({
  ...cardOf(place, {}),
  state: 'lost',
  message: 'GPU is lost',
});
