/** What nvidia-smi would say of an imagined machine: the claims that hold the real driver to it are tried by this one. */
import type { GpuReading } from '../../src/model/gpu.ts';
import type { GpuProcessReading } from '../../src/model/process.ts';
import type { ImaginedMachine } from '../../src/simulator/imagined.ts';
import type { Witness } from './driverContract/witnessContract.ts';

const MIB = 2 ** 20;
const MODES = {
  default: 'Default',
  'exclusive-thread': 'Exclusive_Thread',
  prohibited: 'Prohibited',
  'exclusive-process': 'Exclusive_Process',
};

type Cell = string | number | boolean | null;

const cells: Record<string, (gpu: GpuReading) => Cell> = {
  uuid: (gpu) => gpu.uuid,
  name: (gpu) => gpu.name,
  serial: (gpu) => gpu.serial,
  vbios_version: (gpu) => gpu.vbiosVersion,
  'pci.bus_id': (gpu) => gpu.pciBusId,
  'memory.total': (gpu) => gpu.memoryTotalBytes && Math.floor(gpu.memoryTotalBytes / MIB),
  'memory.used': (gpu) => gpu.memoryUsedBytes && Math.floor(gpu.memoryUsedBytes / MIB),
  'pcie.link.gen.max': (gpu) => gpu.pcie.maxGeneration,
  'pcie.link.width.max': (gpu) => gpu.pcie.maxWidth,
  'clocks.max.graphics': (gpu) => gpu.maxGraphicsClockMHz,
  'clocks.max.memory': (gpu) => gpu.maxMemoryClockMHz,
  'enforced.power.limit': (gpu) => gpu.powerLimitWatts?.toFixed(2) ?? null,
  persistence_mode: (gpu) => gpu.persistenceMode,
  compute_mode: (gpu) => (gpu.computeMode === null ? null : MODES[gpu.computeMode]),
  'ecc.mode.current': (gpu) => gpu.ecc.enabled,
  'ecc.errors.corrected.aggregate.total': (gpu) => gpu.ecc.aggregateCorrected,
  'ecc.errors.uncorrected.aggregate.total': (gpu) => gpu.ecc.aggregateUncorrected,
  // It does not know this one: not compared.
  'mig.mode.current': () => null,
  'temperature.gpu': (gpu) => gpu.temperatureCelsius,
  'temperature.memory': (gpu) => gpu.memoryTemperatureCelsius,
  'fan.speed': (gpu) => gpu.fanPercent,
};

const processCells: Record<string, (gpu: GpuReading, process: GpuProcessReading) => Cell> = {
  gpu_uuid: (gpu) => gpu.uuid,
  pid: (_, { pid }) => pid,
  used_gpu_memory: (_, { memoryUsedBytes }) => memoryUsedBytes && Math.floor(memoryUsedBytes / MIB),
};

export function imaginedWitness(machine: ImaginedMachine): Witness {
  const readings = machine.gpus.map((gpu) => gpu.reading);
  return {
    gpus: (fields) => lines(readings.map((gpu) => fields.map((field) => cells[field]?.(gpu) ?? null))),
    processes: (fields) =>
      lines(
        readings.flatMap((gpu) =>
          gpu.processes.map((process) => fields.map((field) => processCells[field]?.(gpu, process) ?? null)),
        ),
      ),
  };
}

function lines(rows: readonly (readonly Cell[])[]): string {
  return rows.map((row) => `${row.map(cellText).join(', ')}\n`).join('');
}

function cellText(cell: Cell): string {
  if (cell === null) return '[N/A]';
  if (typeof cell === 'boolean') return cell ? 'Enabled' : 'Disabled';
  return String(cell);
}
