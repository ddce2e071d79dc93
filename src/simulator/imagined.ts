/**
 * An imagined machine's GPUs, in the product's words and units: what a driver that works should read of them.
 * The simulated driver reads it directly; `native/` writes it to the stand-in NVML's state file, in NVML's units.
 * So one description is both the input and the expected reading of a test.
 */
import type { GpuReading } from '../model/gpu.ts';

export interface ImaginedGpu {
  /** What the driver should read. A null figure is one that this card does not support. */
  reading: GpuReading;
  /** `lost`: every call on it answers that it fell off the bus. `vanished`: no longer counted. `failing`: every call answers an unknown error. */
  fault: 'none' | 'lost' | 'vanished' | 'failing';
}

export interface ImaginedMachine {
  driver: {
    /** `absent`: no library; `mismatch`: initialisation says that library and kernel module differ; `failing`: initialisation fails; `hanging`: calls do not return. */
    behaviour: 'ok' | 'absent' | 'mismatch' | 'failing' | 'hanging';
    version: string;
    cudaVersion: string;
    /** Each call takes this long. */
    delayMs: number;
  };
  gpus: ImaginedGpu[];
}
