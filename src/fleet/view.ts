/**
 * What everybody who watches the fleet is sent: each node without its processes, containers and sessions, each GPU
 * with its holders summed by owner (the memory bar). The whole of a node goes only to those who look at it.
 */
import type { Gpu } from '../model/gpu.ts';
import type { NodeSample, NodeStatus } from '../model/node.ts';

/** The memory that one owner's processes hold on a GPU. */
export interface Holder {
  /** Null: nobody could be named. */
  owner: string | null;
  /** Null where the driver does not tell the memory of a process. */
  memoryUsedBytes: number | null;
  processes: number;
  /** How many of them compute; the others only draw (a desktop's X server). */
  computeProcesses: number;
  /** When the oldest of his processes started. */
  sinceMs: number | null;
}

export type FleetGpu = Omit<Gpu, 'processes'> & { holders: Holder[] };
export type FleetSample = Omit<NodeSample, 'gpus' | 'containers' | 'sessions'> & { gpus: FleetGpu[] };
export type FleetNode = Omit<NodeStatus, 'sample'> & { sample: FleetSample | null };
/** By node id, in the configured order. */
export interface FleetView {
  nodes: Record<string, FleetNode>;
  order: string[];
}

/** A node as the `fleet` scope shows it. */
export function fleetNode(status: NodeStatus): FleetNode {
  if (!status.sample) return { ...status, sample: null };
  const { containers: _containers, sessions: _sessions, gpus, ...sample } = status.sample;
  return { ...status, sample: { ...sample, gpus: gpus.map(fleetGpu) } };
}

function fleetGpu({ processes, ...gpu }: Gpu): FleetGpu {
  return { ...gpu, holders: holdersOf(processes) };
}

/** Holders by memory, largest first; those of unknown memory last. */
export function holdersOf(processes: Gpu['processes']): Holder[] {
  const byOwner = new Map<string | null, Holder>();
  for (const process of processes) {
    const holder = byOwner.get(process.owner);
    if (!holder) {
      byOwner.set(process.owner, {
        owner: process.owner,
        memoryUsedBytes: process.memoryUsedBytes,
        processes: 1,
        computeProcesses: computes(process) ? 1 : 0,
        sinceMs: process.startedAtMs,
      });
      continue;
    }
    holder.processes += 1;
    if (computes(process)) holder.computeProcesses += 1;
    holder.memoryUsedBytes = sumOrNull(holder.memoryUsedBytes, process.memoryUsedBytes);
    holder.sinceMs = earliest(holder.sinceMs, process.startedAtMs);
  }
  return [...byOwner.values()].sort((a, b) => (b.memoryUsedBytes ?? -1) - (a.memoryUsedBytes ?? -1));
}

const computes = (process: Gpu['processes'][number]): boolean => process.type !== 'graphics';
const sumOrNull = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : a + b;
const earliest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.min(a, b);
