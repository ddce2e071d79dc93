/** Why a machine's processes are not among those found, in words. */
import type { Unanswered } from '../protocol/hubApi.ts';
import type { Words } from './words/words.ts';

/** `it is offline` where that is why, else what the hub says. */
export const whyUnanswered = (
  { state, reason, code }: Pick<Unanswered, 'state' | 'reason' | 'code'>,
  { processes, state: words, hubFailure }: Words,
): string =>
  state === 'offline' || state === 'unknown'
    ? processes.itIs(words.node[state])
    : processes.silent((code && hubFailure(code)?.what) ?? reason);
