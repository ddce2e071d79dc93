/** The machine that a collector of gpu-monitor told of when its server was recorded: its answer, and the same in our words. */
import type { NodeStatus } from '../../src/model/node.ts';
import { exchange } from './recordedExchange.ts';
import { statusOf } from './recordedFleet.ts';
import { cardOf, MEBIBYTE, machineOf, processOf } from './recordedMachines.ts';

export interface CollectedProcess {
  pid: number;
  is_gpu_process: boolean;
  gpu_memory_usage: number;
  create_time: number;
  memory_percent: number;
}
interface CollectedGpu {
  id: number;
  memory_total: number;
  memory_used: number;
  temperature: number;
  utilization: number;
  processes: CollectedProcess[];
}
export interface CollectedMachine {
  gpu_data: CollectedGpu[];
  hostname: string;
  is_online: boolean;
  timestamp: string;
  system_info: { processes: CollectedProcess[]; memory_total: number; [name: string]: unknown };
}
/** Of an answer to `GET /api/gpu-stats`, by host name. */
export const machinesOf = (text: string): Record<string, CollectedMachine> => JSON.parse(text).machines;

/** The recorded answer. */
export const collectedText = exchange('gpu-monitor', 'gpu-stats-one').body;
export const collected = machinesOf(collectedText).vm as CollectedMachine;
/** When that machine was sampled. */
export const AT_MS = new Date(2026, 10, 22, 10, 59, 4, 6).getTime();
const memoryBytes = collected.system_info.memory_total;

/** The recorded machine in our words. */
const machine = machineOf('vm', AT_MS, {
  gpus: collected.gpu_data.map((gpu) =>
    cardOf(gpu.id, {
      memoryTotalBytes: gpu.memory_total * MEBIBYTE,
      memoryUsedBytes: gpu.memory_used * MEBIBYTE,
      temperatureCelsius: gpu.temperature,
      utilizationPercent: gpu.utilization,
      processes: gpu.processes.map((process) =>
        processOf(process.pid, process.gpu_memory_usage * MEBIBYTE, {
          startedAtMs: Math.round(process.create_time * 1000),
          cpuPercent: 0,
          hostMemoryBytes: Math.round((process.memory_percent * memoryBytes) / 100),
        }),
      ),
    }),
  ),
});
const host = {
  ...machine.host,
  cpuPercent: 42.1,
  memoryTotalBytes: memoryBytes,
  memoryUsedBytes: 206_987_264,
  disks: [
    {
      mount: '/',
      device: null,
      fileSystem: null,
      totalBytes: 270_553_174_016,
      usedBytes: 30_115_745_792,
      readBytesPerSecond: null,
      writeBytesPerSecond: null,
      state: 'ok' as const,
      message: null,
      remarks: null,
    },
  ],
  networks: [
    {
      interface: 'eno1',
      addresses: ['127.0.0.1'],
      receiveBytesPerSecond: null,
      transmitBytesPerSecond: null,
    },
  ],
};
/** It as the hub knows it. */
export const vm: NodeStatus = statusOf({ ...machine, host });
