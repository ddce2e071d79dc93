/** The machine this program runs on, as the sampler asks it: every source started, with the commands of their child roles. */
import { hostname } from 'node:os';
import { startContainerSource } from '../agent/collectors/containers/containerSource.ts';
import { startHostSource } from '../agent/collectors/host/hostSource.ts';
import { readBootId } from '../agent/collectors/host/system.ts';
import { startProcessSource } from '../agent/collectors/processes/processSource.ts';
import { createUserNames } from '../agent/collectors/processes/userNames.ts';
import { startSessionSource } from '../agent/collectors/sessions/sessionSource.ts';
import type { GpuDriver } from '../agent/drivers/driver.ts';
import { driverChildFlags } from '../agent/drivers/nvml/childProcess.ts';
import { createNvmlDriver } from '../agent/drivers/nvml/nvmlDriver.ts';
import type { Machine } from '../agent/sampler.ts';
import type { GpuReading } from '../model/gpu.ts';
import type { Surroundings } from './surroundings.ts';

/** Starts all sources; the sampler's owner stops them. */
export function thisMachine({ selfCommand: [file, ...args], nodeFlags, environment }: Surroundings): Machine {
  const userNames = createUserNames();
  const { driver, lastGpus } = remembering(
    createNvmlDriver({
      child: { command: [file, ...nodeFlags(driverChildFlags), ...args, 'driver-child'], environment },
    }),
  );
  return {
    hostname: hostname(),
    bootId: readBootId(),
    driver,
    host: startHostSource({ mountChild: { file, args: [...args, 'mount-child'] } }),
    processes: startProcessSource({ userNames }),
    containers: startContainerSource({ knownGpus: lastGpus, environment }),
    sessions: startSessionSource({ environment, userNames }),
  };
}

/** Containers name their GPUs by uuid or index: what the driver last counted tells which is which. */
function remembering(driver: GpuDriver): { driver: GpuDriver; lastGpus: () => readonly GpuReading[] } {
  let gpus: readonly GpuReading[] = [];
  return {
    lastGpus: () => gpus,
    driver: {
      ...driver,
      async read(patienceMs) {
        const reading = await driver.read(patienceMs);
        gpus = reading.gpus;
        return reading;
      },
    },
  };
}
