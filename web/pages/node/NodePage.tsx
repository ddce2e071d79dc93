/** The page of one machine. */

import { visible } from '../../../src/lib/displayText.ts';
import { useFleet } from '../../live/useLive.ts';
import { AfterASecond } from '../../parts/AfterASecond.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Link } from '../../parts/Link.tsx';
import { useWords } from '../../words/words.ts';
import { NodePanel } from './NodePanel.tsx';

/**
 * `id` is the address's word and may be anybody's: one that the fleet does not have is shown, made visible, with a way
 * back.
 */
export function NodePage({ id }: { id: string }) {
  const words = useWords();
  const fleet = useFleet();
  const node = fleet?.nodes[id];
  return (
    <main className="page-body node-page">
      <Link href="/" className="back-link">
        <Icon name="back" /> {words.pages.fleet}
      </Link>
      {node ? (
        <NodePanel node={node} stripe={Math.max(0, fleet.order.indexOf(id)) % 8} withFacts />
      ) : fleet ? (
        <div className="page-note">
          <h1>{words.error.notFound}</h1>
          <p>{words.error.notFoundText(visible(id))}</p>
          <Link href="/" className="button">
            {words.error.backToFleet}
          </Link>
        </div>
      ) : (
        <p className="page-note">
          <AfterASecond>{words.loading}</AfterASecond>
        </p>
      )}
    </main>
  );
}
