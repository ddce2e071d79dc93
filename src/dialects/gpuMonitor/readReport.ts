/**
 * A report that a collector of gpu-monitor pushed, as a sample. Whoever listens for reports hands it over parsed from JSON;
 * what comes of it goes through the hub's door for machines that report by themselves (hub/witnesses, `reported`).
 */
import { parseJson } from '../../lib/json.ts';
import { screenAttachCommand } from '../../lib/shell/attachCommand.ts';
import { containerEnterCommand } from '../../lib/shell/containerEnterCommand.ts';
import type { Container } from '../../model/container.ts';
import type { Gpu } from '../../model/gpu.ts';
import {
  MAX_CONTAINERS_PER_NODE,
  MAX_GPUS_PER_NODE,
  MAX_PROCESSES_PER_GPU,
  MAX_SESSIONS_PER_NODE,
} from '../../model/limits.ts';
import type { NodeSample } from '../../model/node.ts';
import { type FoundProcess, type ProcessDetails, UNKNOWN_DETAILS } from '../../model/process.ts';
import type { Session } from '../../model/session.ts';
import type { WitnessReading } from '../../model/witness.ts';
import {
  aboveZero,
  bytesOfMiB,
  celsiusOf,
  countOf,
  instantOfSeconds,
  nameOf,
  objectsIn,
  percentOf,
  pidOf,
} from '../reading/lenient.ts';
import { instantOfLocalTime } from '../reading/localTime.ts';
import { maskedCommand, witnessGpu, witnessProcess, witnessSample } from '../reading/witnessSample.ts';
import { Report, ReportContainer, ReportGpu, ReportProcess, ReportSession } from './reportShapes.ts';

/**
 * The older server takes a machine for online while its last report is at most 10 s old; samples of 5 s are told so.
 * Collectors send once a second and reach one in three.
 */
const INTERVAL_MS = 5000;
/** A clock further off than this is not of now in any zone. */
const CLOCK_TOLERANCE_MS = 60_000;
/** For searching; a large machine has some thousands. */
const MAX_PROCESSES = 4096;

export interface ReadReport {
  hostname: string;
  reading: WitnessReading;
  /** As the machine says; null where that leads nowhere from elsewhere. */
  address: string | null;
}

/**
 * The machine of a report; a sentence where it is none.
 * @param report whatever JSON came
 * @param before what a machine reported last, so that a card that it leaves out stays; null for none
 */
export function readReport(
  report: unknown,
  nowMs: number,
  before: (hostname: string) => NodeSample | null,
): ReadReport | { problem: string } {
  const parsed = Report.safeParse(report);
  const hostname = parsed.success ? nameOf(parsed.data.hostname) : null;
  if (!parsed.success || hostname === null) return { problem: 'a report says its hostname' };
  const { timestamp, gpu_data: gpus, system_info: system } = parsed.data;
  const memoryTotalBytes = countOf(aboveZero(system.memory_total));
  const containers = objectsIn(system.docker_containers, ReportContainer, MAX_CONTAINERS_PER_NODE);
  const sessions = objectsIn(system.screen_sessions, ReportSession, MAX_SESSIONS_PER_NODE);
  const sample = witnessSample(
    {
      takenAtMs: instantOfLocalTime(timestamp ?? '', nowMs, CLOCK_TOLERANCE_MS)?.atMs ?? nowMs,
      intervalMs: INTERVAL_MS,
      hostname,
      gpus: objectsIn(gpus, ReportGpu, MAX_GPUS_PER_NODE).map((gpu, place) =>
        gpuOf(gpu, place, memoryTotalBytes),
      ),
      host: {
        cpuPercent: percentOf(system.cpu_percent),
        memoryTotalBytes,
        memoryUsedBytes: memoryTotalBytes === null ? null : countOf(system.memory_used),
        disks: diskOf(system),
      },
      containers: containers.flatMap(containerOf),
      sessions: sessions.flatMap(sessionOf),
    },
    before(hostname),
  );
  const processes = objectsIn(system.processes, ReportProcess, MAX_PROCESSES).flatMap((process) =>
    foundProcess(process, memoryTotalBytes),
  );
  return { hostname, reading: { sample, processes }, address: reachable(nameOf(system.ip_address)) };
}

/** A machine may say an address that is only its own. */
const reachable = (address: string | null): string | null =>
  address === null || address.startsWith('127.') || address === '::1' ? null : address;

/** Of which mount it speaks is not told; the older collector asks for the root. */
function diskOf({ disk_total, disk_used }: typeof Report._output.system_info): NodeSample['host']['disks'] {
  const totalBytes = countOf(aboveZero(disk_total));
  if (totalBytes === null) return [];
  return [
    {
      ...{ mount: '/', device: null, fileSystem: null, totalBytes, usedBytes: countOf(disk_used) },
      ...{ readBytesPerSecond: null, writeBytesPerSecond: null, state: 'ok', message: null, remarks: null },
    },
  ];
}

function gpuOf(gpu: typeof ReportGpu._output, place: number, memoryTotalBytes: number | null): Gpu {
  return witnessGpu(countOf(gpu.id) ?? place, {
    name: nameOf(gpu.name),
    memoryTotalBytes: bytesOfMiB(aboveZero(gpu.memory_total)),
    memoryUsedBytes: gpu.memory_total === 0 ? null : bytesOfMiB(gpu.memory_used),
    utilizationPercent: percentOf(gpu.utilization),
    temperatureCelsius: celsiusOf(gpu.temperature),
    usedIsWithoutReserved: true,
    processes: objectsIn(gpu.processes, ReportProcess, MAX_PROCESSES_PER_GPU).flatMap((process) => {
      const pid = pidOf(process.pid);
      if (pid === null) return [];
      const memoryUsedBytes = bytesOfMiB(aboveZero(process.gpu_memory_usage));
      return [witnessProcess(pid, memoryUsedBytes, detailsOf(process, memoryTotalBytes))];
    }),
  });
}

function detailsOf(
  process: typeof ReportProcess._output,
  memoryTotalBytes: number | null,
): Partial<ProcessDetails> {
  const user = nameOf(process.username);
  const share = percentOf(process.memory_percent);
  return {
    name: nameOf(process.name),
    command: maskedCommand(nameOf(process.cmdline, Infinity)),
    user,
    owner: user,
    ownerRule: user === null ? 'unknown' : 'uid',
    startedAtMs: instantOfSeconds(process.create_time),
    cpuPercent: process.cpu_percent !== null && process.cpu_percent >= 0 ? process.cpu_percent : null,
    hostMemoryBytes:
      share === null || memoryTotalBytes === null ? null : Math.round((share / 100) * memoryTotalBytes),
  };
}

function foundProcess(
  process: typeof ReportProcess._output,
  memoryTotalBytes: number | null,
): FoundProcess[] {
  const pid = pidOf(process.pid);
  if (pid === null) return [];
  const gpu = countOf(process.gpu_id);
  return [
    {
      ...UNKNOWN_DETAILS,
      ...detailsOf(process, memoryTotalBytes),
      pid,
      gpus: gpu === null ? [] : [gpu],
      gpuMemoryBytes: bytesOfMiB(aboveZero(process.gpu_memory_usage)),
    },
  ];
}

function containerOf(container: typeof ReportContainer._output): Container[] {
  const id = nameOf(container.id);
  const name = nameOf(container.name) ?? id?.slice(0, 12) ?? null;
  if (id === null || name === null) return [];
  const status = nameOf(container.status) ?? '';
  return [
    {
      id,
      name,
      image: nameOf(container.image) ?? '',
      state: stateOf(status),
      status,
      engine: 'docker',
      memoryUsedBytes: countOf(aboveZero(container.memoryUsage)),
      cpuPercent: null,
      gpus: gpusOf(container.gpuDevices),
      owner: null,
      enterCommand: containerEnterCommand(['docker'], { name, id }),
    },
  ];
}

/** The engine's word, from its sentence: `Up 2 hours (Paused)` is paused. */
function stateOf(status: string): string {
  const said = status.toLowerCase();
  if (said.includes('(paused)')) return 'paused';
  const [first = ''] = said.split(/\s/);
  return first === 'up' ? 'running' : first;
}

/** `"[0,1]"`, or a list; null where it is neither. */
function gpusOf(told: unknown): number[] | null {
  const devices = typeof told === 'string' ? parseJson(told) : told;
  if (!Array.isArray(devices)) return null;
  const indexes = devices.flatMap((device) => {
    const index = typeof device === 'string' && /^\d{1,4}$/.test(device) ? Number(device) : device;
    return typeof index === 'number' && Number.isSafeInteger(index) && index >= 0 ? [index] : [];
  });
  return indexes.slice(0, 128);
}

function sessionOf({ pid, name: told, status }: typeof ReportSession._output): Session[] {
  const name = nameOf(told);
  if (name === null || !/^\d{1,10}$/.test(pid)) return [];
  const attached = status === null ? null : /attached/i.test(status) && !/detached/i.test(status);
  return [
    {
      kind: 'screen',
      id: `${pid}.${name}`.slice(0, 256),
      name,
      user: null,
      attached,
      createdAtMs: null,
      attachCommand: screenAttachCommand(`${pid}.${name}`, attached === true, null),
    },
  ];
}
