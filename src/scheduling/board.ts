/**
 * The cards as one decision sees them: what the ledger has committed on each, and what this decision has given out since.
 * Every start is entered at once, so that four starts in one second do not all go to the same card (defect 5).
 */
import type { Card, DecisionFacts, LiveAttempt, NodeFacts, Reservation, WaitingRun } from './facts.ts';
import { headroomBytes, usualHeadroomBytes } from './ledger.ts';

/**
 * A run with unknown needs takes a card of which others use at most a quarter; where nobody computes, at most half: a
 * desktop draws on the only card of many a workstation.
 */
const WHOLE_CARD_SHARE = { besideStrangers: 0.75, alone: 0.5 };

/** Others' processes, or memory that nobody is seen to hold, from here on: below it is a driver or a desktop. */
const STRANGERS_BYTES = 1024 * 1024 * 1024;

export interface CardState {
  readonly card: Card;
  readonly node: NodeState;
  readonly headroomBytes: number;
  /** Σ max(promised, measured) of ours. */
  oursBytes: number;
  /** Ours, without those that are only returning. */
  attempts: number;
  /** Somebody was promised the whole of it. */
  isTaken: boolean;
  /** What a reservation keeps, and how much of ours lies beside it. */
  kept: { bytes: number | null; besideBytes: number } | null;
}

export interface NodeState {
  readonly facts: NodeFacts;
  readonly cards: CardState[];
  /** Live attempts without a GPU. */
  withoutGpu: number;
}

export class Board {
  readonly nodes: NodeState[] = [];
  readonly #cards = new Map<string, CardState>();
  /** Live attempts by card, for reasons. */
  readonly liveOn = new Map<string, LiveAttempt[]>();
  readonly settings: DecisionFacts['settings'];
  readonly #promises: DecisionFacts['promises'];

  constructor({
    nodes,
    live,
    settings,
    promises,
  }: Pick<DecisionFacts, 'nodes' | 'live' | 'settings' | 'promises'>) {
    this.settings = settings;
    this.#promises = promises;
    const byId = new Map<string, NodeState>();
    for (const facts of nodes) {
      const node: NodeState = { facts, cards: [], withoutGpu: 0 };
      for (const card of facts.cards) {
        const state: CardState = {
          card,
          node,
          headroomBytes: card.totalBytes === null ? 0 : headroomBytes(card.totalBytes, settings),
          oursBytes: 0,
          attempts: 0,
          isTaken: false,
          kept: null,
        };
        node.cards.push(state);
        this.#cards.set(card.uuid, state);
      }
      this.nodes.push(node);
      byId.set(facts.id, node);
    }
    for (const attempt of live) this.#count(attempt, byId.get(attempt.node));
  }

  card(uuid: string): CardState | null {
    return this.#cards.get(uuid) ?? null;
  }

  /** Counts a start on its cards. */
  give(cards: readonly CardState[], bytes: number | null): void {
    for (const state of cards) {
      state.attempts += 1;
      if (bytes === null) state.isTaken = true;
      else state.oursBytes += bytes;
      if (state.kept) state.kept.besideBytes += bytes ?? 0;
    }
  }

  /** Keeps a reservation's cards for it: whatever started since lies beside it, what was there before is waited for. */
  keep(reservation: Reservation): void {
    for (const uuid of reservation.uuids) {
      const state = this.#cards.get(uuid);
      if (!state) continue;
      state.kept = { bytes: reservation.askedBytes, besideBytes: 0 };
      for (const attempt of this.liveOn.get(uuid) ?? []) {
        if (attempt.sinceMs >= reservation.sinceMs)
          state.kept.besideBytes += this.heldBytes(attempt, uuid) ?? 0;
      }
    }
  }

  /** Nothing is kept any more. */
  unkeep(): void {
    for (const state of this.#cards.values()) state.kept = null;
  }

  /**
   * What the ledger counts for an attempt on a card; null: all of it. One that has the whole card because nothing was known
   * of its profile has what is known by now: others of its kind, which waited for that, start beside it.
   */
  heldBytes({ gpus, profile }: LiveAttempt, uuid: string): number | null {
    const gpu = gpus.find((given) => given.uuid === uuid);
    const known = profile === null ? undefined : this.#promises.get(profile);
    const promised = gpu?.promisedBytes ?? known ?? null;
    return gpu === undefined || promised === null ? null : Math.max(promised, gpu.measuredBytes ?? 0);
  }

  #count(attempt: LiveAttempt, node: NodeState | undefined): void {
    if (attempt.gpus.length === 0 && node) node.withoutGpu += 1;
    for (const { uuid } of attempt.gpus) {
      const state = this.#cards.get(uuid);
      if (!state) continue;
      const bytes = this.heldBytes(attempt, uuid);
      if (bytes === null) state.isTaken = true;
      else state.oursBytes += bytes;
      if (!attempt.isReturning) state.attempts += 1;
      const there = this.liveOn.get(uuid);
      if (there) there.push(attempt);
      else this.liveOn.set(uuid, [attempt]);
    }
  }
}

/** free = total − (external + ours + headroom), as low as below zero; null where the card's size or use is not known. */
export function freeBytes(state: CardState): number | null {
  const { totalBytes, externalBytes } = state.card;
  if (totalBytes === null || externalBytes === null) return null;
  if (state.isTaken) return 0;
  return totalBytes - externalBytes - state.oursBytes - state.headroomBytes;
}

/** The least free memory that a run needs on this card. */
export function neededBytes({ card }: CardState, bytes: number | null): number {
  const share = card.stranger === null ? WHOLE_CARD_SHARE.alone : WHOLE_CARD_SHARE.besideStrangers;
  return bytes ?? Math.ceil((card.totalBytes ?? 0) * share);
}

/** What a run could have there at best, with nobody else on it; null where the card's size is not known. */
export function capacityBytes({ card, headroomBytes: headroom }: CardState): number | null {
  return card.totalBytes === null ? null : card.totalBytes - headroom;
}

/** What it could ever give: a headroom that somebody set too large is changed again, and ends no run for good. */
export function mostBytes({ card, headroomBytes: headroom }: CardState): number | null {
  const { totalBytes } = card;
  return totalBytes === null ? null : totalBytes - Math.min(headroom, usualHeadroomBytes(totalBytes));
}

/** Whether others compute or hold memory there; memory held at 0 % is not idle. */
export const hasStrangers = ({ card }: CardState): boolean =>
  card.stranger !== null || (card.externalBytes ?? 0) >= STRANGERS_BYTES;

/** Whether a run that asks so much per card fits now. `isKeeper`: the reservation is its own. */
export function fits(
  state: CardState,
  bytes: number | null,
  settings: DecisionFacts['settings'],
  isKeeper: boolean,
): boolean {
  const { card, kept } = state;
  if (state.isTaken) return false;
  if (settings.maxRunningPerGpu !== null && state.attempts >= settings.maxRunningPerGpu) return false;
  const free = freeBytes(state);
  if (free === null) {
    // Memory shared with the host cannot be counted: one at a time.
    return card.totalBytes === null && state.attempts === 0 && state.oursBytes === 0 && (!kept || isKeeper);
  }
  if (settings.leastFreeBytes !== null && free < settings.leastFreeBytes) return false;
  if (bytes === null && (state.attempts > 0 || state.oursBytes > 0)) return false;
  if (free < neededBytes(state, bytes)) return false;
  if (!kept || isKeeper) return true;
  // Around a reservation: what is kept, what lies beside it already, and this, all at once.
  if (kept.bytes === null || bytes === null) return false;
  const aroundBytes = (capacityBytes(state) ?? 0) - (card.externalBytes ?? 0) - kept.bytes - kept.besideBytes;
  return aroundBytes >= bytes;
}

/** Whether a node runs as the run's user. By name alone: a number is what a submit says of itself. */
export const isSamePerson = (run: Pick<WaitingRun, 'person'>, node: NodeFacts): boolean =>
  run.person === null || run.person === node.runsAs;
