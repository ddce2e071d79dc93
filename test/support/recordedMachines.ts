/** The machines of the recordings as we would have sampled them: the same state, in our words and units. */

import { blankReading } from '../../src/model/blankReading.ts';
import type { Gpu } from '../../src/model/gpu.ts';
import { UNKNOWN_HOST } from '../../src/model/host.ts';
import type { NodeSample } from '../../src/model/node.ts';
import { type GpuProcess, UNKNOWN_DETAILS } from '../../src/model/process.ts';
import { answeredDriver, bareSample } from './samples.ts';

export const MEBIBYTE = 1024 ** 2;

/** A compute process that root runs. */
export function processOf(
  pid: number,
  memoryUsedBytes: number | null,
  more: Partial<GpuProcess> = {},
): GpuProcess {
  return {
    ...UNKNOWN_DETAILS,
    pid,
    type: 'compute',
    memoryUsedBytes,
    smUtilizationPercent: null,
    memoryUtilizationPercent: null,
    encoderUtilizationPercent: null,
    decoderUtilizationPercent: null,
    name: 'sleep',
    command: 'sleep 86400',
    executable: '/usr/bin/sleep',
    uid: 0,
    user: 'root',
    ...more,
  };
}

/** Card `index` of the recordings, each a little warmer and busier than the one before. */
export function cardOf(index: number, figures: Partial<Gpu>): Gpu {
  return {
    ...blankReading(index),
    uuid: `GPU-${index}`,
    name: 'NVIDIA H100 80GB HBM3',
    pciBusId: `00000000:${(0x10 + 8 * index).toString(16)}:00.0`,
    memoryTotalBytes: 81559 * MEBIBYTE,
    utilizationPercent: 17 + 11 * index,
    temperatureCelsius: 38 + 3 * index,
    powerWatts: 172 + 66 * index,
    powerLimitWatts: 700,
    memoryUnaccountedBytes: null,
    ...figures,
    processes: figures.processes ?? [],
  };
}

/** A machine whose driver answered when it was sampled. */
export function machineOf(hostname: string, takenAtMs: number, more: Partial<NodeSample>): NodeSample {
  return {
    ...bareSample(hostname, takenAtMs),
    driver: answeredDriver(takenAtMs),
    host: UNKNOWN_HOST,
    ...more,
  };
}
