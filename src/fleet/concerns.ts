/**
 * What asks for somebody's attention now, worst first: the page's side rail, its filter, and a machine's one message.
 * Words are left to who shows it. Alerts (with memory and notification) are another thing; this only reads the present.
 */
import type { Disk } from '../model/host.ts';
import { isSlowed } from './gpuCondition.ts';
import { conditionOf } from './summary.ts';
import type { FleetGpu, FleetNode } from './view.ts';

/** At or above these shares of a disk somebody should know, or act. */
export const DISK_WARN_PERCENT = 90;
export const DISK_FULL_PERCENT = 97;

export type Concern =
  | { kind: 'driver'; severity: 'sick'; node: FleetNode }
  | { kind: 'gpu-sick'; severity: 'sick'; node: FleetNode; gpu: FleetGpu }
  | { kind: 'disk'; severity: 'sick' | 'warn'; node: FleetNode; disk: Disk; percent: number }
  | { kind: 'slowed'; severity: 'warn'; node: FleetNode; gpus: FleetGpu[] }
  | { kind: 'absent'; severity: 'off'; node: FleetNode };

const RANK = { sick: 0, warn: 1, off: 2 };

/**
 * A machine's concerns, worst first. A machine that is away has only that: the rest is not known now. One in
 * maintenance has none: somebody cares for it already.
 */
export function concernsOf(node: FleetNode): Concern[] {
  if (node.absence === 'maintenance') return [];
  if (node.state === 'offline' || node.state === 'unknown')
    return [{ kind: 'absent', severity: 'off', node }];
  const sample = node.sample;
  if (!sample) return [];
  const concerns: Concern[] = [];
  const { state } = sample.driver;
  // A machine without a driver is a login node or a newcomer: it is said, and nobody is called.
  if (state === 'unresponsive' || state === 'failed' || state === 'mismatch')
    concerns.push({ kind: 'driver', severity: 'sick', node });
  const slowed: FleetGpu[] = [];
  for (const gpu of sample.gpus) {
    const condition = conditionOf(node, gpu);
    if (condition === 'sick') concerns.push({ kind: 'gpu-sick', severity: 'sick', node, gpu });
    if (condition === 'working' && isSlowed(gpu)) slowed.push(gpu);
  }
  const disk = fullestDisk(sample.host.disks);
  if (disk && disk.percent >= DISK_WARN_PERCENT) {
    concerns.push({
      kind: 'disk',
      severity: disk.percent >= DISK_FULL_PERCENT ? 'sick' : 'warn',
      node,
      ...disk,
    });
  }
  if (slowed.length > 0) concerns.push({ kind: 'slowed', severity: 'warn', node, gpus: slowed });
  return concerns.sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** The concerns of a fleet, worst first, in the order of its machines. */
export function fleetConcerns(nodes: readonly FleetNode[]): Concern[] {
  return nodes.flatMap(concernsOf).sort((a, b) => RANK[a.severity] - RANK[b.severity]);
}

/** The disk with the largest share in use; null where none tells. */
export function fullestDisk(disks: readonly Disk[]): { disk: Disk; percent: number } | null {
  let fullest: { disk: Disk; percent: number } | null = null;
  for (const disk of disks) {
    if (disk.totalBytes === null || disk.usedBytes === null || disk.totalBytes === 0) continue;
    const percent = (100 * disk.usedBytes) / disk.totalBytes;
    if (!fullest || percent > fullest.percent) fullest = { disk, percent };
  }
  return fullest;
}
