/** Rows of a table of processes, from a machine's GPUs or from a search, and their order. Pure. */
import { hasUnaccountedRow } from '../../src/fleet/memorySegments.ts';
import type { FleetGpu } from '../../src/fleet/view.ts';
import type { Gpu } from '../../src/model/gpu.ts';
import type { GpuProcess, ProcessDetails } from '../../src/model/process.ts';
import type { ProcessOfNode } from '../../src/protocol/hubApi.ts';

export interface ProcessRow {
  key: string;
  nodeId: string;
  nodeName: string;
  gpus: number[];
  /** Null for the row of memory that no process accounts for. */
  pid: number | null;
  gpuMemoryBytes: number | null;
  smUtilizationPercent: number | null;
  process: ProcessDetails | null;
  /** What only the driver knows of it, for each of `gpus`; empty from a search. */
  onGpus: GpuProcess[];
}

/** A row for each process, whose GPUs are joined, and one for each GPU with memory that nobody accounts for. */
export function rowsOfGpus(
  node: { id: string; name: string },
  gpus: readonly (Gpu | FleetGpu)[],
): ProcessRow[] {
  const rows = new Map<string, ProcessRow>();
  for (const gpu of gpus) {
    for (const process of 'processes' in gpu ? gpu.processes : []) {
      const key = keyOfProcess(node.id, process);
      const row = rows.get(key);
      rows.set(key, {
        key,
        nodeId: node.id,
        nodeName: node.name,
        gpus: [...(row?.gpus ?? []), gpu.index],
        pid: process.pid,
        gpuMemoryBytes: sum(row?.gpuMemoryBytes ?? null, process.memoryUsedBytes),
        smUtilizationPercent: mean([...(row?.onGpus ?? []), process]),
        process,
        onGpus: [...(row?.onGpus ?? []), process],
      });
    }
    if (!hasUnaccountedRow(gpu)) continue;
    const key = `${node.id}/unaccounted/${gpu.index}`;
    rows.set(key, {
      key,
      nodeId: node.id,
      nodeName: node.name,
      gpus: [gpu.index],
      pid: null,
      gpuMemoryBytes: gpu.memoryUnaccountedBytes,
      smUtilizationPercent: null,
      process: null,
      onGpus: [],
    });
  }
  return [...rows.values()];
}

/** Names one process for good: its pid alone may be another's by the next search. */
const keyOfProcess = (nodeId: string, { pid, startedAtMs }: { pid: number; startedAtMs: number | null }) =>
  `${nodeId}/${pid}/${startedAtMs ?? ''}`;

const sum = (one: number | null, other: number | null): number | null =>
  one === null ? other : one + (other ?? 0);

function mean(processes: readonly GpuProcess[]): number | null {
  const known = processes.flatMap((process) => process.smUtilizationPercent ?? []);
  return known.length === 0 ? null : known.reduce((total, value) => total + value, 0) / known.length;
}

/** A row for each process that a search found. */
export function rowsOfFound(found: readonly ProcessOfNode[]): ProcessRow[] {
  return found.map((process) => ({
    key: keyOfProcess(process.nodeId, process),
    nodeId: process.nodeId,
    nodeName: process.nodeName,
    gpus: process.gpus,
    pid: process.pid,
    gpuMemoryBytes: process.gpuMemoryBytes,
    smUtilizationPercent: null,
    process,
    onGpus: [],
  }));
}

export type ProcessColumn =
  | 'machine'
  | 'gpu'
  | 'owner'
  | 'memory'
  | 'sm'
  | 'cpu'
  | 'ram'
  | 'running'
  | 'command'
  | 'pid';

export interface Sorting {
  column: ProcessColumn;
  descending: boolean;
}

/** Figures sort largest first when chosen, names from A. */
export const sortsDescending = (column: ProcessColumn): boolean =>
  ['memory', 'sm', 'cpu', 'ram', 'running'].includes(column);

/** The rows in an order; missing values and the unaccounted come last either way, equals keep their order. */
export function sortRows(rows: readonly ProcessRow[], { column, descending }: Sorting): ProcessRow[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const one = keyOf(a, column);
    const other = keyOf(b, column);
    if (one === null || other === null) return Number(one === null) - Number(other === null);
    if (typeof one === 'number' && typeof other === 'number') return sign * (one - other);
    return sign * String(one).localeCompare(String(other), undefined, { numeric: true });
  });
}

function keyOf(row: ProcessRow, column: ProcessColumn): number | string | null {
  // Memory that nobody accounts for belongs under the processes, even where it is larger than all of them.
  if (row.process === null) return null;
  switch (column) {
    case 'machine':
      return row.nodeName;
    case 'gpu':
      return row.gpus[0] ?? null;
    case 'owner':
      return row.process.owner ?? row.process.user;
    case 'memory':
      return row.gpuMemoryBytes;
    case 'sm':
      return row.smUtilizationPercent;
    case 'cpu':
      return row.process.cpuPercent;
    case 'ram':
      return row.process.hostMemoryBytes;
    case 'running':
      return row.process.startedAtMs === null ? null : -row.process.startedAtMs;
    case 'command':
      return row.process.command ?? row.process.name;
    case 'pid':
      return row.pid;
  }
}
