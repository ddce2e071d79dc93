/**
 * Finds GPUs that are free now and fit a wish, and says what comes nearest where there are none. Pure: the fleet is an
 * argument, nothing is promised, and whoever asks next may be given the same.
 */
import { shortModelName } from './modelName.ts';
import { conditionOf, memoryToTake } from './summary.ts';
import type { FleetGpu, FleetNode } from './view.ts';

export interface GpuWish {
  gpus: number;
  /** Free memory that each must have; null: any. */
  memoryBytes: number | null;
  /** Words of the model's name, like `H100`; null: any. */
  model: string | null;
  /** True where they may lie on several machines. */
  mayBeSpread: boolean;
}

export interface GpusOfNode {
  node: FleetNode;
  /** By index. */
  gpus: FleetGpu[];
}

/** Why a GPU is not offered; the first that applies, in this order. */
export type Miss = 'withoutAgent' | 'maintenance' | 'away' | 'model' | 'unusable' | 'taken' | 'memory';

export interface FindResult {
  /** Null where the wish cannot be met now. */
  found: GpusOfNode[] | null;
  /** The machine with most that fit; null where none does. */
  nearest: GpusOfNode | null;
  /** Over all GPUs that do not fit. */
  misses: Record<Miss, number>;
  /** The free GPU with most memory among those with too little. */
  roomiest: { node: FleetNode; gpu: FleetGpu; freeBytes: number } | null;
}

const NOTHING_PROMISED: ReadonlySet<string> = new Set();

/**
 * On one machine: the one where fewest fitting GPUs are left over, so that large gaps stay for large wishes; on it those
 * with least memory that is enough. Spread: from as few machines as that takes.
 * @param promised uuids of GPUs that the queue has given out, or that somebody took: their memory may not be used yet
 */
export function findGpus(
  nodes: readonly FleetNode[],
  wish: GpuWish,
  promised: ReadonlySet<string> = NOTHING_PROMISED,
): FindResult {
  const misses: Record<Miss, number> = {
    withoutAgent: 0,
    maintenance: 0,
    away: 0,
    model: 0,
    unusable: 0,
    taken: 0,
    memory: 0,
  };
  let roomiest: FindResult['roomiest'] = null;
  const fitting: GpusOfNode[] = [];
  for (const node of nodes) {
    const gpus: FleetGpu[] = [];
    for (const gpu of node.sample?.gpus ?? []) {
      const miss = gpu.uuid !== null && promised.has(gpu.uuid) ? 'taken' : whyNot(node, gpu, wish);
      if (miss === null) {
        gpus.push(gpu);
        continue;
      }
      misses[miss] += 1;
      const freeBytes = memoryToTake(gpu);
      if (miss === 'memory' && freeBytes !== null && freeBytes > (roomiest?.freeBytes ?? -1)) {
        roomiest = { node, gpu, freeBytes };
      }
    }
    if (gpus.length > 0) fitting.push({ node, gpus });
  }
  const mostFirst = fitting.toSorted((a, b) => b.gpus.length - a.gpus.length);
  const found = choose(mostFirst, wish);
  return { found, nearest: found ? null : (mostFirst[0] ?? null), misses, roomiest };
}

function choose(mostFirst: readonly GpusOfNode[], { gpus, mayBeSpread }: GpuWish): GpusOfNode[] | null {
  const enough = mostFirst.filter((entry) => entry.gpus.length >= gpus);
  const fewest = enough.at(-1)?.gpus.length;
  const tightest = enough.find((entry) => entry.gpus.length === fewest);
  if (tightest) return [take(tightest, gpus)];
  if (!mayBeSpread) return null;
  const chosen: GpusOfNode[] = [];
  let left = gpus;
  for (const entry of mostFirst) {
    if (left === 0) break;
    const part = take(entry, Math.min(left, entry.gpus.length));
    chosen.push(part);
    left -= part.gpus.length;
  }
  return left === 0 ? chosen : null;
}

function take({ node, gpus }: GpusOfNode, number: number): GpusOfNode {
  const least = gpus.toSorted((a, b) => (memoryToTake(a) ?? 0) - (memoryToTake(b) ?? 0) || a.index - b.index);
  return { node, gpus: least.slice(0, number).sort((a, b) => a.index - b.index) };
}

function whyNot(node: FleetNode, gpu: FleetGpu, wish: GpuWish): Miss | null {
  // What an older system tells is nobody's word for a card being free: whoever reaches its port may report a machine.
  if (node.source !== null) return 'withoutAgent';
  if (node.absence === 'maintenance') return 'maintenance';
  if (node.state !== 'online') return 'away';
  if (wish.model !== null && !isModel(gpu, wish.model)) return 'model';
  const condition = conditionOf(node, gpu);
  if (condition === 'working' || condition === 'holding-idle') return 'taken';
  // A card in MIG mode is used by its slices, a prohibited one by nobody.
  if (condition !== 'free' || gpu.migMode === true || gpu.computeMode === 'prohibited') return 'unusable';
  if (wish.memoryBytes !== null && (memoryToTake(gpu) ?? 0) < wish.memoryBytes) return 'memory';
  return null;
}

/** Every word of the wish is in the model's name, as the driver or as people say it: `h100`, `A100 80`. */
function isModel(gpu: FleetGpu, wanted: string): boolean {
  const name = `${gpu.name ?? ''} ${shortModelName(gpu) ?? ''}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.includes(word));
}
