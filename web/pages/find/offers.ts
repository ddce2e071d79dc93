/** What "Find me a GPU" answers: the machines that have what is wanted, best first, and the command that says the same. Pure. */
import { type FindResult, findGpus, type GpusOfNode, type GpuWish } from '../../../src/fleet/findGpus.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { shellQuote } from '../../../src/lib/displayText.ts';
import { parseMemoryBytes } from '../../../src/lib/durations.ts';

/** As somebody types it. */
export interface WishEntries {
  gpus: string;
  /** Of each; a bare number is GiB here, where the field says so. */
  memory: string;
  /** '' for any. */
  model: string;
}

export const ANYTHING: WishEntries = { gpus: '1', memory: '', model: '' };

const MOST_GPUS = 64;

/** The wish that is meant; null where a field says nothing that is understood. */
export function wishOf({ gpus, memory, model }: WishEntries): GpuWish | null {
  const number = Number(gpus.trim());
  const memoryBytes = memory.trim() === '' ? null : memoryOf(memory.trim());
  if (!Number.isInteger(number) || number < 1 || number > MOST_GPUS || memoryBytes === 0) return null;
  return { gpus: number, memoryBytes, model: model === '' ? null : model, mayBeSpread: false };
}

/** 0 for what is no amount of memory. */
const memoryOf = (text: string): number =>
  (/^\d+(\.\d+)?$/.test(text) ? Number(text) * 2 ** 30 : parseMemoryBytes(text)) ?? 0;

export interface Offers {
  offers: GpusOfNode[];
  /** Why there are no more, or none. */
  result: FindResult;
}

/** One offer of each machine that can meet the wish, as `flowline find` would choose them one after another. */
export function offersOf(
  nodes: readonly FleetNode[],
  wish: GpuWish,
  promised: ReadonlySet<string>,
  most: number,
): Offers {
  const result = findGpus(nodes, wish, promised);
  const offers: GpusOfNode[] = [];
  let left = nodes;
  for (let next: FindResult = result; next.found?.[0] && offers.length < most; ) {
    const [offer] = next.found;
    offers.push(offer);
    left = left.filter((node) => node !== offer.node);
    next = findGpus(left, wish, promised);
  }
  return { offers, result };
}

/** The command that finds the same; with `wait` it waits until there are some. */
export function findCommand({ gpus, memoryBytes, model }: GpuWish, wait: boolean): string {
  const words = ['flowline find'];
  if (gpus > 1) words.push(`--gpus ${gpus}`);
  if (memoryBytes !== null) words.push(`--memory ${memoryText(memoryBytes)}`);
  if (model !== null) words.push(`--model ${shellQuote(model)}`);
  if (wait) words.push('--wait');
  return words.join(' ');
}

const memoryText = (bytes: number): string =>
  bytes % 2 ** 30 === 0 ? `${bytes / 2 ** 30}G` : `${Math.round(bytes / 2 ** 20)}M`;

/** What to set so that a program sees these cards; CUDA counts the fastest first unless told otherwise. */
export const environmentOf = ({ gpus }: GpusOfNode): string =>
  `CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=${gpus.map((gpu) => gpu.index).join(',')}`;
