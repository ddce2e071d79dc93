/**
 * One look at all cards, on which runs are tried one after another: each that fits is entered at once. What found no room
 * is remembered: within a pass room only shrinks, so whoever asks as much or more in the same place finds none either.
 */
import type { WaitingReason } from '../model/waiting.ts';
import { Board, type CardState, capacityBytes, neededBytes } from './board.ts';
import { type Asked, askedOf, type DecisionFacts, type Reservation, type WaitingRun } from './facts.ts';
import { Counts, type LimitReason } from './limits.ts';
import type { Lineup } from './lineup.ts';
import { shapeOf } from './lineup.ts';
import { type Candidates, choose, findCandidates } from './placement.ts';

/** A run with its place: it starts. */
export interface Start {
  run: WaitingRun;
  /** Id and name of the node. */
  node: string;
  nodeName: string;
  /** Empty for a run without a GPU. `promisedBytes` null: the whole card. */
  gpus: { uuid: string; index: number; promisedBytes: number | null }[];
  /** Nothing is known of its profile: what it takes is learned (LiveAttempt.isWarmingUp). */
  isWarmUp: boolean;
}

export type ImpossibleReason = Extract<WaitingReason, { kind: 'impossible' }>;

export type Trial =
  | { kind: 'start'; start: Start }
  | { kind: 'limit'; reason: LimitReason }
  /** Paused, not complete, or the whole queue does not start anything. */
  | { kind: 'paused' }
  | { kind: 'room' }
  | ImpossibleReason;

export class Pass {
  readonly board: Board;
  readonly counts: Counts;
  reservation: Reservation | null = null;
  /** Cards that were looked at for room. */
  looks = 0;
  readonly #facts: DecisionFacts;
  readonly #lineup: Lineup;
  readonly #candidates = new Map<string, Candidates>();
  /** Least that found no room, by place and number of cards; the whole card apart. */
  readonly #failed = new Map<string, number>();

  constructor(facts: DecisionFacts, lineup: Lineup) {
    this.#facts = facts;
    this.#lineup = lineup;
    this.board = new Board(facts);
    this.counts = new Counts(facts);
  }

  /** What a run is promised now. */
  asked(run: WaitingRun): Asked {
    return askedOf(run, this.#facts.promises);
  }

  /** Where a run may go at all. */
  candidates(run: WaitingRun, where = shapeOf(run).where): Candidates {
    const key = run.ask.gpus === 0 ? `${where}\u0000none` : where;
    let found = this.#candidates.get(key);
    if (!found) {
      found = findCandidates(this.board, run);
      this.#candidates.set(key, found);
    }
    return found;
  }

  /** Starts a run where it fits, or says what keeps it. */
  attempt(run: WaitingRun, where: string): Trial {
    const table = this.#lineup.limitsOf(run.table);
    if (!this.#facts.settings.isRunning || table.paused !== null || !table.isComplete) {
      return { kind: 'paused' };
    }
    const limit = this.counts.check(run, table);
    if (limit) return { kind: 'limit', reason: limit };
    if (this.counts.isKept(run, table)) return { kind: 'room' };
    const { bytes, by } = this.asked(run);
    const candidates = this.candidates(run, where);
    // Before what is remembered of this pass: who asks more than one that found no room may ask more than there is.
    const impossible = neverFits(candidates, run, bytes);
    if (impossible) return impossible;
    if (this.#hasFailed(run, where, bytes)) return { kind: 'room' };
    for (const { cards } of candidates.nodes) this.looks += cards.length;
    const isKeeper = this.reservation?.run === run.id;
    const order = run.gpuOrder === null ? null : (this.#facts.gpuOrders.get(run.gpuOrder) ?? null);
    const place = choose(this.board, candidates, run, bytes, order, isKeeper);
    if (!place) {
      this.#noteFailure(run, where, bytes);
      return { kind: 'room' };
    }
    const start: Start = {
      run,
      node: place.node.facts.id,
      nodeName: place.node.facts.name,
      gpus: place.cards
        .map(({ card }) => ({ uuid: card.uuid, index: card.index, promisedBytes: bytes }))
        .sort((a, b) => a.index - b.index),
      isWarmUp: by === 'whole-card',
    };
    if (isKeeper) this.keep(null);
    if (run.ask.gpus === 0) place.node.withoutGpu += 1;
    this.board.give(place.cards, bytes);
    this.counts.add(run.owner, run.table, run.ask.gpus);
    return { kind: 'start', start };
  }

  /** Keeps room, or gives it free. */
  keep(reservation: Reservation | null): void {
    this.board.unkeep();
    this.reservation = reservation;
    this.counts.keep(reservation && this.#lineup.get(reservation.run));
    if (reservation) this.board.keep(reservation);
    // Room came back where none was.
    else this.#failed.clear();
  }

  /**
   * Room for a run that finds none now: on the node where least must end first, among those that could hold it once our
   * own attempts are over. Null where strangers hold it everywhere: waiting for them would keep cards idle for nothing.
   */
  reservationFor(run: WaitingRun, where: string): Reservation | null {
    if (run.ask.gpus === 0) return null;
    const { bytes } = this.asked(run);
    let best: { cards: CardState[]; shortBytes: number; short: number } | null = null;
    for (const { cards } of this.candidates(run, where).nodes) {
      const able = cards
        .filter((state) => couldHold(state, bytes, this.#facts.settings.leastFreeBytes))
        .map((state) => ({ state, shortBytes: shortOf(state, bytes) }))
        .sort((a, b) => a.shortBytes - b.shortBytes || a.state.card.index - b.state.card.index)
        .slice(0, run.ask.gpus);
      if (able.length < run.ask.gpus) continue;
      const short = able.filter((entry) => entry.shortBytes > 0).length;
      const shortBytes = able.reduce((sum, entry) => sum + entry.shortBytes, 0);
      if (!best || short < best.short || (short === best.short && shortBytes < best.shortBytes)) {
        best = { cards: able.map(({ state }) => state), shortBytes, short };
      }
    }
    const node = best?.cards[0]?.node.facts;
    if (!best || !node) return null;
    return {
      run: run.id,
      task: run.task,
      priority: run.priority,
      node: node.id,
      nodeName: node.name,
      uuids: best.cards.map(({ card }) => card.uuid),
      askedBytes: bytes,
      sinceMs: this.#facts.nowMs,
    };
  }

  /** Whether kept room still serves the run that it was kept for: it waits for nothing else, and the cards could hold it. */
  isWorthKeeping(reservation: Reservation): boolean {
    const run = this.#lineup.get(reservation.run);
    if (!run || !this.#lineup.isReady(run.id) || run.ask.gpus !== reservation.uuids.length) return false;
    const { bytes } = this.asked(run);
    if (bytes !== reservation.askedBytes) return false;
    const table = this.#lineup.limitsOf(run.table);
    if (table.paused !== null || !table.isComplete || this.counts.check(run, table)) return false;
    const usable = new Set(
      this.candidates(run).nodes.flatMap(({ cards }) => cards.map(({ card }) => card.uuid)),
    );
    return reservation.uuids.every((uuid) => {
      const state = this.board.card(uuid);
      return (
        usable.has(uuid) && state !== null && couldHold(state, bytes, this.#facts.settings.leastFreeBytes)
      );
    });
  }

  #hasFailed(run: WaitingRun, where: string, bytes: number | null): boolean {
    if (this.reservation?.run === run.id) return false;
    const failed = this.#failed.get(failureKey(run, where, bytes));
    return failed !== undefined && (bytes === null || bytes >= failed);
  }

  #noteFailure(run: WaitingRun, where: string, bytes: number | null): void {
    const key = failureKey(run, where, bytes);
    this.#failed.set(key, Math.min(this.#failed.get(key) ?? Number.POSITIVE_INFINITY, bytes ?? 0));
  }
}

const failureKey = (run: WaitingRun, where: string, bytes: number | null): string =>
  `${run.ask.gpus}${bytes === null ? '*' : ''}|${where}`;

/** The figures, where no card that is known could ever hold a run. */
export function neverFits(
  candidates: Candidates,
  run: WaitingRun,
  bytes: number | null,
): ImpossibleReason | null {
  const { gpus } = run.ask;
  const { mostBytes } = candidates;
  const mostGpus = Math.max(0, mostBytes.length - 1);
  // No such card at all: one may join tomorrow.
  if (gpus === 0 || mostGpus === 0 || candidates.isPartlyUnknown) return null;
  const most = mostBytes[gpus];
  if (most !== undefined && (bytes === null || bytes <= most)) return null;
  const largest = most ?? mostBytes[1] ?? null;
  return {
    kind: 'impossible',
    askedBytes: bytes,
    askedGpus: gpus,
    largestBytes: largest === null || !Number.isFinite(largest) ? null : Math.max(0, largest),
    mostGpus,
  };
}

/** Whether a card has room for so much once our own attempts there are over. */
function couldHold(state: CardState, bytes: number | null, leastFreeBytes: number | null): boolean {
  const capacity = capacityBytes(state);
  if (capacity === null) return true;
  const { confirmedExternalBytes } = state.card;
  if (confirmedExternalBytes === null) return false;
  return capacity - confirmedExternalBytes >= Math.max(neededBytes(state, bytes), leastFreeBytes ?? 0);
}

/** What must come free on a card first; 0 where it has room. */
function shortOf(state: CardState, bytes: number | null): number {
  const capacity = capacityBytes(state);
  if (capacity === null) return state.attempts > 0 || state.isTaken ? 1 : 0;
  const free = state.isTaken ? 0 : capacity - (state.card.externalBytes ?? 0) - state.oursBytes;
  return Math.max(0, neededBytes(state, bytes) - free, bytes === null ? state.oursBytes : 0);
}
