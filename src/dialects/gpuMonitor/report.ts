/**
 * A machine as its `gpu-monitor` collector would report it, from a sample: MiB for GPUs, bytes for the machine, local time
 * without a zone. What is unknown is 0 or "Unknown" there. `processes` are those that hold a GPU: the hub knows no others
 * without asking (its page and `flowline processes` do).
 */
import type { Container } from '../../model/container.ts';
import type { Gpu } from '../../model/gpu.ts';
import type { Host } from '../../model/host.ts';
import type { NodeSample } from '../../model/node.ts';
import type { GpuProcess } from '../../model/process.ts';
import type { Session } from '../../model/session.ts';
import { driverIsFresh, listedGpus, nakedTime, rounded, wholeMebibytes } from '../figures.ts';
import { fractionsUnder, pythonJson } from '../python.ts';

export const FRACTIONS = fractionsUnder(['cpu_percent', 'create_time', 'disk_percent', 'memory_percent']);

/** Names in the order in which Flask sorts them; `is_online` is put between by whoever tells. */
export interface ReportText {
  /** `{"gpu_data":…,"hostname":…` */
  before: string;
  /** `"system_info":…,"timestamp":…}` */
  after: string;
}

/** Puts it together. */
export const machineText = ({ before, after }: ReportText, isOnline: boolean): string =>
  `${before},"is_online":${isOnline},${after}`;

/** The report of a sample. */
export function reportText(sample: NodeSample): ReportText {
  const { host, hostname, takenAtMs } = sample;
  const gpus = driverIsFresh(sample) ? listedGpus(sample) : [];
  // Told twice, under its card and among the machine's: encoded once.
  const processes = gpus.map((gpu) =>
    gpu.processes
      .map((process) => pythonJson(processOf(process, gpu.index, host.memoryTotalBytes), FRACTIONS))
      .join(','),
  );
  const gpuData = gpus.map((gpu, place) => gpuText(gpu, processes[place] ?? '')).join(',');
  const all = processes.filter((text) => text !== '').join(',');
  return {
    before: `{"gpu_data":[${gpuData}],"hostname":${pythonJson(hostname)}`,
    after: `"system_info":${systemText(sample, all)},"timestamp":"${nakedTime(takenAtMs)}"}`,
  };
}

function gpuText(gpu: Gpu, processes: string): string {
  const before = pythonJson({
    id: gpu.index,
    memory_total: wholeMebibytes(gpu.memoryTotalBytes),
    memory_used: wholeMebibytes(gpu.memoryUsedBytes),
    name: gpu.name ?? 'Unknown',
  });
  const after = pythonJson({
    temperature: Math.round(gpu.temperatureCelsius ?? 0),
    utilization: Math.round(gpu.utilizationPercent ?? 0),
  });
  return `${before.slice(0, -1)},"processes":[${processes}],${after.slice(1)}`;
}

function processOf(process: GpuProcess, gpuId: number, memoryBytes: number | null) {
  const { pid, name, command, user, startedAtMs, cpuPercent, hostMemoryBytes, memoryUsedBytes } = process;
  return {
    cmdline: command ?? '',
    cpu_percent: rounded(cpuPercent ?? 0, 1),
    create_time: rounded((startedAtMs ?? 0) / 1000, 2),
    gpu_id: gpuId,
    gpu_memory_usage: wholeMebibytes(memoryUsedBytes),
    is_gpu_process: true,
    memory_percent: share(hostMemoryBytes, memoryBytes),
    name: name ?? 'Unknown',
    pid,
    // Whether it sleeps or runs is not sampled: a GPU's own figure says what it does.
    status: 'Unknown',
    username: user ?? 'Unknown',
  };
}

function systemText({ host, containers, sessions }: NodeSample, processes: string): string {
  const root = host.disks.find(({ mount }) => mount === '/') ?? host.disks[0];
  const before = {
    cpu_percent: rounded(host.cpuPercent ?? 0, 1),
    disk_percent: rounded(share(root?.usedBytes ?? null, root?.totalBytes ?? null), 1),
    disk_total: root?.totalBytes ?? 0,
    disk_used: root?.usedBytes ?? 0,
    docker_containers: containers.map(containerOf),
    ip_address: addressOf(host),
    memory_percent: rounded(share(host.memoryUsedBytes, host.memoryTotalBytes), 1),
    memory_total: host.memoryTotalBytes ?? 0,
    memory_used: host.memoryUsedBytes ?? 0,
  };
  // Its readers attach with `screen -r`: what tmux has, they could not.
  const after = { screen_sessions: sessions.filter(({ kind }) => kind === 'screen').map(sessionOf) };
  return `${pythonJson(before, FRACTIONS).slice(0, -1)},"processes":[${processes}],${pythonJson(after).slice(1)}`;
}

const share = (part: number | null, whole: number | null): number =>
  part === null || whole === null || whole === 0 ? 0 : (part / whole) * 100;

/**
 * Its page makes commands to copy of these names, without quoting them: what would mean something to a shell or a terminal
 * is a question mark here.
 */
const harmless = (name: string): string => name.replaceAll(/[^\p{L}\p{N} ._@:/+=,-]/gu, '?');

const containerOf = ({ id, name, status, image, memoryUsedBytes, gpus }: Container) => ({
  // A JSON array written as text; an empty array where there is none.
  gpuDevices: gpus === null || gpus.length === 0 ? [] : JSON.stringify(gpus),
  id,
  image,
  memoryUsage: memoryUsedBytes ?? 0,
  name: harmless(name),
  status,
});

const sessionOf = ({ id, name, attached }: Session) => ({
  name: harmless(name),
  pid: /^\d+/.exec(id)?.[0] ?? id,
  status: attached === true ? 'Attached' : attached === false ? 'Detached' : 'Unknown',
});

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

function addressOf({ networks }: Host): string {
  const own = networks
    .filter(({ interface: name }) => !/^(lo$|docker)/.test(name))
    .flatMap(({ addresses }) => addresses);
  return own.find((address) => IPV4.test(address)) ?? own[0] ?? 'Unknown';
}
