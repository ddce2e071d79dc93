/** The GPUs of a machine as glyphs in a line: the least that still tells what each does. */
import { isSlowed } from '../../src/fleet/gpuCondition.ts';
import { conditionOf } from '../../src/fleet/summary.ts';
import type { FleetNode } from '../../src/fleet/view.ts';
import { gpuIdentity } from '../../src/model/gpu.ts';
import type { Words } from '../words/en.ts';
import { useWords } from '../words/words.ts';
import { Glyph } from './Glyph.tsx';

/** "6 working, 1 holding idle": what the glyphs are to somebody who does not see them. */
function countsInWords(words: Words, node: FleetNode): string {
  const counts = new Map<string, number>();
  for (const gpu of node.sample?.gpus ?? []) {
    const word = words.condition[conditionOf(node, gpu)];
    counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts].map(([word, count]) => `${count} ${word}`).join(', ');
}

/**
 * One picture to a screen reader, told by its counts; under the pointer each glyph names its GPU. Empty without GPUs.
 */
export function GlyphStrip({ node }: { node: FleetNode }) {
  const words = useWords();
  const gpus = node.sample?.gpus ?? [];
  return (
    <span className="glyph-strip" role="img" aria-label={countsInWords(words, node)}>
      {gpus.map((gpu) => {
        const condition = conditionOf(node, gpu);
        const slowed = condition === 'working' && isSlowed(gpu);
        return (
          <span key={gpuIdentity(gpu)} title={`GPU ${gpu.index}: ${words.condition[condition]}`}>
            <Glyph name={slowed ? 'slowed' : condition} size={11} />
          </span>
        );
      })}
    </span>
  );
}
