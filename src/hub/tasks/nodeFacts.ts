/** The fleet as the scheduler is told of it: every known node with its cards, offline ones too, and what is wrong with each in words. */
import { needsCare } from '../../fleet/gpuCondition.ts';
import type { Gpu } from '../../model/gpu.ts';
import type { NodeStatus } from '../../model/node.ts';
import type { CardTrouble, NodeTrouble } from '../../model/trouble.ts';
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
    drained: node.maintenance === null ? tired(node, strikes) : { kind: 'maintenance' },
    runsAs,
    cores: sample?.host.cpuCores ?? null,
    cards: (sample?.gpus ?? []).flatMap((gpu) => {
      const { uuid } = gpu;
      return uuid === null ? [] : [cardFacts(node, gpu, uuid, sources, nowMs)];
    }),
  };
}

function tired({ id, name }: NodeStatus, strikes: Strikes): NodeTrouble | null {
  const why = strikes.drained(id);
  return why && { kind: 'strikes', node: name, ...why };
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
export function unusable({ sample }: Pick<NodeStatus, 'sample'>, gpu: Gpu): CardTrouble | null {
  const driver = sample?.driver;
  if (driver && driver.state !== 'ok')
    return { kind: 'driver', state: driver.state, message: driver.message, remarks: driver.remarks };
  if (gpu.state !== 'ok')
    return { kind: 'gpu', state: gpu.state, message: gpu.message, remarks: gpu.remarks };
  if (needsCare(gpu)) return { kind: 'needs-care' };
  if (gpu.migMode === true) return { kind: 'mig' };
  if (gpu.computeMode === 'prohibited') return { kind: 'prohibited' };
  const isExclusive = gpu.computeMode === 'exclusive-process' || gpu.computeMode === 'exclusive-thread';
  const holder = gpu.processes.find(({ type }) => type !== 'graphics');
  return isExclusive && holder ? { kind: 'exclusive', pid: holder.pid } : null;
}
