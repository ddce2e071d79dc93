/**
 * Where a run goes: first the cards that may be looked at at all, then those with room, then the best of these. All cards
 * of a run lie on one node and are taken at once.
 */
import { shortModelName } from '../fleet/modelName.ts';
import type { CardTrouble, NodeTrouble } from '../model/trouble.ts';
import {
  type Board,
  type CardState,
  fits,
  freeBytes,
  hasStrangers,
  isSamePerson,
  mostBytes,
  type NodeState,
} from './board.ts';
import type { DecisionFacts, WaitingRun } from './facts.ts';

/** Nodes and cards that a run of this shape may use, whatever room they have. */
export interface Candidates {
  /** Connected, allowed, its user's, with at least one card of the model that is well and on (or wanted for no card). */
  nodes: { node: NodeState; cards: CardState[] }[];
  /** By how many cards are asked (index): the most memory per card that some known node could ever give; infinite where a card's size is not known. */
  mostBytes: number[];
  /** True where a node that it may go to has not shown its cards yet: nothing is impossible. */
  isPartlyUnknown: boolean;
  /** Counts for the reason `nodes`. */
  online: number;
  allowed: number;
  asOwner: number;
  matching: number;
  usableGpus: number;
  /** Cards of all nodes that may run it, of whatever model, on or off. */
  knownGpus: number;
  /** The first that matches and takes nothing; `what` null: its card is switched off. */
  trouble: { node: string; gpuIndex: number | null; what: CardTrouble | NodeTrouble | null } | null;
}

/** Looks through all nodes for those that a run may use. */
export function findCandidates(
  board: Board,
  run: WaitingRun,
  strangers: DecisionFacts['settings']['strangers'] = board.settings.strangers,
): Candidates {
  const found: Candidates = {
    nodes: [],
    mostBytes: [],
    isPartlyUnknown: false,
    online: 0,
    allowed: 0,
    asOwner: 0,
    matching: 0,
    usableGpus: 0,
    knownGpus: 0,
    trouble: null,
  };
  for (const node of board.nodes) {
    const { facts } = node;
    const isRunnable = facts.isOnline && facts.isAllowed;
    if (facts.isOnline) found.online += 1;
    if (isRunnable) found.allowed += 1;
    const isHis = isSamePerson(run, facts);
    if (isRunnable && isHis) {
      found.asOwner += 1;
      found.knownGpus += node.cards.length;
    }
    if (!isWantedNode(facts, run)) continue;
    const ofModel = node.cards.filter(({ card }) => isModel(card, run.ask.model));
    // A node that has not said yet who it runs as, or which cards it has (after a restart), may be the one that could.
    if (isHis || facts.runsAs === null) noteCapacity(found.mostBytes, ofModel);
    if (!facts.isOnline && facts.cards.length === 0) found.isPartlyUnknown = true;
    if (!isHis) continue;
    if (!isRunnable || (run.ask.gpus > 0 && ofModel.length === 0)) continue;
    found.matching += 1;
    if (facts.drained !== null) {
      found.trouble ??= { node: facts.name, gpuIndex: null, what: facts.drained };
      continue;
    }
    const cards = ofModel.filter(({ card }) => card.isOn && card.unusable === null);
    found.usableGpus += cards.length;
    if (cards.length > 0 || run.ask.gpus === 0) found.nodes.push({ node, cards });
    else found.trouble ??= troubleOf(facts.name, ofModel);
  }
  if (run.ask.gpus > 0) keepFromStrangers(found, strangers);
  return found;
}

function troubleOf(node: string, [first]: readonly CardState[]): Candidates['trouble'] {
  return first ? { node, gpuIndex: first.card.index, what: first.card.unusable } : null;
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
function isModel({ model, totalBytes }: CardState['card'], wanted: string | null): boolean {
  if (wanted === null) return true;
  const key = `${model} ${totalBytes}`;
  let name = namesOfModels.get(key);
  if (name === undefined) {
    const short = shortModelName({ name: model, memoryTotalBytes: totalBytes });
    name = `${model ?? ''} ${short ?? ''}`.toLowerCase();
    if (namesOfModels.size >= MAX_MODELS) namesOfModels.clear();
    namesOfModels.set(key, name);
  }
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => name.includes(word));
}

/** A fleet has a handful of models, and each is looked at for every card of it. */
const namesOfModels = new Map<string, string>();
const MAX_MODELS = 256;

/** Enters what a node could give for 1, 2, 3 … cards. */
function noteCapacity(most: number[], cards: readonly CardState[]): void {
  const sizes = cards.map((state) => mostBytes(state) ?? Number.POSITIVE_INFINITY).sort((a, b) => b - a);
  for (const [place, bytes] of sizes.entries()) {
    const known = most[place + 1];
    most[place + 1] = Math.max(known ?? 0, bytes);
  }
}

/** Where a run goes. */
export interface Place {
  node: NodeState;
  /** Empty for a run without a GPU. */
  cards: CardState[];
}

/** The best cards for a run, or null where no node has as many with room. */
export function choose(
  board: Board,
  candidates: Candidates,
  run: WaitingRun,
  bytes: number | null,
  order: readonly string[] | null,
  isKeeper: boolean,
): Place | null {
  if (run.ask.gpus === 0) return chooseNode(candidates, run);
  const wishes: Wishes = {
    ranks: order ? new Map(order.map((uuid, rank) => [uuid, rank])) : null,
    avoided: run.avoid.length > 0 ? new Set(run.avoid) : null,
  };
  const byCost = (a: CardState, b: CardState): number => compareCards(a, b, wishes);
  const room: CardState[] = [];
  let best: (Place & { withRoom: number }) | null = null;
  for (const { node, cards } of candidates.nodes) {
    room.length = 0;
    for (const state of cards) if (fits(state, bytes, board.settings, isKeeper)) room.push(state);
    if (room.length < run.ask.gpus) continue;
    const taken = run.ask.gpus === 1 ? [leastOf(room, byCost)] : room.toSorted(byCost).slice(0, run.ask.gpus);
    const place = { node, cards: taken, withRoom: room.length };
    if (!best || comparePlaces(place, best, wishes) < 0) best = place;
  }
  return best;
}

function leastOf(states: readonly CardState[], order: (a: CardState, b: CardState) => number): CardState {
  return states.reduce((least, state) => (order(state, least) < 0 ? state : least));
}

/** The node with the smallest share of its cores taken, for a run without a GPU. */
function chooseNode(candidates: Candidates, run: WaitingRun): Place | null {
  let best: NodeState | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const { node } of candidates.nodes) {
    if (node.withoutGpu >= mostWithoutGpu(node)) continue;
    const isAvoided = run.avoid.includes(node.facts.id);
    const share = node.withoutGpu / mostWithoutGpu(node) + (isAvoided ? 1 : 0);
    if (share >= least) continue;
    best = node;
    least = share;
  }
  return best && { node: best, cards: [] };
}

interface Wishes {
  /** Of the owner's order, 0 first. */
  ranks: ReadonlyMap<string, number> | null;
  avoided: ReadonlySet<string> | null;
}

const isAvoided = ({ card, node }: CardState, { avoided }: Wishes): boolean =>
  avoided !== null && (avoided.has(card.uuid) || avoided.has(node.facts.id));
const rankOf = ({ card }: CardState, { ranks }: Wishes): number =>
  ranks ? (ranks.get(card.uuid) ?? ranks.size) : 0;

/** What speaks against a card, gravest first: to be avoided, the owner's order, strangers, ours beside it, a gap left over. */
function compareCards(a: CardState, b: CardState, wishes: Wishes): number {
  return (
    Number(isAvoided(a, wishes)) - Number(isAvoided(b, wishes)) ||
    rankOf(a, wishes) - rankOf(b, wishes) ||
    Number(hasStrangers(a)) - Number(hasStrangers(b)) ||
    a.attempts - b.attempts ||
    (freeBytes(a) ?? 0) - (freeBytes(b) ?? 0) ||
    a.card.index - b.card.index
  );
}

/** The same over all cards taken; between nodes that are alike, the one where fewer with room are left over: large gaps stay. */
function comparePlaces(
  a: Place & { withRoom: number },
  b: Place & { withRoom: number },
  wishes: Wishes,
): number {
  const over = (figure: (state: CardState) => number): number => sum(a.cards, figure) - sum(b.cards, figure);
  return (
    over((state) => Number(isAvoided(state, wishes))) ||
    over((state) => rankOf(state, wishes)) ||
    over((state) => Number(hasStrangers(state))) ||
    over((state) => state.attempts) ||
    a.withRoom - b.withRoom ||
    over((state) => freeBytes(state) ?? 0)
  );
}

function sum(states: readonly CardState[], figure: (state: CardState) => number): number {
  let total = 0;
  for (const state of states) total += figure(state);
  return total;
}

/** As many runs without a GPU as cores; where they are not known, one. */
export const mostWithoutGpu = ({ facts }: NodeState): number => Math.max(1, facts.cores ?? 1);
