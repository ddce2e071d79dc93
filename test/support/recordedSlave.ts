/** A machine as we would have sampled it when a slave of FlowLine Monitor was recorded. */
import type { SlaveInfo } from '../../src/dialects/flowlineMonitor/serveNode.ts';
import { UNKNOWN_HOST } from '../../src/model/host.ts';
import type { NodeSample } from '../../src/model/node.ts';
import { cardOf, MEBIBYTE, machineOf, processOf } from './recordedMachines.ts';

/** The state of the recorded machine, read from its answer in our units: the figures that ours must become again. */
export function sampleOfSlave(
  { timestamp, system, gpus }: SlaveInfo,
  more: Partial<NodeSample> = {},
): NodeSample {
  const takenAtMs = Math.floor(timestamp * 1000);
  const gibibytes = (figure: number): number => Math.round(figure * 1024 ** 3);
  return machineOf(system.hostname, takenAtMs, {
    host: {
      ...UNKNOWN_HOST,
      cpuModel: system.cpu_model,
      cpuCores: system.cpu_cores,
      cpuPercent: system.cpu_usage ?? null,
      memoryTotalBytes: gibibytes(system.memory.total),
      memoryUsedBytes: gibibytes(system.memory.used),
      memoryAvailableBytes: gibibytes(system.memory.available),
      swapTotalBytes: 0,
      swapUsedBytes: 0,
      os: 'Debian GNU/Linux 12 (bookworm)',
      kernel: system.os.replace('Linux ', ''),
    },
    gpus: gpus.map((gpu) =>
      cardOf(gpu.id, {
        name: gpu.name,
        memoryTotalBytes: gpu.memory.total * MEBIBYTE,
        memoryUsedBytes: gpu.memory.used * MEBIBYTE,
        memoryFreeBytes: gpu.memory.free * MEBIBYTE,
        powerWatts: gpu.power.max === 0 ? null : gpu.power.current,
        powerLimitWatts: gpu.power.max === 0 ? null : gpu.power.max,
        utilizationPercent: gpu.utilization,
        temperatureCelsius: gpu.temperature,
        processes: gpu.processes.map(({ pid, memory_mb, start_time }) =>
          processOf(pid, memory_mb * MEBIBYTE, { startedAtMs: Date.parse(start_time) }),
        ),
      }),
    ),
    ...more,
  });
}
