/** On a machine without an agent: by which older system it is known. */
import { sourceWords } from '../../src/fleet/words.ts';
import type { NodeSource } from '../../src/model/node.ts';
import { useWords } from '../words/words.ts';
import './sourceBadge.css';

/** Nothing where `source` is null: an agent reports. */
export function SourceBadge({ source }: { source: NodeSource | null }) {
  const words = useWords();
  if (!source) return null;
  return (
    <span className="source-badge" title={words.node.witness}>
      {sourceWords(words, source)}
    </span>
  );
}
