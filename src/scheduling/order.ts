/**
 * Whose turn it is (scheduling.md, 8): bands of priority; within a band the person who used least GPU time, waiting
 * counted in his favour; within a person the order of the rows. Groups of runs that found no room drop out.
 */
import type { DecisionFacts, WaitingRun } from './facts.ts';
import type { Counts } from './limits.ts';
import type { Group, Lineup } from './lineup.ts';

/** A GPU that somebody has now counts as an hour of it, so that free cards are dealt round and not all to one. */
const GPU_AT_ONCE_SECONDS = 3600;

/** A place in a group. */
export interface Cursor {
  readonly group: Group;
  place: number;
  run: WaitingRun;
}

/** One person's groups within a band, the one with the lowest order on top (a binary heap). */
class Lane {
  readonly owner: string;
  /** Whose score is lowest goes first; kept, because with a thousand people it is compared far more often than it changes. */
  score = 0;
  readonly #heap: Cursor[] = [];

  constructor(owner: string) {
    this.owner = owner;
  }

  get head(): Cursor | null {
    return this.#heap[0] ?? null;
  }

  push(cursor: Cursor): void {
    const heap = this.#heap;
    let place = heap.push(cursor) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      const upper = heap[above];
      if (!upper || upper.run.order <= cursor.run.order) break;
      heap[place] = upper;
      heap[above] = cursor;
      place = above;
    }
  }

  pop(): Cursor | null {
    const heap = this.#heap;
    const top = heap[0] ?? null;
    const last = heap.pop();
    if (!last || heap.length === 0) return top;
    let place = 0;
    heap[0] = last;
    for (;;) {
      const left = 2 * place + 1;
      const [a, b] = [heap[left], heap[left + 1]];
      if (!a) break;
      const lower = b && b.run.order < a.run.order ? left + 1 : left;
      const below = heap[lower];
      if (!below || below.run.order >= last.run.order) break;
      heap[place] = below;
      heap[lower] = last;
      place = lower;
    }
    return top;
  }
}

/** Hands out cursors in order; a group stays out unless whoever took its cursor advances it. */
export class Order {
  readonly #lanes = new Map<Cursor, Lane>();
  readonly #bands: { priority: number; lanes: Lane[]; isScored: boolean }[];
  readonly #facts: Pick<DecisionFacts, 'nowMs' | 'usage'>;
  readonly #counts: Counts;

  constructor(lineup: Lineup, facts: Pick<DecisionFacts, 'nowMs' | 'usage'>, counts: Counts) {
    this.#facts = facts;
    this.#counts = counts;
    const bands = new Map<number, Map<string, Lane>>();
    for (const group of lineup.groups()) {
      const cursor = firstOf(group);
      if (!cursor) continue;
      const band = bands.get(group.priority) ?? new Map<string, Lane>();
      bands.set(group.priority, band);
      const lane = band.get(group.owner) ?? new Lane(group.owner);
      band.set(group.owner, lane);
      lane.push(cursor);
      this.#lanes.set(cursor, lane);
    }
    this.#bands = [...bands]
      .map(([priority, lanes]) => ({ priority, lanes: [...lanes.values()], isScored: false }))
      .sort((a, b) => a.priority - b.priority);
  }

  /** The next whose turn it is, taken out of the order; null at the end. */
  next(): Cursor | null {
    for (let band = this.#bands.at(-1); band; band = this.#bands.at(-1)) {
      // Not before its turn: those who started in the bands above have more GPUs by then.
      if (!band.isScored) for (const lane of band.lanes) this.#rescore(lane);
      band.isScored = true;
      let best: Lane | null = null;
      for (const lane of band.lanes) {
        if (!lane.head) continue;
        if (!best || lane.score < best.score || (lane.score === best.score && lane.owner < best.owner)) {
          best = lane;
        }
      }
      const cursor = best?.pop();
      if (best && cursor) {
        this.#rescore(best);
        return cursor;
      }
      this.#bands.pop();
    }
    return null;
  }

  /** Puts a group back, at its next run; its owner may have started one meanwhile. */
  advance(cursor: Cursor): void {
    const lane = this.#lanes.get(cursor);
    if (!lane) return;
    if (moveOn(cursor)) lane.push(cursor);
    this.#rescore(lane);
  }

  #rescore(lane: Lane): void {
    if (lane.head) lane.score = this.#score(lane.owner, lane.head.run);
  }

  /** Lower goes first: GPU seconds used, by what ended and what runs, an hour for each GPU now, less the seconds that the first has waited. */
  #score(owner: string, head: WaitingRun): number {
    const { nowMs, usage } = this.#facts;
    const used = (usage.gpuSeconds.get(owner) ?? 0) + this.#counts.gpuSecondsOf(owner);
    const now = this.#counts.gpusOf(owner) * GPU_AT_ONCE_SECONDS;
    return used + now - Math.max(0, nowMs - head.queuedAtMs) / 1000;
  }
}

function firstOf(group: Group): Cursor | null {
  const cursor: Cursor = { group, place: -1, run: group.example };
  return moveOn(cursor) ? cursor : null;
}

/** To the next run of the group that is still in the line. */
function moveOn(cursor: Cursor): boolean {
  const { entries } = cursor.group;
  for (cursor.place += 1; cursor.place < entries.length; cursor.place += 1) {
    const entry = entries[cursor.place];
    if (!entry || entry.isGone) continue;
    cursor.run = entry.run;
    return true;
  }
  return false;
}
