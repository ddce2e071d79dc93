/** A slave of the older FlowLine Monitor: how it is asked, and its answer as a sample. */
import { parseJson } from '../../lib/json.ts';
import type { Gpu } from '../../model/gpu.ts';
import { MAX_GPUS_PER_NODE, MAX_PROCESSES_PER_GPU } from '../../model/limits.ts';
import type { NodeSample } from '../../model/node.ts';
import type { GpuProcess } from '../../model/process.ts';
import {
  aboveZero,
  bytesOfGiB,
  bytesOfMiB,
  celsiusOf,
  countOf,
  instantOfSeconds,
  nameOf,
  objectsIn,
  percentOf,
  pidOf,
} from '../reading/lenient.ts';
import { type NodeReader, notUnderstood, type ReadContext, refusedWith } from '../reading/nodeReader.ts';
import { maskedCommand, witnessGpu, witnessProcess, witnessSample } from '../reading/witnessSample.ts';
import { startedAtMs } from './processTimes.ts';
import { SlaveGpu, SlaveInfo, SlaveProcess } from './shapes.ts';

/** It is asked each time and looks then: an answer is always of now. */
export const slaveReader: NodeReader = {
  request: () => ({ method: 'GET', path: '/api/info', body: null }),
  offlineAfterMs: null,
  read(answer, context) {
    if (answer.status !== 200) return refusedWith(answer);
    const info = SlaveInfo.safeParse(parseJson(answer.body));
    if (!info.success)
      return notUnderstood('this is no answer of a FlowLine Monitor slave (`system`, `gpus`)', answer.body);
    const sample = sampleOf(info.data, context);
    return { kind: 'read', reading: { sample, processes: null }, stamp: null, isOfNow: true };
  },
};

function sampleOf({ timestamp, system, gpus }: typeof SlaveInfo._output, context: ReadContext): NodeSample {
  const { node, nowMs, before } = context;
  const takenAtMs = instantOfSeconds(timestamp) ?? nowMs;
  const { memory, swap } = system;
  const [, os = null, kernel = null] = /^(\S+) (\S.*)$/.exec(system.os ?? '') ?? [];
  return witnessSample(
    {
      takenAtMs,
      intervalMs: node.intervalMs,
      hostname: nameOf(system.hostname) ?? node.name,
      gpus: objectsIn(gpus, SlaveGpu, MAX_GPUS_PER_NODE).map((gpu, place) => gpuOf(gpu, place, takenAtMs)),
      host: {
        cpuModel: nameOf(system.cpu_model),
        cpuCores: countOf(aboveZero(system.cpu_cores)),
        cpuPercent: percentOf(system.cpu_usage),
        cpuTemperatureCelsius: celsiusOf(system.cpu_temperature.package),
        memoryTotalBytes: bytesOfGiB(aboveZero(memory.total)),
        memoryUsedBytes: memory.total === 0 ? null : bytesOfGiB(memory.used),
        memoryAvailableBytes: memory.total === 0 ? null : bytesOfGiB(memory.available),
        swapTotalBytes: bytesOfGiB(swap.total),
        swapUsedBytes: bytesOfGiB(swap.used),
        os: nameOf(os ?? system.os),
        kernel: nameOf(kernel),
      },
    },
    before,
  );
}

function gpuOf(gpu: typeof SlaveGpu._output, place: number, takenAtMs: number): Gpu {
  const { memory, power } = gpu;
  const isMemoryTold = memory.total !== 0;
  return witnessGpu(countOf(gpu.id) ?? place, {
    name: nameOf(gpu.name),
    memoryTotalBytes: bytesOfMiB(aboveZero(memory.total)),
    // Used is what is not free: what the driver reserves is in it.
    memoryUsedBytes: isMemoryTold ? bytesOfMiB(memory.used) : null,
    memoryFreeBytes: isMemoryTold ? bytesOfMiB(memory.free) : null,
    utilizationPercent: percentOf(gpu.utilization),
    temperatureCelsius: celsiusOf(gpu.temperature),
    powerWatts: aboveZero(power.current),
    powerLimitWatts: aboveZero(power.max),
    usedIsWithoutReserved: false,
    processes: objectsIn(gpu.processes, SlaveProcess, MAX_PROCESSES_PER_GPU).flatMap((process) =>
      processOf(process, takenAtMs),
    ),
  });
}

function processOf(process: typeof SlaveProcess._output, takenAtMs: number): GpuProcess[] {
  const pid = pidOf(process.pid);
  if (pid === null) return [];
  const told = nameOf(process.username);
  const container = told === 'Host Process' ? null : told;
  return [
    witnessProcess(pid, bytesOfMiB(aboveZero(process.memory_mb)), {
      name: nameOf(process.name),
      command: maskedCommand(nameOf(process.cmdline, Infinity)),
      startedAtMs: startedAtMs(process.start_time, process.elapsed_time, takenAtMs),
      // Whose a process is, this system tells by its container.
      container,
      owner: container,
      ownerRule: container === null ? 'unknown' : 'container',
    }),
  ];
}
