/**
 * An imagined fleet in the shapes of the wire, for tests of the page and its pictures: twenty-two machines with every
 * condition a GPU or a machine can be in. Never part of the product; `flowline demo` has its own.
 */
import type { Container } from '../../src/model/container.ts';
import type { Gpu } from '../../src/model/gpu.ts';
import type { NodeSample, NodeStatus } from '../../src/model/node.ts';
import type { GpuProcess } from '../../src/model/process.ts';
import type { Session } from '../../src/model/session.ts';

const GIB = 2 ** 30;
/** Whole bytes, as on the wire. */
const gibBytes = (gib: number): number => Math.round(gib * GIB);
const MINUTE = 60_000;

export interface ImaginedProcess {
  owner: string;
  gib: number;
  sm: number;
  minutes: number;
  command: string;
  pid: number;
  container?: string;
  session?: string;
}

const NO_LINK = {
  generation: 4,
  width: 16,
  maxGeneration: 4,
  maxWidth: 16,
  receiveBytesPerSecond: 812_000_000,
  transmitBytesPerSecond: 103_000_000,
  replays: 0,
};

/** A card of a model, at rest. */
export function imagineGpu(index: number, model: string, gib: number, limitWatts: number): Gpu {
  return {
    uuid: `GPU-${model.replaceAll(' ', '-')}-${index}`,
    index,
    name: `NVIDIA ${model}`,
    serial: `13240${index}7719`,
    vbiosVersion: '96.00.89.00.01',
    pciBusId: `0000:${(index + 1).toString(16).padStart(2, '0')}:00.0`,
    state: 'ok',
    message: null,
    remarks: null,
    memoryTotalBytes: gibBytes(gib),
    memoryUsedBytes: gibBytes(0.6),
    memoryFreeBytes: gibBytes(gib - 0.6),
    memoryReservedBytes: gibBytes(0.5),
    memoryUnaccountedBytes: gibBytes(0.6),
    utilizationPercent: 0,
    memoryUtilizationPercent: 0,
    encoderUtilizationPercent: 0,
    decoderUtilizationPercent: 0,
    temperatureCelsius: 31,
    memoryTemperatureCelsius: 38,
    slowdownTemperatureCelsius: 92,
    shutdownTemperatureCelsius: 98,
    powerWatts: 0.05 * limitWatts,
    powerLimitWatts: limitWatts,
    energyJoules: 8.1e8,
    fanPercent: model.includes('RTX') ? 32 : null,
    graphicsClockMHz: 345,
    smClockMHz: 345,
    memoryClockMHz: 2619,
    videoClockMHz: 1200,
    maxGraphicsClockMHz: 1980,
    maxMemoryClockMHz: 2619,
    performanceState: 8,
    throttleReasons: ['idle'],
    pcie: { ...NO_LINK },
    ecc: {
      enabled: !model.includes('RTX'),
      volatileCorrected: 0,
      volatileUncorrected: 0,
      aggregateCorrected: 3,
      aggregateUncorrected: 0,
    },
    retiredPages: { singleBit: null, doubleBit: null, pending: null },
    remappedRows: { correctable: 0, uncorrectable: 0, pending: false, failed: false },
    migMode: false,
    persistenceMode: true,
    computeMode: 'default',
    recoveryAction: 'none',
    xidEvents: [],
    slowTakenAtMs: null,
    processes: [],
  };
}

/** The same card at work for some processes. */
export function load(
  gpu: Gpu,
  percent: number,
  nowMs: number,
  processes: ImaginedProcess[],
  unaccountedGib = 0.6,
): Gpu {
  const held = processes.reduce((sum, process) => sum + process.gib, 0);
  const total = gpu.memoryTotalBytes ?? 0;
  const used = Math.min(total, gibBytes(held + unaccountedGib));
  const working = percent >= 5;
  return {
    ...gpu,
    utilizationPercent: percent,
    memoryUtilizationPercent: Math.round(percent * 0.6),
    memoryUsedBytes: used,
    memoryFreeBytes: total - used,
    memoryUnaccountedBytes: gibBytes(unaccountedGib),
    temperatureCelsius: working ? 55 + Math.round(percent / 6) : 39,
    powerWatts: (gpu.powerLimitWatts ?? 0) * (working ? 0.3 + 0.0063 * percent : 0.1),
    graphicsClockMHz: working ? 1755 : 345,
    smClockMHz: working ? 1755 : 345,
    throttleReasons: working ? [] : ['idle'],
    performanceState: working ? 0 : 8,
    processes: processes
      .map((process) => imagineProcess(process, nowMs))
      .sort((a, b) => (b.memoryUsedBytes ?? 0) - (a.memoryUsedBytes ?? 0)),
  };
}

function imagineProcess(process: ImaginedProcess, nowMs: number): GpuProcess {
  return {
    pid: process.pid,
    type: 'compute',
    memoryUsedBytes: gibBytes(process.gib),
    smUtilizationPercent: process.sm,
    memoryUtilizationPercent: Math.round(process.sm * 0.4),
    encoderUtilizationPercent: 0,
    decoderUtilizationPercent: 0,
    name: process.command.split(' ')[0]?.split('/').at(-1) ?? null,
    command: process.command,
    executable: '/opt/conda/bin/python3.11',
    workingDirectory: `/home/${process.owner}/work`,
    pythonEnvironment: 'train',
    uid: 1000 + process.owner.length,
    user: process.owner,
    owner: process.owner,
    ownerRule: process.container === undefined ? 'uid' : 'container',
    startedAtMs: nowMs - process.minutes * MINUTE,
    cpuPercent: process.sm === 0 ? 0 : 90 + (process.pid % 40),
    hostMemoryBytes: (4 + (process.pid % 9)) * GIB,
    container: process.container ?? null,
    session: process.session ?? null,
    task: null,
  };
}

interface ImaginedMachine {
  name: string;
  alias: string | null;
  address: string;
  cpuPercent: number;
  memoryUsedGib: number;
  memoryTotalGib: number;
  diskPercent: number;
  gpus: Gpu[];
  containers?: Container[];
  sessions?: Session[];
}

/** A machine that is online, with its figures taken now. */
export function imagineNode(machine: ImaginedMachine, nowMs: number): NodeStatus {
  const diskTotal = gibBytes(7.2 * 1024);
  const sample: NodeSample = {
    takenAtMs: nowMs - 300,
    intervalMs: 1000,
    hostname: machine.name,
    agentVersion: '0.1.0',
    bootId: 'b0d1f6c2',
    driver: {
      state: 'ok',
      version: '550.90.07',
      cudaVersion: '12.4',
      message: null,
      remarks: null,
      answeredAtMs: nowMs - 300,
    },
    // The same card is in one machine only.
    gpus: machine.gpus.map((gpu) => ({ ...gpu, uuid: `GPU-${machine.name}-${gpu.index}` })),
    host: {
      cpuModel: 'Intel Xeon Platinum 8480+',
      cpuCores: 112,
      cpuPercent: machine.cpuPercent,
      loadAverage: [38, 36.2, 30],
      cpuTemperatureCelsius: 62,
      memoryTotalBytes: gibBytes(machine.memoryTotalGib),
      memoryUsedBytes: gibBytes(machine.memoryUsedGib),
      memoryAvailableBytes: gibBytes(machine.memoryTotalGib - machine.memoryUsedGib),
      swapTotalBytes: 32 * GIB,
      swapUsedBytes: 0,
      disks: [
        {
          mount: '/',
          device: '/dev/nvme0n1p2',
          fileSystem: 'ext4',
          totalBytes: gibBytes(0.9 * 1024),
          usedBytes: gibBytes(0.31 * 1024),
          readBytesPerSecond: 12_000_000,
          writeBytesPerSecond: 3_000_000,
          state: 'ok',
          message: null,
          remarks: null,
        },
        {
          mount: '/data',
          device: '/dev/md0',
          fileSystem: 'xfs',
          totalBytes: diskTotal,
          usedBytes: Math.round((diskTotal * machine.diskPercent) / 100),
          readBytesPerSecond: 2_100_000_000,
          writeBytesPerSecond: 300_000_000,
          state: 'ok',
          message: null,
          remarks: null,
        },
      ],
      networks: [
        {
          interface: 'bond0',
          addresses: [machine.address],
          receiveBytesPerSecond: 1_175_000_000,
          transmitBytesPerSecond: 150_000_000,
        },
      ],
      os: 'Ubuntu 22.04.4 LTS',
      kernel: '5.15.0-105-generic',
      uptimeSeconds: 41 * 86_400,
    },
    containers: machine.containers ?? [],
    sessions: machine.sessions ?? [],
    sources: {
      docker: { state: 'ok', message: null, remarks: null },
      screen: { state: 'ok', message: null, remarks: null },
      tmux: { state: 'ok', message: null, remarks: null },
    },
    refusedFigures: {},
  };
  return {
    id: machine.name,
    name: machine.name,
    alias: machine.alias,
    address: machine.address,
    state: 'online',
    absence: null,
    mayRun: false,
    maintenance: null,
    rebooted: null,
    source: null,
    lastSeenAtMs: nowMs - 400,
    sample,
  };
}
