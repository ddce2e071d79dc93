/** What changes slowly, or costs the driver more: limits, counters, health, modes. And PCIe throughput, in its turn. */
import type { GpuReading } from '../../../model/gpu.ts';
import { flag, number32, number64 } from './bytes.ts';
import { readFields } from './fields.ts';
import { fourth, gave, out, type Probe, second, third } from './probe.ts';
import { INSUFFICIENT_SIZE, SUCCESS } from './returns.ts';
import { computeModeWord, recoveryActionWord } from './words.ts';

/** @param nowMs when this reading is made */
export function readSlow(probe: Probe, reading: GpuReading, nowMs: number): void {
  const { calls } = probe.nvml;
  const { device } = probe;
  const limit = gave(probe, 'power limit', calls.powerLimit(device, out)) ? number32(out) : null;
  reading.powerLimitWatts = limit === null ? null : limit / 1000;
  if (probe.lost) return;
  const millijoules = gave(probe, 'energy', calls.energy(device, out)) ? number64(out) : null;
  reading.energyJoules = millijoules === null ? null : millijoules / 1000;
  reading.fanPercent = readFastestFan(probe);
  readPcieLink(probe, reading);
  readEcc(probe, reading);
  readRetiredPages(probe, reading);
  readRemappedRows(probe, reading);
  reading.migMode = gave(probe, 'MIG mode', calls.migMode(device, out, second)) ? flag(out) : null;
  reading.persistenceMode = gave(probe, 'persistence mode', calls.persistenceMode(device, out))
    ? flag(out)
    : null;
  const mode = gave(probe, 'compute mode', calls.computeMode(device, out)) ? number32(out) : null;
  reading.computeMode = computeModeWord(mode);
  const fields = readFields(probe);
  reading.memoryTemperatureCelsius = fields.memoryTemperature;
  reading.recoveryAction = recoveryActionWord(fields.recoveryAction);
  reading.pcie.replays ??= fields.pcieReplays;
  reading.slowTakenAtMs = nowMs;
}

const TRANSMITTED = 0;
const RECEIVED = 1;

/** Blocks 20 ms a direction, while the driver counts: one GPU a second. NVML's kB are 1,000 bytes. */
export function readPcieThroughput(probe: Probe, reading: GpuReading): void {
  reading.pcie.transmitBytesPerSecond = readThroughput(probe, TRANSMITTED);
  reading.pcie.receiveBytesPerSecond = readThroughput(probe, RECEIVED);
}

function readThroughput(probe: Probe, direction: number): number | null {
  const result = probe.nvml.calls.pcieThroughput(probe.device, direction, out);
  const kilobytes = gave(probe, 'PCIe throughput', result) ? number32(out) : null;
  return kilobytes === null ? null : kilobytes * 1000;
}

function readPcieLink(probe: Probe, reading: GpuReading): void {
  const { calls } = probe.nvml;
  const { device } = probe;
  const generation = gave(probe, 'PCIe generation', calls.pcieGeneration(device, out));
  reading.pcie.generation = generation ? number32(out) : null;
  reading.pcie.width = gave(probe, 'PCIe width', calls.pcieWidth(device, out)) ? number32(out) : null;
  reading.pcie.replays = gave(probe, 'PCIe replays', calls.pcieReplays(device, out)) ? number32(out) : null;
}

/** Servers' cards have no fan of their own, and say so; older libraries know one fan only. */
function readFastestFan(probe: Probe): number | null {
  const { calls } = probe.nvml;
  if (calls.fanCount(probe.device, out) !== SUCCESS) {
    return fanPercent(gave(probe, 'fan', calls.fanSpeed(probe.device, out)) ? number32(out) : null);
  }
  const fans = Math.min(out[0] ?? 0, 16);
  let fastest: number | null = null;
  for (let fan = 0; fan < fans; fan++) {
    const speed = gave(probe, 'fan', calls.fanSpeedOf(probe.device, fan, out)) ? number32(out) : null;
    if (speed !== null && (fastest === null || speed > fastest)) fastest = speed;
  }
  return fanPercent(fastest);
}

/**
 * NVML's hundred is the fastest that is quiet enough, and it says that a fan may turn faster: that is at its full speed.
 * Twice as fast is none.
 */
function fanPercent(speed: number | null): number | null {
  return speed !== null && speed > 100 && speed <= 200 ? 100 : speed;
}

const CORRECTED = 0;
const UNCORRECTED = 1;
const VOLATILE = 0;
const AGGREGATE = 1;

function readEcc(probe: Probe, reading: GpuReading): void {
  const mode = gave(probe, 'ECC mode', probe.nvml.calls.eccMode(probe.device, out, second));
  reading.ecc.enabled = mode ? flag(out) : null;
  reading.ecc.volatileCorrected = readEccErrors(probe, CORRECTED, VOLATILE);
  reading.ecc.volatileUncorrected = readEccErrors(probe, UNCORRECTED, VOLATILE);
  reading.ecc.aggregateCorrected = readEccErrors(probe, CORRECTED, AGGREGATE);
  reading.ecc.aggregateUncorrected = readEccErrors(probe, UNCORRECTED, AGGREGATE);
}

/** The total; a library that only knows the parts (caches, memory, registers) tells them, and they are added up. */
function readEccErrors(probe: Probe, type: number, counter: number): number | null {
  const { calls } = probe.nvml;
  if (calls.eccTotal(probe.device, type, counter, out) === SUCCESS) {
    probe.answered += 1;
    return number64(out);
  }
  if (!gave(probe, 'ECC errors', calls.eccDetailed(probe.device, type, counter, out))) return null;
  const parts = [number64(out, 0), number64(out, 2), number64(out, 4), number64(out, 6)];
  return parts.reduce((sum, part) => (sum === null || part === null ? null : sum + part), 0);
}

const MANY_SINGLE_BIT_ERRORS = 0;
const DOUBLE_BIT_ERROR = 1;

function readRetiredPages(probe: Probe, reading: GpuReading): void {
  reading.retiredPages.singleBit = countRetiredPages(probe, MANY_SINGLE_BIT_ERRORS);
  reading.retiredPages.doubleBit = countRetiredPages(probe, DOUBLE_BIT_ERROR);
  const pending = gave(probe, 'retired pages', probe.nvml.calls.retiredPagesPending(probe.device, out));
  reading.retiredPages.pending = pending ? flag(out) : null;
}

/** Asked with room for none: NVML says how many there are, and that they do not fit. */
function countRetiredPages(probe: Probe, cause: number): number | null {
  const { calls } = probe.nvml;
  out[0] = 0;
  let result = calls.retiredPagesSecond(probe.device, cause, out, null, null);
  if (result !== SUCCESS && result !== INSUFFICIENT_SIZE) {
    out[0] = 0;
    result = calls.retiredPagesFirst(probe.device, cause, out, null);
  }
  return gave(probe, 'retired pages', result === INSUFFICIENT_SIZE ? SUCCESS : result) ? number32(out) : null;
}

function readRemappedRows(probe: Probe, reading: GpuReading): void {
  const result = probe.nvml.calls.remappedRows(probe.device, out, second, third, fourth);
  const known = gave(probe, 'remapped rows', result);
  reading.remappedRows.correctable = known ? number32(out) : null;
  reading.remappedRows.uncorrectable = known ? number32(second) : null;
  reading.remappedRows.pending = known ? flag(third) : null;
  reading.remappedRows.failed = known ? flag(fourth) : null;
}
