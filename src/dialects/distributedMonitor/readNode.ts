/** A server of the distributed monitor: how it is asked, and its answer as a sample. */
import { parseJson } from '../../lib/json.ts';
import type { Gpu } from '../../model/gpu.ts';
import { MAX_GPUS_PER_NODE, MAX_PATH_CHARACTERS, MAX_PROCESSES_PER_GPU } from '../../model/limits.ts';
import type { NodeSample } from '../../model/node.ts';
import type { GpuProcess } from '../../model/process.ts';
import { aboveZero, celsiusOf, countOf, nameOf, objectsIn, percentOf, pidOf } from '../reading/lenient.ts';
import {
  type Answer,
  type NodeReader,
  notUnderstood,
  type Outcome,
  type ReadContext,
  refusedWith,
} from '../reading/nodeReader.ts';
import { witnessGpu, witnessProcess, witnessSample } from '../reading/witnessSample.ts';
import { GpuInfo, ServerGpu, ServerProcess } from './shapes.ts';

/** It is asked each time and looks then: an answer is always of now. */
export const serverReader: NodeReader = {
  request: () => ({ method: 'GET', path: '/gpu-info', body: null }),
  offlineAfterMs: null,
  read(answer, context) {
    if (answer.status === 500 && answer.body.startsWith(GPUS_UNREAD)) return withoutGpus(answer, context);
    if (answer.status !== 200) return refusedWith(answer);
    const info = GpuInfo.safeParse(parseJson(answer.body));
    if (!info.success)
      return notUnderstood(
        'this is no answer of a distributed-monitor server (`node_name`, `gpus`)',
        answer.body,
      );
    const { node_name: hostname, timestamp, gpus } = info.data;
    return read({
      ...{ hostname: nameOf(hostname), takenAtMs: instantOf(timestamp), driver: null, context },
      gpus: objectsIn(gpus ?? [], ServerGpu, MAX_GPUS_PER_NODE).map(gpuOf),
    });
  },
};

const GPUS_UNREAD = 'Failed to get GPU info';

/** What nvidia-smi means by its exit status (nvidia-smi(1), RETURN VALUE). */
const MEANINGS: Record<string, string> = {
  6: 'it found no GPU',
  9: 'the driver is not loaded',
  12: "the driver's library is not there",
  15: 'a GPU fell off the bus',
};

/** One sick card, or no driver: the machine is there and says so; which cards it has, it said before. */
function withoutGpus({ body }: Answer, context: ReadContext): Outcome {
  const status = /exit status (\d+)/.exec(body)?.[1] ?? '';
  const isAbsent =
    status === '9' || status === '12' || /executable file not found|no NVIDIA driver/.test(body);
  const state = status === '6' ? ('ok' as const) : isAbsent ? ('absent' as const) : ('failed' as const);
  const meaning = MEANINGS[status];
  const driver = { state, message: `${body.trim().slice(0, 300)}${meaning ? ` (${meaning})` : ''}` };
  return read({
    ...{ hostname: context.before?.hostname ?? null, takenAtMs: null, gpus: [], driver, context },
  });
}

function read(told: {
  hostname: string | null;
  takenAtMs: number | null;
  gpus: Gpu[];
  driver: Pick<NodeSample['driver'], 'state' | 'message'> | null;
  context: ReadContext;
}): Outcome {
  const { node, nowMs, before } = told.context;
  const sample = witnessSample(
    {
      takenAtMs: told.takenAtMs ?? nowMs,
      intervalMs: node.intervalMs,
      hostname: told.hostname ?? node.name,
      gpus: told.gpus,
      host: {},
      ...(told.driver ? { driver: told.driver } : {}),
    },
    before,
  );
  return { kind: 'read', reading: { sample, processes: null }, stamp: null, isOfNow: true };
}

/** RFC 3339, with nanoseconds; null for what is none, and for Go's time zero. */
function instantOf(timestamp: string | null): number | null {
  const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,12})?(Z|[+-]\d\d:\d\d)$/.test(timestamp ?? '');
  const atMs = isTime ? Date.parse(timestamp ?? '') : Number.NaN;
  return Number.isFinite(atMs) && atMs > 0 ? atMs : null;
}

function gpuOf(gpu: typeof ServerGpu._output, index: number): Gpu {
  // 0 stands for N/A: a card that tells no memory tells no figure at all.
  const isTold = gpu.memory_total !== null && gpu.memory_total > 0;
  return witnessGpu(index, {
    pciBusId: nameOf(gpu.id),
    name: nameOf(gpu.name),
    memoryTotalBytes: isTold ? countOf(gpu.memory_total) : null,
    memoryUsedBytes: isTold ? countOf(gpu.memory_used) : null,
    utilizationPercent: isTold || gpu.utilization !== 0 ? percentOf(gpu.utilization) : null,
    temperatureCelsius: celsiusOf(gpu.temperature),
    powerWatts: wattsOf(gpu.power_usage),
    powerLimitWatts: wattsOf(gpu.power_limit),
    usedIsWithoutReserved: true,
    processes: objectsIn(gpu.processes, ServerProcess, MAX_PROCESSES_PER_GPU).flatMap(processOf),
  });
}

/** Of milliwatts; 0 where the driver is too old to tell. */
function wattsOf(milliwatts: number | null): number | null {
  const told = aboveZero(milliwatts);
  return told === null ? null : told / 1000;
}

function processOf({ pid: told, name, used }: typeof ServerProcess._output): GpuProcess[] {
  const pid = pidOf(told);
  if (pid === null) return [];
  const program = nameOf(name, MAX_PATH_CHARACTERS);
  return [
    witnessProcess(pid, countOf(aboveZero(used)), {
      name: nameOf(program?.split('/').at(-1) ?? null),
      executable: program?.startsWith('/') ? program : null,
    }),
  ];
}
