/**
 * A machine as a server of the distributed monitor tells of it (`GET /gpu-info`): bytes, milliwatts and °C as unsigned
 * whole numbers. Its aggregator decodes them into such fields, and drops a node for one fraction or sign.
 */
import type { Gpu } from '../../model/gpu.ts';
import type { NodeSample } from '../../model/node.ts';
import type { GpuProcess } from '../../model/process.ts';
import { driverIsFresh, listedGpus, localTime } from '../figures.ts';

export interface ServerProcess {
  pid: number;
  /** The program as it was called; `[Not Found]` where the process is gone. */
  name: string;
  /** Bytes */
  used: number;
}

export interface ServerGpu {
  /** PCI bus id as the driver writes it. */
  id: string;
  name: string;
  /** Percent */
  utilization: number;
  /** Bytes */
  memory_used: number;
  /** Bytes */
  memory_total: number;
  /** °C */
  temperature: number;
  /** Milliwatts */
  power_usage: number;
  /** Milliwatts */
  power_limit: number;
  processes: ServerProcess[];
}

export interface GpuInfo {
  node_name: string;
  /** RFC 3339 with zone. */
  timestamp: string;
  gpus: ServerGpu[];
}

/** The body of `GET /gpu-info`, or the words of its failure (500, text): without a GPU to tell of the older server has no answer. */
export function gpuInfo(sample: NodeSample): GpuInfo | { failure: string } {
  const { driver } = sample;
  if (!driverIsFresh(sample)) {
    return { failure: `Failed to get GPU info: ${driver.message ?? `the driver is ${driver.state}`}` };
  }
  const gpus = listedGpus(sample);
  if (gpus.length === 0) {
    const lost = sample.gpus.find(({ state }) => state !== 'ok');
    return { failure: `Failed to get GPU info: ${lost?.message ?? 'the driver counts no GPU'}` };
  }
  return { node_name: sample.hostname, timestamp: zonedTime(sample.takenAtMs), gpus: gpus.map(serverGpu) };
}

/** `2026-11-22T20:29:50.484+09:00`, local. */
export function zonedTime(ms: number): string {
  const { date, time, milliseconds, offset } = localTime(ms);
  return `${date}T${time}.${milliseconds}${offset}`;
}

const serverGpu = (gpu: Gpu): ServerGpu => ({
  id: gpu.pciBusId ?? gpu.uuid ?? `index-${gpu.index}`,
  name: gpu.name ?? 'Unknown',
  utilization: gpu.utilizationPercent ?? 0,
  memory_used: gpu.memoryUsedBytes ?? 0,
  memory_total: gpu.memoryTotalBytes ?? 0,
  temperature: unsigned(gpu.temperatureCelsius),
  power_usage: unsigned(gpu.powerWatts, 1000),
  power_limit: unsigned(gpu.powerLimitWatts, 1000),
  processes: gpu.processes.map(serverProcess),
});

/** A whole number that is not below 0, however the figure is written. */
const unsigned = (figure: number | null, times = 1): number => Math.max(0, Math.round((figure ?? 0) * times));

const serverProcess = (process: GpuProcess): ServerProcess => ({
  pid: process.pid,
  name: programOf(process),
  used: process.memoryUsedBytes ?? 0,
});

/** The first argument; a path with blanks in it is known by what the system executes. */
function programOf({ command, executable, name }: GpuProcess): string {
  const first = command?.split(' ', 1)[0];
  if (first === undefined || first === '') return executable ?? name ?? '[Not Found]';
  return executable !== null && command?.startsWith(executable) ? executable : first;
}
