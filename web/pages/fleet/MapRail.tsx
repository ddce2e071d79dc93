/** Beside the map: what asks for attention, and who works on the fleet now. */
import { fleetConcerns } from '../../../src/fleet/concerns.ts';
import { gpusByOwner } from '../../../src/fleet/summary.ts';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { ConcernList } from '../../parts/ConcernList.tsx';
import { PeopleList } from '../../parts/PeopleList.tsx';
import { useWords } from '../../words/words.ts';

/** `nodes` are all machines: what asks for attention does not go away because the map is filtered. */
export function MapRail({ nodes }: { nodes: readonly FleetNode[] }) {
  const words = useWords();
  const concerns = fleetConcerns(nodes);
  return (
    <aside className="map-rail" aria-label={words.map.concerns}>
      <h2>
        {words.map.concerns} {concerns.length > 0 && <span className="count-badge">{concerns.length}</span>}
      </h2>
      <ConcernList concerns={concerns} />
      <h2>{words.map.people}</h2>
      <PeopleList people={gpusByOwner(nodes)} />
    </aside>
  );
}
