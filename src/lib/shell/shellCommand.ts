/** Commands that people copy into a shell. */
import { hasHiddenCharacters, shellQuote } from '../displayText.ts';

/** The words as one line that a POSIX shell reads back unchanged; null where a word could mislead a terminal (trust.md 15). */
export function shellCommand(words: readonly string[]): string | null {
  return words.some(hasHiddenCharacters) ? null : words.map(shellQuote).join(' ');
}
