/**
 * The door of the brain: who starts where, now. Reads the facts and the line, changes neither (but for letting those
 * join whose time has come), and is asked again after whatever happens.
 */
import type { WaitingReason } from '../model/waiting.ts';
import type { DecisionFacts, Reservation, WaitingRun } from './facts.ts';
import type { Lineup } from './lineup.ts';

export interface PlanInput extends DecisionFacts {
  lineup: Lineup;
}

export interface Start {
  run: WaitingRun;
  /** Id and name of the node. */
  node: string;
  nodeName: string;
  /** Empty for a run without a GPU. */
  gpus: { uuid: string; index: number; promisedBytes: number | null }[];
  /** Nothing is known of its profile: what it takes is learned (LiveAttempt.isWarmingUp). */
  isWarmUp: boolean;
}

export interface Plan {
  starts: Start[];
  /** No card that is known could ever hold them. */
  impossible: { run: WaitingRun; reason: Extract<WaitingReason, { kind: 'impossible' }> }[];
  /** When the next run's time comes; null: only something that happens can change the answer. */
  nextAtMs: number | null;
  /** To be handed to the next plan. */
  reservation: Reservation | null;
}

/** Decides which runs start now, and where. */
export function plan(input: PlanInput): Plan {
  input.lineup.release(input.nowMs);
  return { starts: [], impossible: [], nextAtMs: input.lineup.nextAtMs(), reservation: input.reservation };
}
