/** Why a list may be short: a program beside the GPUs that is not there, may not be asked, or failed. */
import type { SourceState } from '../../../src/model/node.ts';
import { AgentSays } from '../../parts/AgentSays.tsx';
import { useWords } from '../../words/words.ts';

/** Nothing where the program answered and had nothing to add; amber where it failed or may not be asked. */
export function SourceNote({ name, source }: { name: string; source: SourceState }) {
  const words = useWords();
  if (source.state === 'ok' && source.message === null) return null;
  const reason = source.state === 'absent' ? null : source.message;
  const isWarning = source.state === 'denied' || source.state === 'failed';
  return (
    <p className={isWarning ? 'warn' : 'quiet'}>
      {words.source[source.state](name)}{' '}
      <AgentSays
        remarks={source.state === 'absent' ? null : source.remarks}
        own={words.sourceSays(name, source.state)}
        message={reason}
        withMessage={source.state === 'failed'}
      />
    </p>
  );
}
