/**
 * The door of the brain: who starts where, now. Reads the facts and the line, changes neither (but for letting those
 * join whose time has come), and is asked again after whatever happens. Who starts is then taken out of the line by the
 * caller, and counted among the live attempts.
 *
 * The first in order that finds no room is given a reservation: cards that could hold it once our own attempts there are
 * over. From then on, runs of its band and below start on these cards only if it would still fit beside them and beside all
 * that started there since; it waits only for what was there before. So it is not starved by small ones.
 */
import type { DecisionFacts, Reservation, WaitingRun } from './facts.ts';
import { type Lineup, shapeOf } from './lineup.ts';
import { Order } from './order.ts';
import { type ImpossibleReason, Pass, type Start } from './pass.ts';

export type { ImpossibleReason, Start } from './pass.ts';

export interface PlanInput extends DecisionFacts {
  lineup: Lineup;
}

export interface Plan {
  starts: Start[];
  /** No card that is known could ever hold them. */
  impossible: { run: WaitingRun; reason: ImpossibleReason }[];
  /** When to ask again although nothing happened; null: only something that happens can change the answer. */
  nextAtMs: number | null;
  /** To be handed to the next plan. */
  reservation: Reservation | null;
}

/**
 * Cards that one decision looks at once it has starts to hand out: a thousand starts on 800 cards, some 40 ms. What an idle
 * fleet takes beyond that, the next decision gives out, a moment later: nothing else of the hub waits for it.
 */
const MOST_LOOKS = 800_000;
/** Impossible runs told at once; a table of 100,000 of them takes several plans, not one long one. */
const MOST_IMPOSSIBLE = 1000;

/** Decides which runs start now, and where. */
export function plan(input: PlanInput): Plan {
  const { plan: decided } = passThrough(input);
  return decided;
}

/** The plan with the cards as they are after it: for reasons and dry runs, which go on from there. */
export function passThrough(input: PlanInput): { plan: Plan; pass: Pass } {
  const { lineup, nowMs } = input;
  lineup.release(nowMs);
  const pass = new Pass(input, lineup);
  const decided: Plan = { starts: [], impossible: [], nextAtMs: lineup.nextAtMs(), reservation: null };
  let held = input.reservation && pass.isWorthKeeping(input.reservation) ? input.reservation : null;
  let isTried = false;
  let startedFirst: string | null = null;
  const order = new Order(lineup, input, pass.counts);
  for (let cursor = order.next(); cursor; cursor = order.next()) {
    const { run, group } = cursor;
    if (decided.starts.length > 0 && pass.looks >= MOST_LOOKS) {
      decided.nextAtMs = nowMs;
      break;
    }
    // A lower band's reservation binds nobody above it; in its own band its run comes first.
    if (held && !isTried && run.priority <= held.priority) {
      isTried = true;
      pass.keep(held);
      const kept = lineup.get(held.run);
      const trial = kept && pass.attempt(kept, shapeOf(kept).where);
      if (trial?.kind === 'start') {
        decided.starts.push(trial.start);
        startedFirst = held.run;
        held = null;
      }
    }
    if (run.id === startedFirst) {
      order.advance(cursor);
      continue;
    }
    const trial = pass.attempt(run, group.shape.where);
    if (trial.kind === 'start') {
      decided.starts.push(trial.start);
      order.advance(cursor);
    } else if (trial.kind === 'impossible') {
      for (const entry of group.entries) {
        if (entry.isGone) continue;
        if (decided.impossible.length === MOST_IMPOSSIBLE) {
          decided.nextAtMs = nowMs;
          break;
        }
        decided.impossible.push({ run: entry.run, reason: trial });
      }
    } else if (trial.kind === 'room') {
      if (pass.reservation !== null) continue;
      const kept = pass.reservationFor(run, group.shape.where);
      if (!kept) continue;
      isTried = true;
      held = kept;
      pass.keep(kept);
    }
  }
  decided.reservation = pass.reservation ?? held;
  return { plan: decided, pass };
}
