/** Why a list may be short: a program beside the GPUs that is not there, may not be asked, or failed. */
import { visible } from '../../../src/lib/displayText.ts';
import type { SourceState } from '../../../src/model/node.ts';
import { useWords } from '../../words/words.ts';

export function SourceNote({ name, source }: { name: string; source: SourceState }) {
  const words = useWords();
  if (source.state === 'ok') return null;
  const reason = source.state === 'absent' ? null : source.message;
  return (
    <p className={source.state === 'absent' ? 'quiet' : 'warn'}>
      {words.source[source.state](name)} {reason === null ? '' : visible(reason)}
    </p>
  );
}
