/** The processes that hold a GPU: three lists of the driver's joined by pid, with their share of the card's time. */
import type { GpuReading } from '../../../model/gpu.ts';
import { MAX_PROCESSES_PER_GPU } from '../../../model/limits.ts';
import type { GpuProcessReading } from '../../../model/process.ts';
import { admitSamples, type UtilizationSample } from '../utilizationGate.ts';
import { number32, number64 } from './bytes.ts';
import { gave, type Probe, second } from './probe.ts';
import { FUNCTION_NOT_FOUND, INSUFFICIENT_SIZE, SUCCESS } from './returns.ts';
import type { NvmlSymbol } from './symbols.ts';

/** nvmlProcessInfo_v1_t (pid, padding, memory) and nvmlProcessInfo_v2_t (and two instance ids), in words of 4 bytes. */
const FIRST_STRIDE = 4;
const SECOND_STRIDE = 6;
/** nvmlProcessUtilizationSample_t in words: pid, padding, a time of two words, four percentages. */
const SAMPLE_STRIDE = 8;

/** Enough for most; grown when the driver says that it is not. */
let entries = new Uint32Array(64 * SAMPLE_STRIDE);
const count = second;

export interface UtilizationMemory {
  /** The driver's time of the newest utilisation sample believed so far. */
  lastSeenUs: number;
}

/** @returns how many utilisation samples were refused */
export function readProcesses(probe: Probe, reading: GpuReading, memory: UtilizationMemory): number {
  const byPid = new Map<number, GpuProcessReading>();
  list(probe, byPid, 'compute', 'computeProcesses', 'computeProcessesFirst');
  list(probe, byPid, 'graphics', 'graphicsProcesses', 'graphicsProcessesFirst');
  list(probe, byPid, 'mps', 'mpsProcesses', 'mpsProcessesFirst');
  const refused = byPid.size === 0 ? 0 : addUtilization(probe, byPid, memory);
  reading.processes = [...byPid.values()]
    .sort((a, b) => (b.memoryUsedBytes ?? -1) - (a.memoryUsedBytes ?? -1) || a.pid - b.pid)
    .slice(0, MAX_PROCESSES_PER_GPU);
  return refused;
}

/** Adds one of the driver's lists; a pid that is on two is one process. */
function list(
  probe: Probe,
  byPid: Map<number, GpuProcessReading>,
  type: 'compute' | 'graphics' | 'mps',
  newer: NvmlSymbol,
  first: NvmlSymbol,
): void {
  let stride = SECOND_STRIDE;
  let result = fill(probe, newer, stride);
  if (result === FUNCTION_NOT_FOUND) {
    stride = FIRST_STRIDE;
    result = fill(probe, first, stride);
  }
  if (!gave(probe, `${type} processes`, result)) return;
  const own = new Map<number, number | null>();
  for (let position = 0; position < (count[0] ?? 0); position++) {
    const pid = entries[position * stride] ?? 0;
    if (pid === 0) continue;
    const memoryUsedBytes = number64(entries, position * stride + 2);
    // A MIG card lists a process once per instance that it uses.
    own.set(pid, added(own.get(pid), memoryUsedBytes));
  }
  for (const [pid, memoryUsedBytes] of own) join(byPid, pid, type, memoryUsedBytes);
}

function added(before: number | null | undefined, value: number | null): number | null {
  return before === undefined || before === null ? value : before + (value ?? 0);
}

function join(
  byPid: Map<number, GpuProcessReading>,
  pid: number,
  type: 'compute' | 'graphics' | 'mps',
  memoryUsedBytes: number | null,
): void {
  const known = byPid.get(pid);
  if (known === undefined) {
    byPid.set(pid, {
      pid,
      type,
      memoryUsedBytes,
      smUtilizationPercent: null,
      memoryUtilizationPercent: null,
      encoderUtilizationPercent: null,
      decoderUtilizationPercent: null,
    });
    return;
  }
  known.type = type === 'mps' ? 'mps' : 'both';
  // Each list tells the whole of a process's memory, so that it is not added up.
  if (memoryUsedBytes !== null) known.memoryUsedBytes = Math.max(memoryUsedBytes, known.memoryUsedBytes ?? 0);
}

/** Calls until what the driver has to say fits; it may grow between two calls. */
function fill(probe: Probe, symbol: NvmlSymbol, stride: number, ...more: number[]): number {
  const call = probe.nvml.calls[symbol];
  for (let attempt = 0; attempt < 3; attempt++) {
    count[0] = Math.floor(entries.length / stride);
    const result =
      symbol === 'processUtilization'
        ? call(probe.device, entries, count, ...more)
        : call(probe.device, count, entries);
    if (result !== INSUFFICIENT_SIZE) return result;
    const needed = Math.min((count[0] ?? 0) + 16, 8 * MAX_PROCESSES_PER_GPU);
    entries = new Uint32Array(Math.max(needed * SAMPLE_STRIDE, entries.length));
  }
  return INSUFFICIENT_SIZE;
}

function addUtilization(
  probe: Probe,
  byPid: Map<number, GpuProcessReading>,
  memory: UtilizationMemory,
): number {
  // NOT_FOUND: no process did anything since; not a figure, and not an error.
  if (fill(probe, 'processUtilization', SAMPLE_STRIDE, memory.lastSeenUs) !== SUCCESS) return 0;
  const samples = Array.from({ length: count[0] ?? 0 }, (_, position) =>
    readSample(position * SAMPLE_STRIDE),
  );
  const admitted = admitSamples(memory.lastSeenUs, samples);
  memory.lastSeenUs = admitted.lastSeenUs;
  for (const [pid, sample] of admitted.byPid) {
    const process = byPid.get(pid);
    if (process === undefined) continue;
    process.smUtilizationPercent = sample.smPercent;
    process.memoryUtilizationPercent = sample.memoryPercent;
    process.encoderUtilizationPercent = sample.encoderPercent;
    process.decoderUtilizationPercent = sample.decoderPercent;
  }
  return admitted.refused;
}

function readSample(at: number): UtilizationSample {
  return {
    pid: entries[at] ?? 0,
    timestampUs: number64(entries, at + 2) ?? 0,
    smPercent: number32(entries, at + 4),
    memoryPercent: number32(entries, at + 5),
    encoderPercent: number32(entries, at + 6),
    decoderPercent: number32(entries, at + 7),
  };
}
