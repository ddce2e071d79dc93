/**
 * A machine as a node of GPU Cluster Status Monitor tells of it (`POST /get-status`), in whole MiB and local time. Its
 * main polls nobody any more once a node answered an array, or a `last_update` with a zone; and its page fails for
 * everybody where a node's first GPU has no name. So there is one shape here, or no body.
 */
import type { Gpu } from '../../model/gpu.ts';
import type { Host } from '../../model/host.ts';
import type { NodeSample } from '../../model/node.ts';
import type { GpuProcess } from '../../model/process.ts';
import { listedGpus, nakedTime, wholeMebibytes } from '../figures.ts';

export interface NodeUser {
  command: string;
  'mem(MiB)': number;
  pid: number;
  /** Login name; the uid as text where it has none. */
  username: string;
}

export interface NodeGpu {
  index: number;
  name: string;
  temp: number;
  /** MiB */
  tot_mem: number;
  /** MiB, with what the driver reserves. */
  use_mem: number;
  /** Compute processes whose user is known. */
  users: NodeUser[];
  utilize: number;
}

export interface NodeBody {
  gpus: [NodeGpu, ...NodeGpu[]];
  hostname: string;
  /** Interface and address, by address. */
  ips: [name: string, address: string][];
  /** `2026-11-22T11:23:31.892000`: local time without zone. */
  last_update: string;
}

/** Longest command that the older node tells, in characters. */
const MOST_COMMAND_CHARACTERS = 500;

/**
 * The body of `POST /get-status`, dated by the driver's last answer: a driver that hangs makes the node old there, not
 * alive. Null where no GPU can be told of: the older node does not run then.
 */
export function nodeBody(sample: NodeSample): NodeBody | null {
  const [first, ...others] = nodeGpus(sample);
  if (first === undefined) return null;
  return {
    gpus: [first, ...others],
    hostname: sample.hostname,
    ips: nodeAddresses(sample.host),
    last_update: nakedTime(sample.takenAtMs - driverAgeMs(sample)),
  };
}

/** How old a sample's GPU figures were when it was taken; 0 of a driver that never answered. */
export function driverAgeMs({ driver: { answeredAtMs }, takenAtMs }: NodeSample): number {
  return answeredAtMs === null ? 0 : Math.max(0, takenAtMs - answeredAtMs);
}

/** Those that it would list. */
export const nodeGpus = (sample: NodeSample): NodeGpu[] => listedGpus(sample).map(nodeGpu);

const nodeGpu = (gpu: Gpu): NodeGpu => ({
  index: gpu.index,
  name: gpu.name ?? 'Unknown',
  temp: Math.round(gpu.temperatureCelsius ?? 0),
  tot_mem: wholeMebibytes(gpu.memoryTotalBytes),
  use_mem: wholeMebibytes(
    gpu.memoryUsedBytes === null ? null : gpu.memoryUsedBytes + (gpu.memoryReservedBytes ?? 0),
  ),
  users: gpu.processes.flatMap(nodeUser),
  utilize: Math.round(gpu.utilizationPercent ?? 0),
});

const nodeUser = ({ pid, type, user, command, name, memoryUsedBytes }: GpuProcess): NodeUser[] =>
  type === 'graphics' || user === null
    ? []
    : [
        {
          command: (command ?? name ?? '').slice(0, MOST_COMMAND_CHARACTERS),
          'mem(MiB)': wholeMebibytes(memoryUsedBytes),
          pid,
          username: user,
        },
      ];

const IPV4 = /^\d{1,3}(\.\d{1,3}){3}$/;

/** The first IPv4 address of each interface, but for loopback and Docker's, by address as text. */
export function nodeAddresses({ networks }: Host): [string, string][] {
  return networks
    .flatMap(({ interface: name, addresses: own }): [string, string][] => {
      const address = own.find((candidate) => IPV4.test(candidate));
      return address === undefined || /^(lo$|docker)/.test(name) ? [] : [[name, address]];
    })
    .sort(([, one], [, other]) => (one < other ? -1 : one > other ? 1 : 0));
}
