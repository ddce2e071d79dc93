/**
 * Orders of GPUs by owners' own programs (scheduling.md, 5): asked of an agent that runs as the owner, never run here
 * (trust.md, 10), and used as data by every decision until the next answer. A table waits for the first answer; a program
 * that fails leaves our own order.
 */
import type { Clock } from '../../io/clock.ts';
import type { Log } from '../../io/log.ts';
import { MAX_GPUS_PER_NODE } from '../../model/limits.ts';
import type { NodeStatus } from '../../model/node.ts';
import { tableIdOf } from '../../model/task.ts';
import type { AgentAnswer, GpuFigures } from '../../protocol/agentHub.ts';
import type { AgentLinks } from '../agents/agentLinks.ts';
import type { TableView } from './book/records.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { Agent } from './presence.ts';

export interface GpuOrderOptions {
  book: Pick<TaskBook, 'tables'>;
  links: Pick<AgentLinks, 'ask'>;
  /** Those that may act for their users. */
  agents: () => readonly Agent[];
  nodes: () => readonly NodeStatus[];
  nodeOf: (machineId: string) => string | null;
  clock: Clock;
  log: Log;
  /** A table has its first order, or another one. */
  ordered: (table: number) => void;
}

export interface GpuOrders {
  /** Uuids, the best first, by table id. */
  orders(): ReadonlyMap<string, readonly string[]>;
  /** True for a table without a program, and once its program was asked. */
  has(table: TableView): boolean;
  /** Asks again for tables that have something waiting. */
  refresh(): void;
}

/** A program that takes longer is ended by its agent: 0.5 s a comparison, and a Python needs its start. */
const PATIENCE_MS = 10_000;
/** Figures change each second; a program a second is what an owner may cost his own machine. */
const EVERY_MS = 2000;
const MOST_GPUS = MAX_GPUS_PER_NODE * 16;

/** Nothing is asked at first. */
export function gpuOrders(options: GpuOrderOptions): GpuOrders {
  const { book, links, clock, log } = options;
  const orders = new Map<string, readonly string[]>();
  const asked = new Map<number, { atMs: number; isAsking: boolean }>();

  const askerOf = (table: TableView): string | null => {
    const agents = options.agents().filter(({ user }) => user === table.owner);
    const own = table.machineId === null ? null : options.nodeOf(table.machineId);
    return (agents.find(({ nodeId }) => nodeId === own) ?? agents[0])?.nodeId ?? null;
  };

  const ask = async (table: TableView, program: string[], nodeId: string): Promise<void> => {
    const { workingDirectory } = table;
    const request = {
      kind: 'order-gpus' as const,
      program,
      workingDirectory,
      gpus: figuresOf(options.nodes()),
    };
    const answer = await links.ask(nodeId, request, PATIENCE_MS);
    if (answer.kind === 'ordered') orders.set(tableIdOf(table.number), answer.uuids);
    else throw new Error(failureWords(answer, nodeId));
  };

  return {
    orders: () => orders,
    has: (table) => table.gpuOrder === null || orders.has(tableIdOf(table.number)),
    refresh() {
      const nowMs = clock.nowMs();
      for (const table of book.tables()) {
        if (table.gpuOrder === null || table.counts.queued === 0) continue;
        const before = asked.get(table.number);
        if (before && (before.isAsking || nowMs - before.atMs < EVERY_MS)) continue;
        const nodeId = askerOf(table);
        if (nodeId === null) continue;
        const now = { atMs: nowMs, isAsking: true };
        asked.set(table.number, now);
        const id = tableIdOf(table.number);
        const isFirst = !orders.has(id);
        ask(table, table.gpuOrder, nodeId)
          .catch((failure: unknown) => {
            log.warn(
              { table: id, failure: String(failure) },
              'a program that orders GPUs failed: our own order is used',
            );
            if (!orders.has(id)) orders.set(id, []);
          })
          .finally(() => {
            now.isAsking = false;
            if (isFirst) options.ordered(table.number);
          });
      }
    },
  };
}

/** Without what the program wrote to stderr: that is its owner's, and stands in the log of his agent. */
const failureWords = (answer: AgentAnswer, nodeId: string): string =>
  answer.kind !== 'failed'
    ? `the agent answered ${answer.kind}`
    : answer.code === 'program'
      ? `the program failed; the log of the agent on ${nodeId} tells what it said`
      : answer.message;

/** The fleet's cards as a program is told of them. */
function figuresOf(nodes: readonly NodeStatus[]): GpuFigures[] {
  return nodes
    .filter(({ state, mayRun }) => state === 'online' && mayRun)
    .flatMap((node) =>
      (node.sample?.gpus ?? []).flatMap((gpu): GpuFigures[] => {
        const { uuid, memoryFreeBytes, memoryTotalBytes } = gpu;
        if (uuid === null || memoryFreeBytes === null || memoryTotalBytes === null) return [];
        return [
          {
            uuid,
            index: gpu.index,
            node: node.name,
            name: gpu.name,
            memoryFreeBytes,
            memoryTotalBytes,
            utilizationPercent: gpu.utilizationPercent,
            temperatureCelsius: gpu.temperatureCelsius,
            powerWatts: gpu.powerWatts,
            powerLimitWatts: gpu.powerLimitWatts,
            ourProcesses: gpu.processes.filter(({ task }) => task !== null).length,
            processes: gpu.processes.length,
          },
        ];
      }),
    )
    .slice(0, MOST_GPUS);
}
