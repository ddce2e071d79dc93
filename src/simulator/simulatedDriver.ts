/**
 * A driver of imagined GPUs, at the same seam as NVML's: reads the ImaginedMachine, which may change under its hands,
 * through the agent's own gate and roster. It needs no process and no library; a hanging driver is a read that does not
 * come. The contract suite (test/support/driverContract/) holds it to the same claims.
 */

import type { DriverReading, GpuDriver } from '../agent/drivers/driver.ts';
import { createGate } from '../agent/drivers/gate.ts';
import { createRoster } from '../agent/drivers/roster.ts';
import { said } from '../agent/said.ts';
import { blankReading } from '../model/blankReading.ts';
import type { GpuReading } from '../model/gpu.ts';
import type { Driver } from '../model/node.ts';
import type { ImaginedGpu, ImaginedMachine } from './imagined.ts';

export interface SimulatedDriverOptions {
  /** Other deadlines than the product's, for tests of what happens past them. */
  initialiseMs?: number;
  sampleMs?: number;
  /** Milliseconds since 1970, in the imagined world. */
  now?: () => number;
}

/** How often a waiting read looks whether the machine has changed. */
const LOOK_EVERY_MS = 20;

/** About as many calls as NVML needs for a GPU; each takes the machine's `delayMs`. */
const CALLS_PER_GPU = 20;

/**
 * Deadlines (60 s for the first answer, 5 s for each sample) and delays pass in the imagined world’s time, a reader’s
 * patience in real time. The machine is looked at anew for each sample and never written to.
 */
export function createSimulatedDriver(
  machine: ImaginedMachine,
  options: SimulatedDriverOptions = {},
): GpuDriver {
  const { initialiseMs = 60_000, sampleMs = 5_000, now = Date.now } = options;
  const gate = createGate();
  const roster = createRoster();
  const refusedFigures: Record<string, number> = {};
  let driver: Driver = {
    state: 'starting',
    version: null,
    cudaVersion: null,
    message: null,
    remarks: null,
    answeredAtMs: null,
  };
  let gpus: GpuReading[] = [];
  /** When the sample under way was asked for, in the imagined world; null while none is. */
  let askedAtMs: number | null = null;
  let stopped = false;

  async function read(patienceMs: number): Promise<DriverReading> {
    const untilMs = performance.now() + patienceMs;
    askedAtMs ??= now();
    const mayTakeMs = driver.answeredAtMs === null ? initialiseMs : sampleMs;
    const takesMs = machine.driver.delayMs * CALLS_PER_GPU * machine.gpus.length;
    while (!stopped) {
      const askedSinceMs = now() - askedAtMs;
      if (machine.driver.behaviour !== 'hanging' && askedSinceMs >= takesMs) {
        answer();
        askedAtMs = null;
        break;
      }
      if (askedSinceMs >= mayTakeMs) {
        driver = {
          ...driver,
          state: 'unresponsive',
          ...said({ kind: 'driver-silent', seconds: mayTakeMs / 1000, stuck: null }),
        };
        break;
      }
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0) break;
      await pause(Math.min(LOOK_EVERY_MS, leftMs));
    }
    return { driver, gpus, refusedFigures: { ...refusedFigures } };
  }

  function answer(): void {
    const { behaviour, version, cudaVersion } = machine.driver;
    switch (behaviour) {
      case 'absent':
        driver = {
          ...driver,
          state: 'absent',
          ...said({ kind: 'no-library', tried: ['libnvidia-ml.so.1'] }),
        };
        break;
      case 'mismatch':
        driver = {
          ...driver,
          state: 'mismatch',
          ...said({ kind: 'version-mismatch', words: 'Driver/library version mismatch' }),
        };
        break;
      case 'failing':
        driver = {
          ...driver,
          state: 'failed',
          ...said({ kind: 'not-initialised', words: 'Unknown Error', look: null }),
        };
        break;
      default: {
        // One instant for all of a sample, as in a real one.
        const takenAtMs = now();
        driver = { state: 'ok', version, cudaVersion, message: null, remarks: null, answeredAtMs: takenAtMs };
        readGpus(takenAtMs);
      }
    }
  }

  function readGpus(takenAtMs: number): void {
    const counted = machine.gpus.filter((gpu) => gpu.fault !== 'vanished');
    gpus = roster.call(
      counted.map((gpu, index) => {
        const reading = readGpu(gpu, index, takenAtMs);
        gate.admit(gpu, reading);
        return reading;
      }),
    );
    for (const [name, count] of Object.entries(gate.takeRefused())) {
      refusedFigures[name] = (refusedFigures[name] ?? 0) + count;
    }
  }

  async function stop(): Promise<void> {
    stopped = true;
  }

  return { read, stop };
}

function readGpu({ reading, fault }: ImaginedGpu, index: number, nowMs: number): GpuReading {
  if (fault === 'none') return { ...copyOf(reading), index, slowTakenAtMs: nowMs };
  const { uuid, name, serial, vbiosVersion, pciBusId, xidEvents } = reading;
  const known = { ...blankReading(index), uuid, name, serial, vbiosVersion, pciBusId, xidEvents };
  return fault === 'lost'
    ? { ...known, state: 'lost', ...said({ kind: 'gpu-lost', words: 'GPU is lost' }) }
    : { ...known, state: 'failed', ...said({ kind: 'gpu-not-read', words: 'Unknown Error' }) };
}

/** The gate drops figures in place: the machine's own stay as they were imagined. */
function copyOf(reading: GpuReading): GpuReading {
  return {
    ...reading,
    pcie: { ...reading.pcie },
    ecc: { ...reading.ecc },
    retiredPages: { ...reading.retiredPages },
    remappedRows: { ...reading.remappedRows },
    processes: reading.processes.map((process) => ({ ...process })),
  };
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
