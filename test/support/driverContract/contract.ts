/**
 * The claims that every implementation of GpuDriver keeps, as tests: NVML's and the simulator's register the same ones.
 * An implementation brings a bed: a driver, and a way to make it see the imagined machine as it is now.
 */
import { afterEach, describe } from 'vitest';
import type { DriverBed, MakeBed, StartBed } from './bed.ts';
import { claimFigures } from './figureClaims.ts';
import { claimGate } from './gateClaims.ts';
import { claimSickGpus } from './sickGpuClaims.ts';
import { claimTrouble } from './troubleClaims.ts';

export function describeDriverContract(name: string, makeBed: MakeBed): void {
  describe(name, () => {
    const beds: DriverBed[] = [];
    afterEach(async () => {
      for (const bed of beds.splice(0)) await bed.stop();
    });

    const start: StartBed = (machine, deadlines = {}) => {
      const bed = makeBed(machine, deadlines);
      beds.push(bed);
      return bed;
    };

    claimFigures(start);
    claimGate(start);
    claimSickGpus(start);
    claimTrouble(start);
  });
}
