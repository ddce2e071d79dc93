/** The fleet as the scheduler is told of it: every known node with its cards, offline ones too, and what is wrong with each in words. */
import { needsCare } from '../../fleet/gpuCondition.ts';
import type { Gpu } from '../../model/gpu.ts';
import type { NodeStatus } from '../../model/node.ts';
import type { Card, NodeFacts } from '../../scheduling/facts.ts';
import type { Strikes } from '../../scheduling/retry.ts';
import type { CardLedgers } from './cardLedgers.ts';
import type { Presence } from './presence.ts';

export interface FactSources {
  ledgers: CardLedgers;
  presence: Presence;
  strikes: Strikes;
  /** Uuids of GPUs that are switched off for the queue. */
  gpusOff: ReadonlySet<string>;
}

/** One node's facts. */
export function nodeFacts(node: NodeStatus, sources: FactSources, nowMs: number): NodeFacts {
  const { presence, strikes } = sources;
  const { sample } = node;
  const runsAs = presence.runsAs(node.id)?.user ?? null;
  return {
    id: node.id,
    name: node.name,
    isOnline: node.state === 'online' && presence.isReady(node.id),
    isAllowed: node.mayRun && runsAs !== null,
    drained: node.maintenance === null ? tired(node, strikes) : 'it is in maintenance',
    runsAs,
    cores: sample?.host.cpuCores ?? null,
    cards: (sample?.gpus ?? []).flatMap((gpu) => {
      const { uuid } = gpu;
      return uuid === null ? [] : [cardFacts(node, gpu, uuid, sources, nowMs)];
    }),
  };
}

function tired({ id, name }: NodeStatus, strikes: Strikes): string | null {
  const why = strikes.drained(id);
  return why === null ? null : `${why} (once that is mended: flowline nodes allow ${name})`;
}

function cardFacts(
  node: NodeStatus,
  gpu: Gpu,
  uuid: string,
  { ledgers, gpusOff }: FactSources,
  nowMs: number,
): Card {
  return {
    uuid,
    index: gpu.index,
    model: gpu.name,
    totalBytes: gpu.memoryTotalBytes,
    isOn: !gpusOff.has(uuid),
    unusable: unusable(node, gpu) ?? ledgers.flagged(uuid),
    externalBytes: ledgers.externalBytes(uuid, nowMs),
    confirmedExternalBytes: ledgers.confirmedExternalBytes(uuid, nowMs),
    stranger: ledgers.stranger(uuid),
  };
}

/** Why nothing can be placed on a card, whatever is free there; null where it is well. */
export function unusable({ sample }: Pick<NodeStatus, 'sample'>, gpu: Gpu): string | null {
  const driver = sample?.driver;
  if (driver && driver.state !== 'ok') return driver.message ?? `the driver is ${driver.state}`;
  if (gpu.state !== 'ok') return gpu.message ?? `the GPU is ${gpu.state}`;
  if (needsCare(gpu)) return 'the driver asks for a reset, or memory repairs wait for one';
  if (gpu.migMode === true) return 'it is split into MIG instances';
  if (gpu.computeMode === 'prohibited') return 'its compute mode prohibits programs';
  const isExclusive = gpu.computeMode === 'exclusive-process' || gpu.computeMode === 'exclusive-thread';
  const holder = gpu.processes.find(({ type }) => type !== 'graphics');
  if (isExclusive && holder) return `its compute mode is exclusive, and pid ${holder.pid} has it`;
  return null;
}
