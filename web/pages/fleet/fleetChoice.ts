/** Which machines of the fleet are shown, and in which order: the tool bar's choices applied. Pure. */
import { concernsOf } from '../../../src/fleet/concerns.ts';
import {
  type ConditionGroup,
  conditionOf,
  groupOf,
  memoryToTake,
  modelsOf,
} from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';

export type Show = 'all' | ConditionGroup | 'roomy' | 'mine' | 'concerns';
export type Order = 'configured' | 'free' | 'name' | 'load';
export type Grouping = 'none' | 'model';

export interface FleetChoice {
  show: Show;
  order: Order;
  group: Grouping;
  /** Typed into the filter field. */
  text: string;
}

export const EVERYTHING: FleetChoice = { show: 'all', order: 'configured', group: 'none', text: '' };

/** "free ≥ 24 GiB": enough for what most people train. */
export const ROOMY_GIB = 24;

export type FleetItem =
  | { kind: 'group'; key: string; label: string; machines: number; gpus: number; free: number }
  | { kind: 'node'; key: string; node: FleetNode; stripe: number };

/**
 * Rows of the list: the chosen machines, under a line for each group where they are grouped.
 * @param me whose cards are "mine"; null for nobody
 */
export function fleetItems(
  nodes: readonly FleetNode[],
  choice: FleetChoice,
  me: string | null = null,
): FleetItem[] {
  const stripes = new Map(nodes.map((node, place) => [node.id, place % 8]));
  const chosen = ordered(
    nodes.filter((node) => isShown(node, choice.show, me) && matches(node, choice.text)),
    choice.order,
  );
  const row = (node: FleetNode): FleetItem => ({
    kind: 'node',
    key: node.id,
    node,
    stripe: stripes.get(node.id) ?? 0,
  });
  if (choice.group === 'none') return chosen.map(row);
  return groupsOf(chosen).flatMap(([label, members]) => [
    {
      kind: 'group',
      key: `group ${label}`,
      label,
      machines: members.length,
      gpus: members.reduce((sum, node) => sum + (node.sample?.gpus.length ?? 0), 0),
      free: members.reduce((sum, node) => sum + freeGpus(node), 0),
    },
    ...members.map(row),
  ]);
}

/** Machines by their most frequent model, in the order in which the models first appear; '' without GPUs. */
export function groupsOf(nodes: readonly FleetNode[]): [label: string, nodes: FleetNode[]][] {
  const groups = new Map<string, FleetNode[]>();
  for (const node of nodes) {
    const label = modelsOf(node.sample?.gpus ?? [])[0]?.[0] ?? '';
    groups.set(label, [...(groups.get(label) ?? []), node]);
  }
  return [...groups];
}

/** How many GPUs of these machines somebody holds; 0 for nobody. */
export const gpusOf = (nodes: readonly FleetNode[], owner: string | null): number =>
  owner === null
    ? 0
    : nodes.reduce(
        (sum, node) =>
          sum +
          (node.sample?.gpus ?? []).filter((gpu) => gpu.holders.some((holder) => holder.owner === owner))
            .length,
        0,
      );

function isShown(node: FleetNode, show: Show, me: string | null): boolean {
  if (show === 'all') return true;
  if (show === 'mine') return gpusOf([node], me) > 0;
  if (show === 'concerns') return concernsOf(node).length > 0;
  const gpus = node.sample?.gpus ?? [];
  if (show === 'roomy') {
    return gpus.some(
      (gpu) => conditionOf(node, gpu) === 'free' && (memoryToTake(gpu) ?? 0) >= (ROOMY_GIB - 1) * 2 ** 30,
    );
  }
  return gpus.some((gpu) => groupOf(node, gpu) === show);
}

function matches(node: FleetNode, text: string): boolean {
  if (text.trim() === '') return true;
  const words = text.toLowerCase().split(/\s+/);
  const owners = node.sample?.gpus.flatMap((gpu) => gpu.holders.map((holder) => holder.owner)) ?? [];
  const models = modelsOf(node.sample?.gpus ?? []).map(([model]) => model);
  const about = [node.name, node.alias, node.address, ...models, ...owners].join(' ').toLowerCase();
  return words.every((word) => about.includes(word));
}

function ordered(nodes: FleetNode[], order: Order): FleetNode[] {
  switch (order) {
    case 'configured':
      return nodes;
    case 'name':
      return [...nodes].sort((a, b) => a.name.localeCompare(b.name, undefined, { numeric: true }));
    case 'free':
      return [...nodes].sort((a, b) => freeGpus(b) - freeGpus(a));
    case 'load':
      return [...nodes].sort((a, b) => meanUtilisation(b) - meanUtilisation(a));
  }
}

const freeGpus = (node: FleetNode): number =>
  (node.sample?.gpus ?? []).filter((gpu) => conditionOf(node, gpu) === 'free').length;

function meanUtilisation(node: FleetNode): number {
  const gpus = node.sample?.gpus ?? [];
  const away = node.state === 'offline' || node.state === 'unknown';
  return away || gpus.length === 0
    ? -1
    : gpus.reduce((sum, gpu) => sum + (gpu.utilizationPercent ?? 0), 0) / gpus.length;
}
