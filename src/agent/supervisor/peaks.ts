/** What the processes of each task hold on each card, in one sample. Pure. */
import type { NodeSample } from '../../model/node.ts';

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
