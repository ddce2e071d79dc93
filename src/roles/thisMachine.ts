/** The machine this program runs on, as the sampler asks it: every source started, with the commands of their child roles. */
import { hostname } from 'node:os';
import { absentContainers, absentSessions } from '../agent/collectors/absentSources.ts';
import { startHostSource } from '../agent/collectors/host/hostSource.ts';
import { readBootId } from '../agent/collectors/host/system.ts';
import { startProcessSource } from '../agent/collectors/processes/processSource.ts';
import { driverChildFlags } from '../agent/drivers/nvml/childProcess.ts';
import { createNvmlDriver } from '../agent/drivers/nvml/nvmlDriver.ts';
import type { Machine } from '../agent/sampler.ts';
import type { Surroundings } from './surroundings.ts';

/** Starts all sources; the sampler's owner stops them. */
export async function thisMachine({
  selfCommand: [file, ...args],
  environment,
}: Surroundings): Promise<Machine> {
  return {
    hostname: hostname(),
    bootId: readBootId(),
    driver: createNvmlDriver({
      child: { command: [file, ...driverChildFlags, ...args, 'driver-child'], environment },
    }),
    host: startHostSource({ mountChild: { file, args: [...args, 'mount-child'] } }),
    processes: startProcessSource(),
    containers: absentContainers,
    sessions: absentSessions,
  };
}
