/** A driver that reads an imagined machine, until the simulated driver of the contract suite stands in its place. */
import type { DriverReading, GpuDriver } from '../agent/drivers/driver.ts';
import type { ImaginedMachine } from './imagined.ts';

/** How long a call may take before the driver counts as unresponsive (monitoring.md 2.4). */
const DEADLINE_MS = 5000;

/** Reads whatever the machine is at that moment. */
export function imaginedDriver(machine: ImaginedMachine, now: () => number): GpuDriver {
  let last: DriverReading = {
    driver: { state: 'starting', version: null, cudaVersion: null, message: null, answeredAtMs: null },
    gpus: [],
    refusedFigures: {},
  };
  let hangsSinceMs: number | null = null;
  return {
    read: async () => {
      const { behaviour, version, cudaVersion } = machine.driver;
      if (behaviour === 'hanging') {
        hangsSinceMs ??= now();
        if (now() - hangsSinceMs < DEADLINE_MS) return last;
        const message = 'The driver does not answer. It is asked again every 8 s.';
        return { ...last, driver: { ...last.driver, state: 'unresponsive', message } };
      }
      hangsSinceMs = null;
      if (behaviour !== 'ok') {
        const message = 'There is no NVIDIA driver on this machine (libnvidia-ml.so.1 was not found).';
        const driver = {
          state: 'absent',
          version: null,
          cudaVersion: null,
          message,
          answeredAtMs: null,
        } as const;
        return { driver, gpus: [], refusedFigures: {} };
      }
      const driver = { state: 'ok', version, cudaVersion, message: null, answeredAtMs: now() } as const;
      last = { driver, gpus: machine.gpus.map(({ reading }) => reading), refusedFigures: {} };
      return last;
    },
    stop: async () => {},
  };
}
