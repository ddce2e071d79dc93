/** What the processes of each task hold on each card, and the most they ever did. Pure. */
import type { NodeSample } from '../../model/node.ts';
import type { AttemptReport } from '../../protocol/supervision.ts';

/** Bytes by card, by task; a process whose memory the driver does not tell is left out. */
export function gpuMemoryByTask({ gpus }: Pick<NodeSample, 'gpus'>): Map<string, Map<string, number>> {
  const byTask = new Map<string, Map<string, number>>();
  for (const { uuid, processes } of gpus) {
    for (const { task, memoryUsedBytes } of processes) {
      if (uuid === null || task === null || memoryUsedBytes === null) continue;
      const byUuid = byTask.get(task) ?? new Map<string, number>();
      byUuid.set(uuid, (byUuid.get(uuid) ?? 0) + memoryUsedBytes);
      byTask.set(task, byUuid);
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
