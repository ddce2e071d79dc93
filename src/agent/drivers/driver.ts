/**
 * The drivers' seam: what the agent asks of whatever reads the GPUs. Two implementations pass one contract suite
 * (test/support/driverContract/): NVML in a child process, and the simulator's. Nothing above this folder knows NVML.
 */
import type { GpuReading } from '../../model/gpu.ts';
import type { Driver } from '../../model/node.ts';

/** What the driver last said, with its age inside: `driver.answeredAtMs`, and `slowTakenAtMs` per GPU. */
export interface DriverReading {
  driver: Driver;
  /** As many as the driver counts, in its order, and then remembered ones that vanished (`missing`). */
  gpus: GpuReading[];
  /** Figures the gate refused since the start, by name (monitoring.md 2.2). */
  refusedFigures: Record<string, number>;
}

export interface GpuDriver {
  /**
   * Asks for a fresh reading and answers with the newest there is, within `patienceMs` at the latest: a driver that
   * is slow or hangs answers with what it last said and a state that says so. Never throws, never hangs.
   */
  read(patienceMs: number): Promise<DriverReading>;
  /** Ends the driver's process, if it has one. Leaves no GPU worse off. */
  stop(): Promise<void>;
}
