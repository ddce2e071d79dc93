/**
 * A driver on the stand-in library, in a real child process, with a machine to change under it. The library is a link
 * in a folder of the bed's own, so that it can be absent and appear.
 */
import { existsSync, mkdtempSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ChildCommand, driverChildFlags } from '../../src/agent/drivers/nvml/childProcess.ts';
import type { KeeperTimes } from '../../src/agent/drivers/nvml/keepChild.ts';
import { createNvmlDriver, type NvmlDriverOptions } from '../../src/agent/drivers/nvml/nvmlDriver.ts';
import type { ImaginedMachine } from '../../src/simulator/imagined.ts';
import type { DriverBed } from './driverContract/bed.ts';
import { buildStandIn, type Generation } from './standInLibrary.ts';
import { createStandInState } from './standInState.ts';

export interface StandInBed extends DriverBed {
  /** @param more lines of the state file that no imagined machine has, by GPU (standInState.ts) */
  apply(more?: ReadonlyMap<number, readonly string[]>): void;
}

export interface StandInBedOptions extends Partial<Omit<NvmlDriverOptions, 'child'>> {
  generation?: Generation;
}

/** Trouble is looked at again at once, and slow figures and PCIe throughput are read in every sample. */
const quickTimes: Partial<KeeperTimes> = { restartMs: [20, 40, 80] };

export function createStandInBed(machine: ImaginedMachine, options: StandInBedOptions = {}): StandInBed {
  const { generation, times, ...driverOptions } = options;
  const world = createStandInWorld(machine, generation);
  const driver = createNvmlDriver({
    slowEveryMs: 0,
    pcieGpusPerTurn: 64,
    ...driverOptions,
    child: world.child,
    times: { ...quickTimes, ...times },
  });
  return {
    driver,
    apply: world.apply,
    stop: async () => {
      await driver.stop();
      world.remove();
    },
  };
}

/** The library, its state and the command of a child that loads it; no driver yet. */
export function createStandInWorld(machine: ImaginedMachine, generation: Generation = 3) {
  const folder = mkdtempSync(join(tmpdir(), 'flowline-bed-'));
  const link = join(folder, 'libnvidia-ml.so.1');
  const statePath = join(folder, 'state');
  const library = buildStandIn(generation);
  const state = createStandInState(statePath);

  function apply(more?: ReadonlyMap<number, readonly string[]>): void {
    state.write(machine, more);
    const isThere = machine.driver.behaviour !== 'absent';
    if (isThere && !existsSync(link)) symlinkSync(library, link);
    if (!isThere && existsSync(link)) unlinkSync(link);
  }

  apply();
  const child: ChildCommand = {
    command: [
      process.execPath,
      ...driverChildFlags,
      fileURLToPath(new URL('driverChild.ts', import.meta.url)),
    ],
    environment: { ...process.env, FLOWLINE_NVML: link, FLOWLINE_STANDIN_STATE: statePath },
  };
  return { child, apply, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
