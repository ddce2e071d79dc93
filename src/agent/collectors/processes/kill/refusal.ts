/** Why a process is not ended, in one sentence each. Pure, so that a simulated machine refuses by the same rule. */

import type { KillAuthority, KillResult, KillTarget, ProcessFacts } from '../../sources.ts';
import type { ProcessUids } from '../processText.ts';

export type Outcome = Pick<KillResult, 'outcome' | 'reason' | 'message'>;

type Facts = Pick<ProcessFacts, 'pid' | 'name' | 'user' | 'startedAtMs'>;

/** Start times of one process, told before and after a restart of the agent, differ by the clock's corrections. */
const SAME_START_MS = 2000;

/**
 * Null where it may be ended.
 * @param protection why nobody may end it, as a predicate after its name; null where it is not protected.
 */
export function refusalOf(
  { startedAtMs }: KillTarget,
  facts: Facts,
  protection: string | null,
  { may }: KillAuthority,
): Outcome | null {
  if (startedAtMs !== null && Math.abs((facts.startedAtMs ?? 0) - startedAtMs) > SAME_START_MS) {
    return {
      outcome: 'other-process',
      reason: null,
      message: `${called(facts)} is another one now: the one that was meant has ended`,
    };
  }
  if (protection !== null)
    return { outcome: 'not-allowed', reason: 'protected', message: `${called(facts)} ${protection}` };
  if (may !== 'everyone' && (facts.user === null || !may.includes(facts.user))) {
    const owner = facts.user === null ? 'somebody who cannot be told' : facts.user;
    return {
      outcome: 'not-allowed',
      reason: 'not-yours',
      message: `${called(facts)} belongs to ${owner}: only they or an administrator may end it`,
    };
  }
  return null;
}

/**
 * Null where a process that runs as its user is that user's own: root's may borrow a user's uid for a while (a file server,
 * a login), and only one that has it in all three is the user's to end.
 */
export function borrowedRefusalOf(
  facts: Facts,
  uids: ProcessUids | null,
  { may }: KillAuthority,
): Outcome | null {
  if (may === 'everyone') return null;
  if (uids !== null && uids.real === uids.effective && uids.saved === uids.effective) return null;
  const asWhom =
    uids === null
      ? 'as users that cannot be told'
      : `for another user too (uid ${uids.real} real, ${uids.effective} effective, ${uids.saved} saved)`;
  return {
    outcome: 'not-allowed',
    reason: 'not-yours',
    message: `${called(facts)} runs ${asWhom}: only an administrator may end it`,
  };
}

/** The answer for a pid that no process has. */
export const gone = (pid: number): Outcome => ({
  outcome: 'gone',
  reason: null,
  message: `there is no process ${pid} any more`,
});

/** How a process is named in these sentences. */
export const called = ({ pid, name }: Pick<Facts, 'pid' | 'name'>): string =>
  `process ${pid} (${name ?? 'unknown'})`;
