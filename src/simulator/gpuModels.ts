/**
 * The cards that an imagined fleet is made of, with the figures their data sheets and drivers tell. What a card does
 * not support is null or false here, and so it is null in every reading of it.
 */

export interface GpuModel {
  /** As the driver says it. */
  name: string;
  memoryTotalMiB: number;
  /** What the driver keeps for itself and does not count as used. */
  memoryReservedMiB: number;
  powerLimitWatts: number;
  restingWatts: number;
  maxClockMHz: number;
  restingClockMHz: number;
  maxMemoryClockMHz: number;
  /** GeForce and RTX cards let their memory rest too; HBM does not. */
  restingMemoryClockMHz: number;
  slowdownCelsius: number;
  shutdownCelsius: number;
  /** Passively cooled cards tell none. */
  hasFan: boolean;
  /** The driver tells the temperature of HBM, not of GDDR. */
  tellsMemoryTemperature: boolean;
  /** `off`: the card could, and nobody switched it on: it has no counters then. */
  ecc: 'on' | 'off' | 'unsupported';
  /** How bad memory is taken out of use: pages up to Volta, rows since Ampere, neither on GeForce. */
  repairs: 'pages' | 'rows' | 'none';
  /** Only the large ones can be divided into instances. */
  hasMig: boolean;
  pcieGeneration: number;
  /** State at work and at rest, 0 is fastest: CUDA on a GeForce works in P2. */
  performanceStates: { working: number; resting: number };
}

const dataCentre = {
  hasFan: false,
  tellsMemoryTemperature: true,
  ecc: 'on',
  repairs: 'rows',
  hasMig: true,
  performanceStates: { working: 0, resting: 0 },
} as const;

const geForce = {
  hasFan: true,
  tellsMemoryTemperature: false,
  ecc: 'unsupported',
  repairs: 'none',
  hasMig: false,
  restingClockMHz: 210,
  restingMemoryClockMHz: 405,
  performanceStates: { working: 2, resting: 8 },
} as const;

const h100: GpuModel = {
  ...dataCentre,
  name: 'NVIDIA H100 80GB HBM3',
  memoryTotalMiB: 81_559,
  memoryReservedMiB: 551,
  powerLimitWatts: 700,
  restingWatts: 68,
  maxClockMHz: 1980,
  restingClockMHz: 345,
  maxMemoryClockMHz: 2619,
  restingMemoryClockMHz: 2619,
  slowdownCelsius: 89,
  shutdownCelsius: 92,
  pcieGeneration: 5,
};

const a100: GpuModel = {
  ...dataCentre,
  name: 'NVIDIA A100-SXM4-40GB',
  memoryTotalMiB: 40_960,
  memoryReservedMiB: 523,
  powerLimitWatts: 400,
  restingWatts: 52,
  maxClockMHz: 1410,
  restingClockMHz: 210,
  maxMemoryClockMHz: 1215,
  restingMemoryClockMHz: 1215,
  slowdownCelsius: 89,
  shutdownCelsius: 92,
  pcieGeneration: 4,
};

const rtx3090: GpuModel = {
  ...geForce,
  name: 'NVIDIA GeForce RTX 3090',
  memoryTotalMiB: 24_576,
  memoryReservedMiB: 308,
  powerLimitWatts: 350,
  restingWatts: 18,
  maxClockMHz: 2100,
  maxMemoryClockMHz: 9751,
  slowdownCelsius: 95,
  shutdownCelsius: 98,
  pcieGeneration: 4,
};

/** By the word that machines are described with. */
export const gpuModels = {
  h100,
  h200: {
    ...h100,
    name: 'NVIDIA H200',
    memoryTotalMiB: 143_771,
    memoryReservedMiB: 613,
    maxMemoryClockMHz: 3201,
    restingMemoryClockMHz: 3201,
  },
  a100,
  'a100-80': {
    ...a100,
    name: 'NVIDIA A100-SXM4-80GB',
    memoryTotalMiB: 81_920,
    memoryReservedMiB: 769,
    maxMemoryClockMHz: 1593,
    restingMemoryClockMHz: 1593,
  },
  l40s: {
    ...dataCentre,
    name: 'NVIDIA L40S',
    tellsMemoryTemperature: false,
    hasMig: false,
    memoryTotalMiB: 46_068,
    memoryReservedMiB: 591,
    powerLimitWatts: 350,
    restingWatts: 34,
    maxClockMHz: 2520,
    restingClockMHz: 210,
    maxMemoryClockMHz: 9001,
    restingMemoryClockMHz: 405,
    slowdownCelsius: 92,
    shutdownCelsius: 95,
    pcieGeneration: 4,
    performanceStates: { working: 0, resting: 8 },
  },
  v100: {
    ...dataCentre,
    name: 'Tesla V100-SXM2-32GB',
    repairs: 'pages',
    hasMig: false,
    memoryTotalMiB: 32_768,
    memoryReservedMiB: 268,
    powerLimitWatts: 300,
    restingWatts: 42,
    maxClockMHz: 1530,
    restingClockMHz: 135,
    maxMemoryClockMHz: 877,
    restingMemoryClockMHz: 877,
    slowdownCelsius: 87,
    shutdownCelsius: 90,
    pcieGeneration: 3,
  },
  'rtx-a6000': {
    ...geForce,
    name: 'NVIDIA RTX A6000',
    ecc: 'off',
    repairs: 'rows',
    memoryTotalMiB: 49_140,
    memoryReservedMiB: 455,
    powerLimitWatts: 300,
    restingWatts: 16,
    maxClockMHz: 2100,
    maxMemoryClockMHz: 8001,
    slowdownCelsius: 95,
    shutdownCelsius: 98,
    pcieGeneration: 4,
  },
  'rtx-4090': {
    ...geForce,
    name: 'NVIDIA GeForce RTX 4090',
    ecc: 'off',
    memoryTotalMiB: 24_564,
    memoryReservedMiB: 343,
    powerLimitWatts: 450,
    restingWatts: 20,
    maxClockMHz: 3105,
    maxMemoryClockMHz: 10_501,
    slowdownCelsius: 90,
    shutdownCelsius: 95,
    pcieGeneration: 4,
  },
  'rtx-4070-ti': {
    ...geForce,
    name: 'NVIDIA GeForce RTX 4070 Ti',
    memoryTotalMiB: 12_282,
    memoryReservedMiB: 322,
    powerLimitWatts: 285,
    restingWatts: 11,
    maxClockMHz: 3105,
    maxMemoryClockMHz: 10_501,
    slowdownCelsius: 90,
    shutdownCelsius: 95,
    pcieGeneration: 4,
  },
  'rtx-3090': rtx3090,
} satisfies Record<string, GpuModel>;

export type GpuModelName = keyof typeof gpuModels;
