/** The whole fleet in a few figures: how many GPUs do what, memory, power, and the roomiest free card. */
import type { NodeState } from '../model/node.ts';
import { type GpuCondition, gpuCondition } from './gpuCondition.ts';
import { shortModelName } from './modelName.ts';
import type { FleetGpu, FleetNode, FleetView } from './view.ts';

/** Nodes in the configured order; an id without a node is passed over. */
export function nodesInOrder(view: FleetView): FleetNode[] {
  return view.order.map((id) => view.nodes[id]).filter((node) => node !== undefined);
}

/** The condition of one GPU of a node; `unknown` where the node has no sample. */
export function conditionOf(node: FleetNode, gpu: FleetGpu): GpuCondition {
  if (!node.sample) return 'unknown';
  const { state: nodeState, absence } = node;
  return gpuCondition({ nodeState, absence, driver: node.sample.driver, gpu });
}

/** The five words of the summary; every GPU counts as exactly one. */
export type ConditionGroup = 'free' | 'working' | 'holding-idle' | 'sick' | 'offline';

/** No answer is counted with the sick; asleep, starting and maintenance are not there to be taken, so they count as offline. */
export function conditionGroup(condition: GpuCondition): ConditionGroup {
  switch (condition) {
    case 'no-answer':
      return 'sick';
    case 'asleep':
    case 'starting':
    case 'maintenance':
    case 'unknown':
      return 'offline';
    default:
      return condition;
  }
}

/** As what a GPU counts in its fleet: a sick one of a machine in maintenance is cared for, and calls nobody. */
export function groupOf(node: FleetNode, gpu: FleetGpu): ConditionGroup {
  const group = conditionGroup(conditionOf(node, gpu));
  return group === 'sick' && node.absence === 'maintenance' ? 'offline' : group;
}

export interface FleetSummary {
  machines: number;
  machinesByState: Record<NodeState, number>;
  gpus: number;
  groups: Record<ConditionGroup, number>;
  /** Over the GPUs that tell both; null where none does. */
  memoryUsedBytes: number | null;
  memoryTotalBytes: number | null;
  powerWatts: number | null;
  powerLimitWatts: number | null;
  /** The free GPU with most memory to be had. */
  roomiest: { node: FleetNode; gpu: FleetGpu; freeBytes: number } | null;
}

/** Counts the fleet. Figures of machines that are not online are left out of memory and power: they are not true now. */
export function fleetSummary(nodes: readonly FleetNode[]): FleetSummary {
  const summary: FleetSummary = {
    machines: nodes.length,
    machinesByState: { online: 0, stale: 0, offline: 0, unknown: 0 },
    gpus: 0,
    groups: { free: 0, working: 0, 'holding-idle': 0, sick: 0, offline: 0 },
    memoryUsedBytes: null,
    memoryTotalBytes: null,
    powerWatts: null,
    powerLimitWatts: null,
    roomiest: null,
  };
  for (const node of nodes) {
    summary.machinesByState[node.state] += 1;
    for (const gpu of node.sample?.gpus ?? []) countGpu(summary, node, gpu);
  }
  return summary;
}

function countGpu(summary: FleetSummary, node: FleetNode, gpu: FleetGpu): void {
  const group = groupOf(node, gpu);
  summary.gpus += 1;
  summary.groups[group] += 1;
  if (node.state !== 'online' && node.state !== 'stale') return;
  if (gpu.memoryUsedBytes !== null && gpu.memoryTotalBytes !== null) {
    summary.memoryUsedBytes = (summary.memoryUsedBytes ?? 0) + gpu.memoryUsedBytes;
    summary.memoryTotalBytes = (summary.memoryTotalBytes ?? 0) + gpu.memoryTotalBytes;
  }
  if (gpu.powerWatts !== null) summary.powerWatts = (summary.powerWatts ?? 0) + gpu.powerWatts;
  if (gpu.powerLimitWatts !== null) {
    summary.powerLimitWatts = (summary.powerLimitWatts ?? 0) + gpu.powerLimitWatts;
  }
  const freeBytes = memoryToTake(gpu);
  if (group === 'free' && freeBytes !== null && freeBytes > (summary.roomiest?.freeBytes ?? -1)) {
    summary.roomiest = { node, gpu, freeBytes };
  }
}

/** What a new process could still allocate; null where it is not known. */
export function memoryToTake(
  gpu: Pick<FleetGpu, 'memoryTotalBytes' | 'memoryUsedBytes' | 'memoryFreeBytes'>,
): number | null {
  if (gpu.memoryFreeBytes !== null) return gpu.memoryFreeBytes;
  if (gpu.memoryTotalBytes === null || gpu.memoryUsedBytes === null) return null;
  return Math.max(0, gpu.memoryTotalBytes - gpu.memoryUsedBytes);
}

const isSameKind = (one: FleetGpu, other: FleetGpu): boolean =>
  one.name === other.name && one.memoryTotalBytes === other.memoryTotalBytes;

/** The models of a machine with their number, most first: [["H100 80 GB", 8]]. */
export function modelsOf(gpus: readonly FleetGpu[]): [model: string, count: number][] {
  // Nearly every machine has cards of one kind, and a large fleet is asked four times a second.
  const [first] = gpus;
  if (first?.memoryTotalBytes && gpus.every((gpu) => isSameKind(gpu, first))) {
    const model = shortModelName(first);
    return model === null ? [] : [[model, gpus.length]];
  }
  const counts = new Map<string, number>();
  // A lost card tells its name and no memory: it counts with those that share its name.
  for (const gpu of gpus.toSorted(
    (a, b) => Number(a.memoryTotalBytes === null) - Number(b.memoryTotalBytes === null),
  )) {
    const model = shortModelName(gpu);
    if (model === null) continue;
    const known =
      gpu.memoryTotalBytes === null
        ? [...counts.keys()].find((other) => other.startsWith(`${model} `))
        : undefined;
    counts.set(known ?? model, (counts.get(known ?? model) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1]);
}

export interface FreeByModel {
  model: string;
  free: number;
  total: number;
  /** The most that one free card of this model has left; null where none is free. */
  roomiestBytes: number | null;
}

/** What a person on the way sees first: free cards by model, most free first. */
export function freeByModel(nodes: readonly FleetNode[]): FreeByModel[] {
  const models = new Map<string, FreeByModel>();
  for (const node of nodes) {
    for (const gpu of node.sample?.gpus ?? []) {
      const model = shortModelName(gpu);
      if (model === null) continue;
      const entry = models.get(model) ?? { model, free: 0, total: 0, roomiestBytes: null };
      models.set(model, entry);
      entry.total += 1;
      if (conditionOf(node, gpu) !== 'free') continue;
      entry.free += 1;
      const bytes = memoryToTake(gpu);
      if (bytes !== null) entry.roomiestBytes = Math.max(entry.roomiestBytes ?? 0, bytes);
    }
  }
  return [...models.values()].sort((a, b) => b.free - a.free || b.total - a.total);
}

/** Who holds how many GPUs now (those of machines that are there), most first. */
export function gpusByOwner(nodes: readonly FleetNode[]): { owner: string; gpus: number; idle: number }[] {
  const owners = new Map<string, { owner: string; gpus: number; idle: number }>();
  for (const node of nodes) {
    if (node.state === 'offline' || node.state === 'unknown') continue;
    for (const gpu of node.sample?.gpus ?? []) {
      const idle = conditionOf(node, gpu) === 'holding-idle';
      for (const { owner } of gpu.holders) {
        if (owner === null) continue;
        const entry = owners.get(owner) ?? { owner, gpus: 0, idle: 0 };
        entry.gpus += 1;
        if (idle) entry.idle += 1;
        owners.set(owner, entry);
      }
    }
  }
  return [...owners.values()].sort((a, b) => b.gpus - a.gpus || a.owner.localeCompare(b.owner));
}
