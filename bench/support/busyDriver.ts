/** The stand-in library over a machine full of work: 8 GPUs with 6 processes each, which exist, so that /proc has them. */
import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { imagineMachine } from '../../test/support/imaginedMachines.ts';
import { temporaryFolder } from '../../test/support/program.ts';
import { standInDriver } from '../../test/support/standInDriver.ts';

export interface BusyDriver {
  environment: Record<string, string>;
  /** Calls that the library was asked since it was opened; known when its process has ended in order. */
  calls(): number;
  stop(): Promise<void>;
}

/** Starts 48 processes that sleep. */
export async function busyDriver(gpus = 8, processesPerGpu = 6): Promise<BusyDriver> {
  const folder = await temporaryFolder();
  const callsPath = join(folder.path, 'calls');
  const machine = imagineMachine(gpus, processesPerGpu);
  const sleepers: ChildProcess[] = [];
  for (const { reading } of machine.gpus) {
    for (const process of reading.processes) {
      const sleeper = spawn('sleep', ['3600'], { stdio: 'ignore' });
      process.pid = sleeper.pid ?? 0;
      sleepers.push(sleeper);
    }
  }
  // Every figure that changes from second to second does, so that patches are as large as they get.
  const advance = setInterval(() => {
    for (const { reading } of machine.gpus) {
      reading.utilizationPercent = ((reading.utilizationPercent ?? 0) + 7) % 101;
      reading.powerWatts = 300 + (reading.utilizationPercent ?? 0) * 4;
      reading.memoryUsedBytes = (reading.memoryUsedBytes ?? 0) + 1024;
      for (const process of reading.processes) process.smUtilizationPercent = reading.utilizationPercent;
    }
  }, 250);
  const driver = standInDriver(machine);
  return {
    environment: { ...driver.environment, FLOWLINE_STANDIN_CALLS: callsPath },
    calls: () => Number(readFileSync(callsPath, 'utf8')),
    async stop() {
      clearInterval(advance);
      driver.remove();
      for (const sleeper of sleepers) sleeper.kill();
      await folder.remove();
    },
  };
}
