/** The processes that hold a GPU: three lists of the driver's joined by pid, with their share of the card's time. */
import type { GpuReading } from '../../../model/gpu.ts';
import { MAX_PROCESSES_PER_GPU } from '../../../model/limits.ts';
import type { GpuProcessReading } from '../../../model/process.ts';
import { admitSamples, type UtilizationSample } from '../utilizationGate.ts';
import { number32, number64 } from './bytes.ts';
import { gave, type Probe } from './probe.ts';
import { askForList, askForUtilization, processAt } from './processList.ts';
import { SUCCESS } from './returns.ts';
import type { NvmlSymbol } from './symbols.ts';

/** Linux has none above; 0 and what a driver says instead of a pid are nobody. */
const LARGEST_PID = 2 ** 31 - 1;

export interface UtilizationMemory {
  /** The driver's time of the newest utilisation sample believed so far. */
  lastSeenUs: number;
}

/** @param refuse is told the name of each figure that cannot be true and was dropped */
export function readProcesses(
  probe: Probe,
  reading: GpuReading,
  memory: UtilizationMemory,
  refuse: (figure: string) => void,
): void {
  const byPid = new Map<number, GpuProcessReading>();
  const add = (type: ListType, newer: NvmlSymbol, first: NvmlSymbol) => {
    for (const [pid, bytes] of readList(probe, type, newer, first, refuse)) join(byPid, pid, type, bytes);
  };
  add('compute', 'computeProcesses', 'computeProcessesFirst');
  add('graphics', 'graphicsProcesses', 'graphicsProcessesFirst');
  add('mps', 'mpsProcesses', 'mpsProcessesFirst');
  if (byPid.size > 0) addUtilization(probe, byPid, memory, refuse);
  reading.processes = [...byPid.values()]
    .sort((a, b) => (b.memoryUsedBytes ?? -1) - (a.memoryUsedBytes ?? -1) || a.pid - b.pid)
    .slice(0, MAX_PROCESSES_PER_GPU);
}

type ListType = 'compute' | 'graphics' | 'mps';

/** Memory by pid, as one of the driver's lists has it. */
function readList(
  probe: Probe,
  type: ListType,
  newer: NvmlSymbol,
  first: NvmlSymbol,
  refuse: (figure: string) => void,
): Map<number, number | null> {
  const listed = new Map<number, number | null>();
  const list = askForList(probe, newer, first);
  if (!gave(probe, `${type} processes`, list.result)) return listed;
  for (let place = 0; place < list.length; place++) {
    const [pid, memoryUsedBytes] = processAt(list, place);
    if (pid === 0 || pid > LARGEST_PID) {
      refuse('gpu.processes.pid');
      continue;
    }
    // A MIG card lists a process once per instance that it uses.
    listed.set(pid, added(listed.get(pid), memoryUsedBytes));
  }
  return listed;
}

function added(before: number | null | undefined, value: number | null): number | null {
  return before === undefined || before === null ? value : before + (value ?? 0);
}

function join(
  byPid: Map<number, GpuProcessReading>,
  pid: number,
  type: ListType,
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

function addUtilization(
  probe: Probe,
  byPid: Map<number, GpuProcessReading>,
  memory: UtilizationMemory,
  refuse: (figure: string) => void,
): void {
  const { result, words, length, stride } = askForUtilization(probe, memory.lastSeenUs);
  // NOT_FOUND: no process did anything since; not a figure, and not an error.
  if (result !== SUCCESS) return;
  // Drivers answer places that they did not fill, too.
  const samples = Array.from({ length }, (_, place) => readSample(words, place * stride)).filter(
    ({ pid }) => pid !== 0,
  );
  const admitted = admitSamples(memory.lastSeenUs, samples);
  memory.lastSeenUs = admitted.lastSeenUs;
  for (let i = 0; i < admitted.refused; i++) refuse('gpu.processes.utilization');
  for (const [pid, sample] of admitted.byPid) {
    const process = byPid.get(pid);
    if (process === undefined) continue;
    process.smUtilizationPercent = sample.smPercent;
    process.memoryUtilizationPercent = sample.memoryPercent;
    process.encoderUtilizationPercent = sample.encoderPercent;
    process.decoderUtilizationPercent = sample.decoderPercent;
  }
}

/** Words of a sample: pid, padding, a time of two words, four percentages. */
function readSample(words: Uint32Array, at: number): UtilizationSample {
  return {
    pid: words[at] ?? 0,
    timestampUs: number64(words, at + 2) ?? 0,
    smPercent: number32(words, at + 4),
    memoryPercent: number32(words, at + 5),
    encoderPercent: number32(words, at + 6),
    decoderPercent: number32(words, at + 7),
  };
}
