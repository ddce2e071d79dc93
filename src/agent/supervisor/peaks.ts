/** What the processes of each task hold on each card, and the most they ever did. Pure. */
import type { NodeSample } from '../../model/node.ts';
import type { AttemptReport } from '../../protocol/supervision.ts';

export interface HeldMemory {
  bytesByUuid: Map<string, number>;
  pids: Set<number>;
}

/** By task. A process whose memory the driver does not tell holds some, but nobody knows how much. */
export function heldByTask({ gpus }: Pick<NodeSample, 'gpus'>): Map<string, HeldMemory> {
  const byTask = new Map<string, HeldMemory>();
  for (const { uuid, processes } of gpus) {
    for (const { pid, task, memoryUsedBytes } of processes) {
      if (uuid === null || task === null) continue;
      const held = byTask.get(task) ?? { bytesByUuid: new Map(), pids: new Set() };
      held.pids.add(pid);
      if (memoryUsedBytes !== null)
        held.bytesByUuid.set(uuid, (held.bytesByUuid.get(uuid) ?? 0) + memoryUsedBytes);
      byTask.set(task, held);
    }
  }
  return byTask;
}

type Peaks = AttemptReport['gpuMemoryPeakBytes'];

/** The peaks after what a sample says. */
export function raisedPeaks(peaks: Peaks, bytesByUuid: ReadonlyMap<string, number>): Peaks {
  const raised = new Map(peaks.map(({ uuid, bytes }) => [uuid, bytes]));
  for (const [uuid, bytes] of bytesByUuid) raised.set(uuid, Math.max(raised.get(uuid) ?? 0, bytes));
  return [...raised].map(([uuid, bytes]) => ({ uuid, bytes }));
}
