/** A machine for load: cards full of processes whose figures all change each second, at the least cost to make. */
import type { Machine } from '../../src/agent/sampler.ts';
import { workOn } from '../../src/simulator/advance.ts';
import { imaginedContainers, imaginedHost, imaginedSessions } from '../../src/simulator/machineSources.ts';
import { buildMachine } from '../../src/simulator/plan.ts';
import { imaginedProcesses } from '../../src/simulator/processSource.ts';
import { seededRandom } from '../../src/simulator/random.ts';
import { readCard } from '../../src/simulator/readCard.ts';

export interface BusyMachine {
  machine: Machine;
  /** Everything that changes in a second changes. */
  advance(nowMs: number): void;
}

export interface Load {
  gpus: number;
  processesPerGpu: number;
}

/** The machine of that host name, with this many processes on each card. Nothing on it begins or ends. */
export function busyMachine(hostname: string, { gpus, processesPerGpu }: Load, nowMs: number): BusyMachine {
  const random = seededRandom(hostname);
  const everyGpu = Array.from({ length: gpus }, (_, gpu) => gpu);
  let node = buildMachine(
    {
      id: hostname,
      address: '127.0.0.1',
      cards: [gpus, 'h100'],
      hardware: 'two xeons',
      jobs: Array.from({ length: processesPerGpu }, () => ({
        recipe: 'train',
        by: 'chen.yu',
        gpus: everyGpu,
        memoryGiB: 70 / processesPerGpu,
        hoursAgo: 3,
      })),
    },
    nowMs,
    random,
  );
  const look = () => node;
  const driver = {
    state: 'ok',
    version: node.driver.version,
    cudaVersion: node.driver.cudaVersion,
    message: null,
    remarks: null,
  } as const;
  return {
    machine: {
      hostname,
      bootId: node.bootId,
      driver: {
        read: async () => ({
          driver: { ...driver, answeredAtMs: node.atMs },
          gpus: node.cards.map((card) => readCard(card, node.processes)),
          refusedFigures: {},
        }),
        stop: async () => {},
      },
      host: imaginedHost(look),
      processes: imaginedProcesses(look, (after) => {
        node = after;
      }),
      containers: imaginedContainers(look),
      sessions: imaginedSessions(look),
    },
    advance: (to) => {
      node = workOn({ ...node, atMs: to }, (to - node.atMs) / 1000, random);
    },
  };
}
