/**
 * Where a run goes: first the cards that may be looked at at all, then those with room, then the best of these. All cards
 * of a run lie on one node and are taken at once.
 */
import { shortModelName } from '../fleet/modelName.ts';
import {
  type Board,
  type CardState,
  capacityBytes,
  fits,
  freeBytes,
  hasStrangers,
  isSamePerson,
  type NodeState,
} from './board.ts';
import type { DecisionFacts, WaitingRun } from './facts.ts';

/** Nodes and cards that a run of this shape may use, whatever room they have. */
export interface Candidates {
  /** Connected, allowed, its user's, with at least one card of the model that is well and on (or wanted for no card). */
  nodes: { node: NodeState; cards: CardState[] }[];
  /** By how many cards are asked (index): the most memory per card that some known node could ever give; infinite where a card's size is not known. */
  mostBytes: number[];
  /** Counts for the reason `nodes`. */
  online: number;
  allowed: number;
  matching: number;
  usableGpus: number;
}

/** Looks through all nodes for those that a run may use. */
export function findCandidates(
  board: Board,
  run: WaitingRun,
  strangers: DecisionFacts['settings']['strangers'] = board.settings.strangers,
): Candidates {
  const found: Candidates = { nodes: [], mostBytes: [], online: 0, allowed: 0, matching: 0, usableGpus: 0 };
  for (const node of board.nodes) {
    const { facts } = node;
    const isRunnable = facts.isOnline && facts.isAllowed;
    if (facts.isOnline) found.online += 1;
    if (isRunnable) found.allowed += 1;
    if (!isWantedNode(facts, run) || !isSamePerson(run, facts)) continue;
    const ofModel = node.cards.filter(({ card }) => isModel(card, run.ask.model));
    noteCapacity(found.mostBytes, ofModel);
    if (!isRunnable || (run.ask.gpus > 0 && ofModel.length === 0)) continue;
    found.matching += 1;
    if (facts.drained !== null) continue;
    const cards = ofModel.filter(({ card }) => card.isOn && card.unusable === null);
    found.usableGpus += cards.length;
    if (cards.length > 0 || run.ask.gpus === 0) found.nodes.push({ node, cards });
  }
  if (run.ask.gpus > 0) keepFromStrangers(found, strangers);
  return found;
}

/** `avoid`: only cards without strangers, if there is one at all; `mine-only`: never beside them. */
function keepFromStrangers(found: Candidates, policy: DecisionFacts['settings']['strangers']): void {
  if (policy === 'share') return;
  const alone = found.nodes
    .map(({ node, cards }) => ({ node, cards: cards.filter((state) => !hasStrangers(state)) }))
    .filter(({ cards }) => cards.length > 0);
  if (policy === 'mine-only' || alone.length > 0) found.nodes = alone;
}

function isWantedNode(facts: NodeState['facts'], { pin, ask }: WaitingRun): boolean {
  if (pin !== null && pin !== facts.id) return false;
  return ask.node === null || ask.node === facts.id || ask.node === facts.name;
}

/** Every word of the wish is in the model's name, as the driver or as people say it: `h100`, `A100 80`. */
function isModel(card: CardState['card'], wanted: string | null): boolean {
  if (wanted === null) return true;
  const { model, totalBytes } = card;
  const name =
    `${model ?? ''} ${shortModelName({ name: model, memoryTotalBytes: totalBytes }) ?? ''}`.toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.includes(word));
}

/** Enters what a node could give for 1, 2, 3 … cards. */
function noteCapacity(mostBytes: number[], cards: readonly CardState[]): void {
  const sizes = cards.map((state) => capacityBytes(state) ?? Number.POSITIVE_INFINITY).sort((a, b) => b - a);
  for (const [place, bytes] of sizes.entries()) {
    const known = mostBytes[place + 1];
    mostBytes[place + 1] = Math.max(known ?? 0, bytes);
  }
}

/** The best cards for a run, or null where no node has as many with room. */
export function choose(
  board: Board,
  candidates: Candidates,
  run: WaitingRun,
  bytes: number | null,
  order: readonly string[] | null,
  isKeeper: boolean,
): { node: NodeState; cards: CardState[] } | null {
  const ranks = order ? new Map(order.map((uuid, rank) => [uuid, rank])) : null;
  const avoided = run.avoid.length > 0 ? new Set(run.avoid) : null;
  let best: { node: NodeState; cards: CardState[]; cost: number[] } | null = null;
  for (const { node, cards } of candidates.nodes) {
    if (run.ask.gpus === 0) {
      if (node.withoutGpu >= mostWithoutGpu(node)) continue;
      const cost = [avoided?.has(node.facts.id) ? 1 : 0, node.withoutGpu / mostWithoutGpu(node)];
      if (!best || isLess(cost, best.cost)) best = { node, cards: [], cost };
      continue;
    }
    const withRoom = cards.filter((state) => fits(state, bytes, board.settings, isKeeper));
    if (withRoom.length < run.ask.gpus) continue;
    const priced = withRoom.map((state) => ({ state, cost: costOf(state, ranks, avoided) }));
    priced.sort((a, b) => compare(a.cost, b.cost) || a.state.card.index - b.state.card.index);
    const taken = priced.slice(0, run.ask.gpus);
    const sums = taken.reduce<number[]>(
      (sum, { cost }) => cost.map((part, place) => part + (sum[place] ?? 0)),
      [],
    );
    // Between nodes that are alike: the one where fewer cards with room are left over, so that large gaps stay.
    const [avoids = 0, rank = 0, strangers = 0, ours = 0, free = 0] = sums;
    const cost = [avoids, rank, strangers, ours, withRoom.length, free];
    if (!best || isLess(cost, best.cost)) best = { node, cards: taken.map(({ state }) => state), cost };
  }
  return best;
}

/** What speaks against a card, gravest first: to be avoided, the owner's order, strangers, ours beside it, a gap left over. */
function costOf(
  state: CardState,
  ranks: ReadonlyMap<string, number> | null,
  avoided: ReadonlySet<string> | null,
): number[] {
  const { card, node } = state;
  return [
    avoided && (avoided.has(card.uuid) || avoided.has(node.facts.id)) ? 1 : 0,
    ranks ? (ranks.get(card.uuid) ?? ranks.size) : 0,
    hasStrangers(state) ? 1 : 0,
    state.attempts,
    freeBytes(state) ?? 0,
  ];
}

/** As many runs without a GPU as cores; where they are not known, one. */
export const mostWithoutGpu = ({ facts }: NodeState): number => Math.max(1, facts.cores ?? 1);

function compare(a: readonly number[], b: readonly number[]): number {
  for (const [place, value] of a.entries()) {
    const difference = value - (b[place] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
const isLess = (a: readonly number[], b: readonly number[]): boolean => compare(a, b) < 0;
