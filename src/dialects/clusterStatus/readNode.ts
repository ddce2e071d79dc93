/** A node of GPU Cluster Status Monitor: how it is asked, and its answer as a sample. */
import { parseJson } from '../../lib/json.ts';
import type { Gpu } from '../../model/gpu.ts';
import { MAX_GPUS_PER_NODE, MAX_NETWORKS_PER_NODE, MAX_PROCESSES_PER_GPU } from '../../model/limits.ts';
import type { NodeSample } from '../../model/node.ts';
import type { GpuProcess } from '../../model/process.ts';
import {
  aboveZero,
  bytesOfMiB,
  celsiusOf,
  countOf,
  nameOf,
  objectsIn,
  percentOf,
  pidOf,
} from '../reading/lenient.ts';
import { instantOfLocalTime } from '../reading/localTime.ts';
import {
  type NodeReader,
  notUnderstood,
  type ReadContext,
  refusedWith,
  trouble,
} from '../reading/nodeReader.ts';
import { maskedCommand, witnessGpu, witnessProcess, witnessSample } from '../reading/witnessSample.ts';
import { InterfaceAddress, StatusAnswer, StatusGpu, StatusProcess } from './shapes.ts';

/** The older main takes a node for gone when its `last_update` is older than this. */
const EXPIRES_AFTER_MS = 60_000;

/**
 * Its threads may die while it goes on answering with what they read last, so not the answer says that the node lives
 * but that `last_update` moves on.
 */
export const statusReader: NodeReader = {
  request: ({ password }) => ({
    method: 'POST',
    path: '/get-status',
    body: JSON.stringify({ passwd: password ?? '' }),
  }),
  offlineAfterMs: EXPIRES_AFTER_MS,
  read(answer, context) {
    if (answer.status === 404)
      return trouble('wrong-password', 'it answers HTTP 404, as it does to a password that it does not take');
    if (answer.status !== 200) return refusedWith(answer);
    const status = StatusAnswer.safeParse(parseJson(answer.body));
    if (!status.success)
      return notUnderstood('this is no answer of a cluster-status node (`hostname`, `gpus`)', answer.body);
    const { last_update: stamp } = status.data;
    const looked = instantOfLocalTime(stamp ?? '', context.nowMs, EXPIRES_AFTER_MS);
    const sample = sampleOf(status.data, looked?.atMs ?? context.nowMs, context);
    // Without a time that can be read there is only the answer to go by.
    return {
      kind: 'read',
      reading: { sample, processes: null },
      stamp: looked ? stamp : null,
      isOfNow: looked?.isOfNow ?? true,
    };
  },
};

function sampleOf(
  { hostname, ips, gpus }: typeof StatusAnswer._output,
  takenAtMs: number,
  { node, before }: ReadContext,
): NodeSample {
  return witnessSample(
    {
      takenAtMs,
      intervalMs: node.intervalMs,
      hostname: nameOf(hostname) ?? node.name,
      gpus: objectsIn(gpus, StatusGpu, MAX_GPUS_PER_NODE).map(gpuOf),
      host: {
        networks: objectsIn(ips, InterfaceAddress, MAX_NETWORKS_PER_NODE).flatMap(
          ([interfaceName, address]) => {
            const [called, at] = [nameOf(interfaceName), nameOf(address)];
            if (called === null || at === null) return [];
            return [
              {
                interface: called,
                addresses: [at],
                receiveBytesPerSecond: null,
                transmitBytesPerSecond: null,
              },
            ];
          },
        ),
      },
    },
    before,
  );
}

function gpuOf(gpu: typeof StatusGpu._output, place: number): Gpu {
  return witnessGpu(countOf(gpu.index) ?? place, {
    name: nameOf(gpu.name),
    memoryTotalBytes: bytesOfMiB(aboveZero(gpu.tot_mem)),
    memoryUsedBytes: gpu.tot_mem === 0 ? null : bytesOfMiB(gpu.use_mem),
    utilizationPercent: percentOf(gpu.utilize),
    temperatureCelsius: celsiusOf(gpu.temp),
    usedIsWithoutReserved: false,
    processes: objectsIn(gpu.users, StatusProcess, MAX_PROCESSES_PER_GPU).flatMap(processOf),
  });
}

function processOf(process: typeof StatusProcess._output): GpuProcess[] {
  const pid = pidOf(process.pid);
  if (pid === null) return [];
  const user = nameOf(process.username);
  const command = maskedCommand(nameOf(process.command, Infinity));
  return [
    witnessProcess(pid, bytesOfMiB(aboveZero(process['mem(MiB)'])), {
      name: programOf(command),
      command,
      user,
      owner: user,
      ownerRule: user === null ? 'unknown' : 'uid',
    }),
  ];
}

/** Base name of the program in a command line. */
const programOf = (command: string | null): string | null =>
  nameOf(command?.trim().split(/\s+/)[0]?.split('/').at(-1) ?? null);
