/**
 * A sentence of an agent or a driver, which is in English: led by this language's own words where the state that came
 * with it tells as much. In English there are none, and the sentence stands alone.
 */
import { visible } from '../../src/lib/displayText.ts';
import { CodeText } from './CodeText.tsx';

interface AgentSaysProps {
  /** Null: nothing says it better than the agent. */
  own: string | null;
  message: string | null;
  /** False where the own words say everything that the sentence does. */
  withMessage?: boolean;
}

export function AgentSays({ own, message, withMessage = true }: AgentSaysProps) {
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
