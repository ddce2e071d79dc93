/** What went wrong, in place: a code, what happened, what to do next. */
import { visible } from '../../src/lib/displayText.ts';
import type { HubAnswer } from '../live/hub.ts';
import { failureWords } from '../words/sentences.ts';
import { useWords } from '../words/words.ts';
import { CodeText } from './CodeText.tsx';

/** A screen reader says it at once. The code stands there in every language, to be searched for. */
export function Failure({ failure }: { failure: Extract<HubAnswer<unknown>, { ok: false }> }) {
  const words = useWords();
  const { message, hint } = failureWords(words, failure);
  return (
    <p className="hint-bar is-bad" role="alert">
      <strong>{message}</strong> {hint !== null && <CodeText text={hint} />}{' '}
      <code className="quiet">{visible(failure.code)}</code>
    </p>
  );
}
