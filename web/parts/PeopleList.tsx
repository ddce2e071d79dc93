/** Who holds how many GPUs now; a name searches that person's processes. */
import { useContext } from 'react';
import { visible } from '../../src/lib/displayText.ts';
import { useWords } from '../words/words.ts';
import { Link } from './Link.tsx';
import { OwnerColours, OwnerSquare } from './MemoryBar.tsx';
import './sideLists.css';

const MOST = 8;

/**
 * Eight, in the caller's order, bars as shares of the first one's; `idle` are those of `gpus` that are held and do not
 * work. Says so where there is nobody.
 */
export function PeopleList({ people }: { people: readonly { owner: string; gpus: number; idle: number }[] }) {
  const words = useWords();
  const colours = useContext(OwnerColours);
  if (people.length === 0) return <p className="quiet">{words.map.noPeople}</p>;
  const shown = people.slice(0, MOST);
  const most = shown[0]?.gpus ?? 1;
  return (
    <>
      <ul className="people-list">
        {shown.map(({ owner, gpus, idle }) => (
          <li key={owner}>
            <Link href={`/processes?q=${encodeURIComponent(owner)}`}>
              <OwnerSquare owner={owner} />
              <span className="ellipsis ink">{visible(owner)}</span>
              <span className="people-bar" aria-hidden="true">
                <span
                  className={`o${colours.get(owner) ?? 0}`}
                  style={{ width: `${(100 * gpus) / most}%` }}
                />
              </span>
              <strong>{gpus}</strong>
              <span className="warn people-idle">
                {idle > 0 && `${idle} ${words.condition['holding-idle']}`}
              </span>
            </Link>
          </li>
        ))}
      </ul>
      {people.length > MOST && <p className="quiet">{words.map.morePeople(people.length - MOST)}</p>}
    </>
  );
}
