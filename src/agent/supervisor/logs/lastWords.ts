/**
 * The last line that a failed program wrote to stderr: mostly the reason, at the end of its traceback.
 *
 *   Traceback (most recent call last):
 *     File "train.py", line 32, in <module>
 *   ValueError: loss is nan            ← this
 */
import { visible } from '../../../lib/displayText.ts';
import { harmlessLog } from '../../../lib/logText.ts';

const MAX_CHARACTERS = 200;

/** One harmless line; null where nothing was written. What a progress bar overwrote does not count. */
export function lastWords(text: string): string | null {
  const lines = harmlessLog(false)(text)
    .split('\n')
    .map((line) => line.split('\r').findLast((part) => part.trim() !== '') ?? '');
  const last = lines.findLast((line) => line.trim() !== '')?.trim();
  if (last === undefined) return null;
  const shown = visible(last);
  return shown.length > MAX_CHARACTERS ? `${shown.slice(0, MAX_CHARACTERS - 1)}…` : shown;
}
