/** What a driver that works reads of an imagined card: the figures in the product's words, null where the card has none. */

import { said } from '../agent/said.ts';
import { blankReading } from '../model/blankReading.ts';
import type { GpuReading, ThrottleReason } from '../model/gpu.ts';
import type { GpuProcessReading } from '../model/process.ts';
import { type Card, freeBytes, type ImaginedProcess, MIB } from './world.ts';

/** The reading of a card with these processes on it, lost or not. */
export function readCard(card: Card, processes: readonly ImaginedProcess[]): GpuReading {
  if (card.fault !== 'none') return readLostCard(card);
  if (card.isAsleep) return { ...blankReading(card.index), ...identityOf(card), state: 'asleep' };
  return card.isDivided
    ? withoutUtilization(readWorkingCard(card, processes))
    : readWorkingCard(card, processes);
}

/** Of a card in MIG mode each instance has a utilisation, and the whole has none. */
const withoutUtilization = (reading: GpuReading): GpuReading => ({
  ...reading,
  utilizationPercent: null,
  memoryUtilizationPercent: null,
  encoderUtilizationPercent: null,
  decoderUtilizationPercent: null,
  processes: reading.processes.map((process) => ({
    ...process,
    smUtilizationPercent: null,
    memoryUtilizationPercent: null,
    encoderUtilizationPercent: null,
    decoderUtilizationPercent: null,
  })),
});

function readWorkingCard(card: Card, processes: readonly ImaginedProcess[]): GpuReading {
  const { model } = card;
  const reserved = model.memoryReservedMiB * MIB;
  const free = freeBytes(card, processes);
  const utilization = Math.round(card.utilizationPercent);
  const rests = utilization === 0;
  const memoryClock = rests ? model.restingMemoryClockMHz : model.maxMemoryClockMHz;
  const counts = model.ecc === 'on' ? 0 : null;
  return {
    ...identityOf(card),
    state: 'ok',
    message: null,
    remarks: null,
    memoryTotalBytes: model.memoryTotalMiB * MIB,
    memoryUsedBytes: model.memoryTotalMiB * MIB - reserved - free,
    memoryFreeBytes: free,
    memoryReservedBytes: reserved,
    utilizationPercent: utilization,
    memoryUtilizationPercent: Math.round(card.utilizationPercent * 0.55),
    encoderUtilizationPercent: 0,
    decoderUtilizationPercent: 0,
    temperatureCelsius: Math.round(card.celsius),
    memoryTemperatureCelsius: model.tellsMemoryTemperature ? Math.round(card.celsius + 6) : null,
    slowdownTemperatureCelsius: model.slowdownCelsius,
    shutdownTemperatureCelsius: model.shutdownCelsius,
    powerWatts: Math.round(card.watts * 1000) / 1000,
    powerLimitWatts: model.powerLimitWatts,
    energyJoules: Math.round(card.joules * 1000) / 1000,
    fanPercent: model.hasFan ? fanOf(card.celsius) : null,
    graphicsClockMHz: card.clockMHz,
    smClockMHz: card.clockMHz,
    memoryClockMHz: memoryClock,
    videoClockMHz: Math.round(card.clockMHz * 0.9),
    maxGraphicsClockMHz: model.maxClockMHz,
    maxMemoryClockMHz: model.maxMemoryClockMHz,
    performanceState: rests ? model.performanceStates.resting : model.performanceStates.working,
    throttleReasons: throttleReasonsOf(card, rests),
    pcie: {
      // A resting link goes down to the slowest speed on cards that let their memory rest.
      generation: rests && model.restingMemoryClockMHz < model.maxMemoryClockMHz ? 1 : model.pcieGeneration,
      width: 16,
      maxGeneration: model.pcieGeneration,
      maxWidth: 16,
      ...card.pcie,
      replays: 0,
    },
    ecc: {
      enabled: model.ecc === 'unsupported' ? null : model.ecc === 'on',
      volatileCorrected: model.ecc === 'on' ? card.correctedErrors : null,
      volatileUncorrected: counts,
      aggregateCorrected: model.ecc === 'on' ? card.correctedErrors + (card.repairPending ? 212 : 0) : null,
      aggregateUncorrected: model.ecc === 'on' ? (card.repairPending ? 2 : 0) : null,
    },
    ...repairsOf(card),
    migMode: model.hasMig ? card.isDivided : null,
    persistenceMode: true,
    computeMode: 'default',
    slowTakenAtMs: card.slowTakenAtMs,
    processes: processes.flatMap((process) => readProcess(process, card.index)),
  };
}

function readLostCard(card: Card): GpuReading {
  return {
    ...blankReading(card.index),
    ...identityOf(card),
    state: 'lost',
    ...said({ kind: 'gpu-lost', words: 'GPU is lost' }),
  };
}

const identityOf = (card: Card) => ({
  uuid: card.uuid,
  index: card.index,
  name: card.model.name,
  serial: card.serial,
  vbiosVersion: '96.00.61.00.01',
  pciBusId: card.pciBusId,
  xidEvents: card.xidEvents,
});

/** Still below 40 °C, then in proportion. */
const fanOf = (celsius: number): number => Math.round(Math.min(100, Math.max(0, (celsius - 40) * 1.9)));

function throttleReasonsOf(card: Card, rests: boolean): ThrottleReason[] {
  if (rests) return ['idle'];
  if (card.heldByHeat) return ['software-thermal'];
  return card.heldByPower ? ['software-power-cap'] : [];
}

function repairsOf(card: Card): Pick<GpuReading, 'retiredPages' | 'remappedRows' | 'recoveryAction'> {
  const { repairs } = card.model;
  const pending = card.repairPending;
  return {
    retiredPages:
      repairs === 'pages'
        ? { singleBit: 0, doubleBit: 0, pending }
        : { singleBit: null, doubleBit: null, pending: null },
    remappedRows:
      repairs === 'rows'
        ? { correctable: 0, uncorrectable: pending ? 1 : 0, pending, failed: false }
        : { correctable: null, uncorrectable: null, pending: null, failed: null },
    recoveryAction: pending ? 'gpu-reset' : 'none',
  };
}

function readProcess({ pid, work }: ImaginedProcess, gpu: number): GpuProcessReading[] {
  if (work?.gpu !== gpu) return [];
  return [
    {
      pid,
      type: work.type,
      memoryUsedBytes: work.memoryBytes,
      smUtilizationPercent: Math.round(work.utilizationPercent),
      memoryUtilizationPercent: Math.round(work.utilizationPercent * 0.55),
      encoderUtilizationPercent: 0,
      decoderUtilizationPercent: 0,
    },
  ];
}
