/** The GPUs of a machine as glyphs in a line: the least that still tells what each does. */
import { isSlowed } from '../../src/fleet/gpuCondition.ts';
import { conditionOf } from '../../src/fleet/summary.ts';
import type { FleetNode } from '../../src/fleet/view.ts';
import { gpuIdentity } from '../../src/model/gpu.ts';
import { useWords } from '../words/words.ts';
import { Glyph } from './Glyph.tsx';

export function GlyphStrip({ node }: { node: FleetNode }) {
  const words = useWords();
  const gpus = node.sample?.gpus ?? [];
  return (
    <span className="glyph-strip">
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
