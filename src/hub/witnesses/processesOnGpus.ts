/** What there is to search of a machine whose older system tells only of processes on cards. */
import { pick } from '../../lib/pick.ts';
import type { NodeSample } from '../../model/node.ts';
import { type FoundProcess, ProcessDetails } from '../../model/process.ts';

const DETAILS = ProcessDetails.keyof().options;

/** The processes that its cards tell of, each once. */
export function processesOnGpus({ gpus }: NodeSample): FoundProcess[] {
  const found = new Map<number, FoundProcess>();
  for (const gpu of gpus) {
    for (const process of gpu.processes) {
      const before = found.get(process.pid);
      if (before) {
        before.gpus.push(gpu.index);
        before.gpuMemoryBytes = sumOrNull(before.gpuMemoryBytes, process.memoryUsedBytes);
      } else {
        found.set(process.pid, {
          pid: process.pid,
          ...pick(process, DETAILS),
          gpus: [gpu.index],
          gpuMemoryBytes: process.memoryUsedBytes,
        });
      }
    }
  }
  return [...found.values()];
}

const sumOrNull = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? null : a + b;
