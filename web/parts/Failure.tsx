/** What went wrong, in place: a code, what happened, what to do next. */

import { visible } from '../../src/lib/displayText.ts';
import type { HubAnswer } from '../live/hub.ts';
import { useWords } from '../words/words.ts';
import { CodeText } from './CodeText.tsx';

export function Failure({ failure }: { failure: Extract<HubAnswer<unknown>, { ok: false }> }) {
  const words = useWords();
  const own = failure.code === 'unreachable' || failure.code === 'strange';
  const message = own
    ? failure.code === 'strange'
      ? words.error.strange
      : words.error.notReached
    : visible(failure.message);
  const hint = own
    ? failure.code === 'strange'
      ? words.error.strangeHint
      : words.error.notReachedHint
    : failure.hint;
  return (
    <p className="hint-bar is-bad" role="alert">
      <strong>{message}</strong> {hint !== null && <CodeText text={hint} />}{' '}
      <code className="quiet">{visible(failure.code)}</code>
    </p>
  );
}
