/** Why the one-time link of this visit did not log in, until the reader closes it. */
import { visible } from '../../src/lib/displayText.ts';
import { useAccount } from '../live/account.ts';
import { failureWords } from '../words/sentences.ts';
import { useWords } from '../words/words.ts';
import { CodeText } from './CodeText.tsx';
import { Icon } from './Icon.tsx';
import './linkFailed.css';

/** Nothing where there was no such link, or where it did log in. */
export function LinkFailed() {
  const words = useWords();
  const { linkFailure, forgetLinkFailure } = useAccount();
  if (linkFailure === null) return null;
  const { message, hint } = failureWords(words, linkFailure);
  return (
    <div className="link-failed" role="alert">
      <p className="grow">
        <strong>{words.error.linkUsed}:</strong>{' '}
        <CodeText text={hint === null ? message : `${message}; ${visible(hint)}`} />
      </p>
      <button
        type="button"
        className="icon-button"
        aria-label={words.close}
        title={words.close}
        onClick={forgetLinkFailure}
      >
        <Icon name="close" />
      </button>
    </div>
  );
}
