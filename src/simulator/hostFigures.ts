/** An imagined machine's own figures: processor, memory, disks and networks, as its processes use them. Pure. */

import { said } from '../agent/said.ts';
import type { Disk, Host } from '../model/host.ts';
import { between, type Random } from './random.ts';
import { GIB, type Hardware, type ImaginedNode, MIB } from './world.ts';

/** The system and its daemons hold this share of the memory. */
const SYSTEM_MEMORY_SHARE = 0.025;

/** The machine's figures so many seconds after the ones it has. */
export function advanceHost(node: ImaginedNode, seconds: number, random: Random): Host {
  const { hardware, host } = node;
  const asked = node.processes.reduce((sum, process) => sum + process.cpuPercent, 0);
  const cpuPercent = Math.min(100, asked / hardware.cpuCores + between(random, 0.4, 2.2));
  const running = (cpuPercent / 100) * hardware.cpuCores;
  const total = hardware.memoryGiB * GIB;
  const used = Math.min(
    total * 0.985,
    node.processes.reduce(
      (sum, process) => sum + process.program.hostMemoryBytes,
      total * SYSTEM_MEMORY_SHARE,
    ),
  );
  const readsData = Math.min(1, running / 32);
  return {
    ...host,
    cpuPercent: rounded(cpuPercent),
    loadAverage: [60, 300, 900].map((window, place) =>
      rounded(follow(host.loadAverage?.[place] ?? running, running, seconds / window)),
    ) as [number, number, number],
    cpuTemperatureCelsius: rounded(36 + cpuPercent * 0.45),
    memoryUsedBytes: Math.round(used),
    memoryAvailableBytes: Math.round(total - used),
    disks: hardware.disks.map((disk) => diskFigures(disk, readsData, random)),
    networks: [
      {
        interface: hardware.interface,
        addresses: [node.address],
        receiveBytesPerSecond: Math.round(between(random, 2, 90) * MIB * readsData),
        transmitBytesPerSecond: Math.round(between(random, 0.2, 12) * MIB * readsData),
      },
    ],
    uptimeSeconds: Math.floor((node.atMs - node.bootedAtMs) / 1000),
  };
}

/** The figures of a machine that nothing runs on yet. */
export function restingHost(hardware: Hardware): Host {
  const total = hardware.memoryGiB * GIB;
  return {
    cpuModel: hardware.cpuModel,
    cpuCores: hardware.cpuCores,
    cpuPercent: 0,
    loadAverage: null,
    cpuTemperatureCelsius: null,
    memoryTotalBytes: total,
    memoryUsedBytes: Math.round(total * SYSTEM_MEMORY_SHARE),
    memoryAvailableBytes: Math.round(total * (1 - SYSTEM_MEMORY_SHARE)),
    swapTotalBytes: hardware.swapGiB * GIB,
    swapUsedBytes: 0,
    disks: [],
    networks: [],
    os: hardware.os,
    kernel: hardware.kernel,
    uptimeSeconds: 0,
  };
}

function diskFigures(disk: Hardware['disks'][number], readsData: number, random: Random): Disk {
  const answers = disk.state === 'ok';
  const totalBytes = disk.gib * GIB;
  return {
    mount: disk.mount,
    device: disk.device,
    fileSystem: disk.fileSystem,
    totalBytes: answers ? totalBytes : null,
    usedBytes: answers ? Math.round(totalBytes * disk.share) : null,
    readBytesPerSecond: answers ? Math.round(between(random, 1, 900) * MIB * readsData) : null,
    writeBytesPerSecond: answers ? Math.round(between(random, 0.1, 60) * MIB * readsData) : null,
    state: disk.state,
    ...(answers ? { message: null, remarks: null } : said({ kind: 'mount-late', seconds: 2 })),
  };
}

const follow = (from: number, to: number, windows: number): number =>
  from + (to - from) * (1 - Math.exp(-windows));
const rounded = (figure: number): number => Math.round(figure * 100) / 100;
