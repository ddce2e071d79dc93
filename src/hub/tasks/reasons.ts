/** Why tasks wait, asked of the scheduler once for everybody who looks within a moment. */
import type { WaitingReason } from '../../model/waiting.ts';
import { explain } from '../../scheduling/explain.ts';
import type { WaitingRun } from '../../scheduling/facts.ts';
import type { PlanInput } from '../../scheduling/plan.ts';
import { type Reasons, reasonsNow } from '../../scheduling/why.ts';

export interface ReasonsNow {
  of(run: WaitingRun): { reason: WaitingReason; text: string };
  /** A fresh look that counts what it tries out: for a dry run. */
  fresh(): Reasons;
  text(reason: WaitingReason): string;
}

/** As old as this an answer is still true enough for a person; asking costs a whole decision. */
const FRESH_MS = 500;

/** @param input everything that a decision would look at now. */
export function reasons(
  input: () => PlanInput,
  nodes: () => number,
  nowMs: () => number,
  revision: () => number,
): ReasonsNow {
  let last: { reasons: Reasons; atMs: number; revision: number } | null = null;

  const text = (reason: WaitingReason): string =>
    explain(reason, { nowMs: nowMs(), isOneNode: nodes() === 1 });
  const fresh = (): Reasons => reasonsNow(input());

  return {
    of(run) {
      const atMs = nowMs();
      if (!last || last.revision !== revision() || Math.abs(atMs - last.atMs) > FRESH_MS)
        last = { reasons: fresh(), atMs, revision: revision() };
      const reason = last.reasons.of(run);
      return { reason, text: text(reason) };
    },
    fresh,
    text,
  };
}
