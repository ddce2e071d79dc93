/**
 * A machine as a slave of FlowLine Monitor tells of it (`GET /api/info`). Memory of the machine in GiB, of a GPU in MiB;
 * what is unknown is 0, "Unknown" or "N/A" there. Names stand in the order in which the older slave writes them.
 */
import type { Gpu } from '../../model/gpu.ts';
import type { Host } from '../../model/host.ts';
import type { NodeSample } from '../../model/node.ts';
import type { GpuProcess } from '../../model/process.ts';
import { driverIsFresh, gibibytes, listedGpus, localTime, mebibytes, padded, rounded } from '../figures.ts';

export interface SlaveProcess {
  /** The first five words. */
  cmdline: string;
  /** `[[days-]hours:]minutes:seconds` */
  elapsed_time: string;
  memory_mb: number;
  name: string;
  pid: number;
  /** `Sun Nov 22 10:51:34 2026`, local. */
  start_time: string;
  /** Name of its container, `Host Process` outside one, `Unknown` where the process is gone. */
  username: string;
}

export interface SlaveGpu {
  id: number;
  /** MiB */
  memory: { free: number; total: number; used: number };
  name: string;
  /** Watts */
  power: { current: number; max: number };
  processes: SlaveProcess[];
  /** °C */
  temperature: number;
  /** Percent */
  utilization: number;
}

export interface SlaveInfo {
  gpus: SlaveGpu[];
  system: {
    cpu_cores: number;
    cpu_model: string;
    cpu_temperature: { package: number | null };
    /** Left out where it is unknown, as by older slaves. */
    cpu_usage?: number;
    hostname: string;
    /** GiB */
    memory: { available: number; percent: number; total: number; used: number };
    os: string;
    /** GiB */
    swap: { free: number; percent: number; total: number; used: number };
  };
  /** Unix seconds. */
  timestamp: number;
}

/** The body of `GET /api/info`. A driver that has been in trouble for long has no GPUs there, as without one. */
export function slaveInfo(sample: NodeSample): SlaveInfo {
  return {
    gpus: driverIsFresh(sample) ? listedGpus(sample).map((gpu) => slaveGpu(gpu, sample.takenAtMs)) : [],
    system: slaveSystem(sample.hostname, sample.host),
    timestamp: sample.takenAtMs / 1000,
  };
}

/** The body of `GET /api/health`. */
export const slaveHealth = (nowMs: number) => ({ status: 'ok', timestamp: nowMs / 1000 });

function slaveSystem(hostname: string, host: Host): SlaveInfo['system'] {
  const { memoryTotalBytes, memoryUsedBytes, memoryAvailableBytes, swapTotalBytes, swapUsedBytes } = host;
  const swapFreeBytes =
    swapTotalBytes === null || swapUsedBytes === null ? null : swapTotalBytes - swapUsedBytes;
  return {
    cpu_cores: host.cpuCores ?? 0,
    cpu_model: host.cpuModel ?? 'Unknown',
    cpu_temperature: { package: host.cpuTemperatureCelsius },
    ...(host.cpuPercent === null ? {} : { cpu_usage: rounded(host.cpuPercent, 1) }),
    hostname,
    memory: {
      available: gibibytes(memoryAvailableBytes),
      percent: share(memoryUsedBytes, memoryTotalBytes),
      total: gibibytes(memoryTotalBytes),
      used: gibibytes(memoryUsedBytes),
    },
    os: host.kernel === null ? (host.os ?? 'Unknown') : `Linux ${host.kernel}`,
    swap: {
      free: gibibytes(swapFreeBytes),
      percent: share(swapUsedBytes, swapTotalBytes),
      total: gibibytes(swapTotalBytes),
      used: gibibytes(swapUsedBytes),
    },
  };
}

/** Percent, one decimal; 0 of nothing. */
const share = (part: number | null, whole: number | null): number =>
  part === null || whole === null || whole === 0 ? 0 : rounded((part / whole) * 100, 1);

const slaveGpu = (gpu: Gpu, nowMs: number): SlaveGpu => ({
  id: gpu.index,
  memory: {
    free: mebibytes(gpu.memoryFreeBytes),
    total: mebibytes(gpu.memoryTotalBytes),
    used: mebibytes(withReserved(gpu)),
  },
  name: gpu.name ?? 'Unknown',
  power: { current: rounded(gpu.powerWatts ?? 0, 1), max: rounded(gpu.powerLimitWatts ?? 0, 1) },
  processes: gpu.processes.map((process) => slaveProcess(process, nowMs)),
  temperature: Math.round(gpu.temperatureCelsius ?? 0),
  utilization: Math.round(gpu.utilizationPercent ?? 0),
});

/** The driver's own part counts as used there: used and free are the whole. */
const withReserved = ({ memoryUsedBytes, memoryReservedBytes }: Gpu): number | null =>
  memoryUsedBytes === null ? null : memoryUsedBytes + (memoryReservedBytes ?? 0);

const slaveProcess = (process: GpuProcess, nowMs: number): SlaveProcess => ({
  cmdline: process.command === null ? 'N/A' : process.command.split(' ').slice(0, 5).join(' '),
  elapsed_time: process.startedAtMs === null ? 'N/A' : elapsedTime(nowMs - process.startedAtMs),
  memory_mb: mebibytes(process.memoryUsedBytes),
  name: process.name ?? 'Unknown',
  pid: process.pid,
  start_time: process.startedAtMs === null ? 'N/A' : startTime(process.startedAtMs),
  username: process.container ?? (isKnown(process) ? 'Host Process' : 'Unknown'),
});

const isKnown = ({ name, command, uid }: GpuProcess): boolean =>
  name !== null || command !== null || uid !== null;

/** As `ps -o etime`: `57`s → `00:57`, `01:02:03`, `2-01:02:03`. */
export function elapsedTime(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const days = Math.floor(seconds / 86_400);
  const hours = Math.floor(seconds / 3600) % 24;
  const rest = `${padded(Math.floor(seconds / 60) % 60)}:${padded(seconds % 60)}`;
  if (days > 0) return `${days}-${padded(hours)}:${rest}`;
  return hours > 0 ? `${padded(hours)}:${rest}` : rest;
}

const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** As `ps -o lstart`: `Sun Nov 22 10:51:34 2026`, local; a day below ten has a blank before it. */
export function startTime(ms: number): string {
  const at = new Date(ms);
  const day = String(at.getDate()).padStart(2, ' ');
  return `${DAYS[at.getDay()]} ${MONTHS[at.getMonth()]} ${day} ${localTime(ms).time} ${at.getFullYear()}`;
}
