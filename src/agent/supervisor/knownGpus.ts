/** Which cards are on this machine: as the last sample says, and where that does not know one, as the driver says now. */
import type { GpuReading } from '../../model/gpu.ts';
import type { DriverReading } from '../drivers/driver.ts';

export interface KnownGpus {
  note(gpus: readonly Pick<GpuReading, 'uuid' | 'state'>[]): void;
  /** Those that are not here, or cannot be reached. */
  missing(uuids: readonly string[]): Promise<string[]>;
}

const PATIENCE_MS = 1500;

/** Knows none at first. */
export function knownGpus(readGpus: (patienceMs: number) => Promise<DriverReading>): KnownGpus {
  let known = new Set<string>();
  function note(gpus: readonly Pick<GpuReading, 'uuid' | 'state'>[]): void {
    known = new Set(gpus.flatMap(({ uuid, state }) => (uuid !== null && state === 'ok' ? [uuid] : [])));
  }
  return {
    note,
    async missing(uuids) {
      if (uuids.every((uuid) => known.has(uuid))) return [];
      note((await readGpus(PATIENCE_MS)).gpus);
      return uuids.filter((uuid) => !known.has(uuid));
    },
  };
}
