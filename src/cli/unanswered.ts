/** Why a machine's processes are not among those found, in words. */
import type { Unanswered } from '../protocol/hubApi.ts';
import type { Words } from './words/words.ts';

/** `it is offline` where that is why, else what the hub says. */
export const whyUnanswered = (
  { state, reason }: Pick<Unanswered, 'state' | 'reason'>,
  { processes, state: words }: Words,
): string =>
  state === 'offline' || state === 'unknown' ? processes.itIs(words.node[state]) : processes.silent(reason);
