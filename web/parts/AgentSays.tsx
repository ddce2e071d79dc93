/**
 * What an agent says of itself or its driver: from its remarks, in this language. An older agent has only an English
 * sentence, which is led by this language's own words where the state that came with it tells as much.
 */

import { visible } from '../../src/lib/displayText.ts';
import type { AgentRemarks } from '../../src/model/agentRemark.ts';
import { useWords } from '../words/words.ts';
import { CodeText } from './CodeText.tsx';

interface AgentSaysProps {
  remarks?: AgentRemarks;
  /** Null: nothing says it better than the agent. */
  own: string | null;
  message: string | null;
  /** False where the own words say everything that the sentence does. */
  withMessage?: boolean;
}

/**
 * Nothing where there are neither remarks, own words nor a message. Behind own words the message is marked as English,
 * for screen readers.
 */
export function AgentSays({ remarks = null, own, message, withMessage = true }: AgentSaysProps) {
  const whole = useWords().agentRemarks(remarks);
  if (whole !== null) return <span>{visible(whole)}</span>;
  const said = message === null ? null : visible(message);
  if (own === null) return said === null ? null : <span>{said}</span>;
  return (
    <span>
      <CodeText text={own} />
      {withMessage && said !== null && (
        <span className="quiet" lang="en">
          {' '}
          {said}
        </span>
      )}
    </span>
  );
}
