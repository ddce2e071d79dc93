/**
 * What nvidia-smi says of the same cards, as a second witness: it is NVIDIA's, and shares no line with this program. It
 * would tell of a structure that is read in another layout than the driver writes, which looks plausible by itself.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GpuReading } from '../../../src/model/gpu.ts';
import { type DriverBed, readUntil } from './bed.ts';

export interface Witness {
  /** Answers of `nvidia-smi --query-gpu=FIELDS --format=csv,noheader,nounits`: a line a GPU. */
  gpus(fields: readonly string[]): string;
  /** Likewise of `--query-compute-apps`: a line a process. */
  processes(fields: readonly string[]): string;
}

const MIB = 2 ** 20;

type Figure = string | number | boolean | null;

/** What does not change from one moment to the next: nvidia-smi's field, and what it should say of a reading. */
const figures: Record<string, (gpu: GpuReading) => Figure> = {
  uuid: (gpu) => gpu.uuid,
  name: (gpu) => gpu.name,
  serial: (gpu) => gpu.serial,
  vbios_version: (gpu) => gpu.vbiosVersion,
  'pci.bus_id': (gpu) => shortBusId(gpu.pciBusId),
  'memory.total': (gpu) => gpu.memoryTotalBytes && Math.floor(gpu.memoryTotalBytes / MIB),
  'pcie.link.gen.max': (gpu) => gpu.pcie.maxGeneration,
  'pcie.link.width.max': (gpu) => gpu.pcie.maxWidth,
  'clocks.max.graphics': (gpu) => gpu.maxGraphicsClockMHz,
  'clocks.max.memory': (gpu) => gpu.maxMemoryClockMHz,
  'enforced.power.limit': (gpu) => gpu.powerLimitWatts,
  persistence_mode: (gpu) => gpu.persistenceMode,
  compute_mode: (gpu) => gpu.computeMode,
  'ecc.mode.current': (gpu) => gpu.ecc.enabled,
  'ecc.errors.corrected.aggregate.total': (gpu) => gpu.ecc.aggregateCorrected,
  'ecc.errors.uncorrected.aggregate.total': (gpu) => gpu.ecc.aggregateUncorrected,
  'mig.mode.current': (gpu) => gpu.migMode,
};

/** What moves, and by how much it may between two looks. */
const moving: Record<string, [(gpu: GpuReading) => number | null, by: number]> = {
  'temperature.gpu': [(gpu) => gpu.temperatureCelsius, 15],
  'temperature.memory': [(gpu) => gpu.memoryTemperatureCelsius, 15],
  'fan.speed': [(gpu) => gpu.fanPercent, 30],
  'memory.used': [(gpu) => gpu.memoryUsedBytes && gpu.memoryUsedBytes / MIB, 2048],
};

/** Held to on cards that both can read. A figure that nvidia-smi cannot tell is not compared. */
export function describeWitnessContract(
  name: string,
  makeDriver: () => Pick<DriverBed, 'driver' | 'stop'>,
  witness: Witness,
): void {
  describe(name, () => {
    let bed: Pick<DriverBed, 'driver' | 'stop'>;
    let gpus: GpuReading[];
    beforeAll(async () => {
      bed = makeDriver();
      const reading = await readUntil(bed, ({ driver }) => driver.state === 'ok', 60_000);
      gpus = reading.gpus.filter((gpu) => gpu.state === 'ok');
    }, 65_000);
    afterAll(() => bed.stop());

    test('tells of every card what nvidia-smi tells', () => {
      const fields = Object.keys(figures);
      const told = tableOf(witness.gpus(fields), fields);
      for (const gpu of gpus) {
        const theirs = told.find((row) => row.get('uuid') === gpu.uuid);
        expect(theirs, `nvidia-smi knows ${gpu.uuid}`).toBeDefined();
        const known = fields.filter((field) => theirs?.get(field) !== null);
        const ours = Object.fromEntries(known.map((field) => [field, figures[field]?.(gpu)]));
        expect(ours).toEqual(Object.fromEntries(known.map((field) => [field, theirs?.get(field)])));
      }
    });

    test('and nearly so what moves', () => {
      const fields = ['uuid', ...Object.keys(moving)];
      const told = tableOf(witness.gpus(fields), fields);
      for (const gpu of gpus) {
        const theirs = told.find((row) => row.get('uuid') === gpu.uuid);
        for (const [field, [figure, by]] of Object.entries(moving)) {
          const [our, their] = [figure(gpu), theirs?.get(field)];
          if (our === null || typeof their !== 'number') continue;
          expect(Math.abs(our - their), `${field}: ${our} and ${their}`).toBeLessThanOrEqual(by);
        }
      }
    });

    test('and every process that runs before and after', async () => {
      const fields = ['gpu_uuid', 'pid', 'used_gpu_memory'];
      const before = tableOf(witness.processes(fields), fields);
      const reading = await bed.driver.read(5_000);
      const after = tableOf(witness.processes(fields), fields);
      for (const row of before) {
        const [uuid, pid] = [row.get('gpu_uuid'), row.get('pid')];
        if (!after.some((later) => later.get('pid') === pid && later.get('gpu_uuid') === uuid)) continue;
        // A slice of one may be told as `MIG-…`; of a sick card we list nobody.
        const gpu = reading.gpus.find((known) => known.uuid === uuid);
        if (gpu?.state !== 'ok') continue;
        const found = gpu.processes.find((process) => process.pid === pid);
        expect(found, `process ${pid} on ${uuid}`).toBeDefined();
        const theirs = row.get('used_gpu_memory');
        if (typeof theirs !== 'number' || found?.memoryUsedBytes == null) continue;
        expect(Math.abs(found.memoryUsedBytes / MIB - theirs)).toBeLessThanOrEqual(2048);
      }
    });
  });
}

/** Rows by field. */
function tableOf(csv: string, fields: readonly string[]): Map<string, Figure>[] {
  return csv
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const cells = line.split(', ');
      return new Map(fields.map((field, place) => [field, figureOf(field, cells[place] ?? '')]));
    });
}

const texts = new Set(['uuid', 'name', 'serial', 'vbios_version', 'gpu_uuid']);

/** `[N/A]`, `[Not Supported]`, `[Unknown Error]`, `N/A`: it cannot tell. */
function figureOf(field: string, cell: string): Figure {
  const text = cell.trim();
  if (text.startsWith('[') || text === 'N/A' || text === '') return null;
  if (field === 'pci.bus_id') return shortBusId(text);
  if (texts.has(field)) return text;
  if (text === 'Enabled' || text === 'Disabled') return text === 'Enabled';
  if (field === 'compute_mode') return text.toLowerCase().replace('_', '-');
  return Number(text);
}

/** Old drivers tell half of the letters of its domain. */
function shortBusId(busId: string | null): string | null {
  return busId?.slice(-'0000:18:00.0'.length).toUpperCase() ?? null;
}
