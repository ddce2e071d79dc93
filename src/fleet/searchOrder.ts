/** The order in which found processes are answered, by each agent and again by the hub over all of them. */
import type { FoundProcess } from '../model/process.ts';

/**
 * Those that the query names by their pid first: no limit may cut off the one that was asked for. Then those with most
 * GPU memory, then with most host memory; what is not known counts as less than nothing.
 */
export function searchOrder(query: string): (a: FoundProcess, b: FoundProcess) => number {
  const named = new Set(pidsIn(query));
  return (a, b) =>
    Number(named.has(b.pid)) - Number(named.has(a.pid)) ||
    (b.gpuMemoryBytes ?? -1) - (a.gpuMemoryBytes ?? -1) ||
    (b.hostMemoryBytes ?? -1) - (a.hostMemoryBytes ?? -1) ||
    a.pid - b.pid;
}

/** The words of a query that may be pids. */
export function pidsIn(query: string): number[] {
  return query.split(/\s+/).flatMap((word) => (/^[1-9]\d{0,9}$/.test(word) ? [Number(word)] : []));
}
