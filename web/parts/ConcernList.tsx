/** What asks for attention, a line each, worst first; a line opens its machine. */
import type { Concern } from '../../src/fleet/concerns.ts';
import { useHubNow } from '../live/hubClock.ts';
import { nodePath } from '../router.ts';
import { concernWords, nodeName } from '../words/sentences.ts';
import { useWords } from '../words/words.ts';
import { Glyph, type GlyphName } from './Glyph.tsx';
import { Link } from './Link.tsx';
import './sideLists.css';

const GLYPH: Record<Concern['severity'], GlyphName> = { sick: 'sick', warn: 'slowed', off: 'offline' };
const MOST = 12;

/** Twelve, and how many more; says so where there is none. The order is the caller's (fleetConcerns). */
export function ConcernList({ concerns }: { concerns: readonly Concern[] }) {
  const words = useWords();
  const nowMs = useHubNow();
  if (concerns.length === 0) return <p className="quiet">{words.map.noConcerns}</p>;
  return (
    <ul className="concern-list">
      {concerns.slice(0, MOST).map((concern) => {
        const text = concernWords(words, concern, nowMs);
        return (
          <li key={`${concern.node.id} ${text}`}>
            <Link href={nodePath(concern.node.id)}>
              <Glyph name={GLYPH[concern.severity]} />
              <span>
                <strong>{nodeName(concern.node)}</strong>
                <span className="concern-text">{text}</span>
              </span>
            </Link>
          </li>
        );
      })}
      {concerns.length > MOST && <li className="quiet">+{concerns.length - MOST}</li>}
    </ul>
  );
}
