/** A telephone's first screen: free cards by model, what asks for attention, who works. */
import { useState } from 'react';
import { fleetConcerns } from '../../../src/fleet/concerns.ts';
import { fleetSummary, freeByModel, gpusByOwner, nodesInOrder } from '../../../src/fleet/summary.ts';
import type { FleetView } from '../../../src/fleet/view.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { useActions } from '../../parts/actions.ts';
import { ConcernList } from '../../parts/ConcernList.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { PeopleList } from '../../parts/PeopleList.tsx';
import { gibShort } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import { MyRuns } from './MyRuns.tsx';
import './nowPage.css';

const FIRST_MODELS = 5;

const freeOf = (models: readonly { free: number }[]): number =>
  models.reduce((sum, { free }) => sum + free, 0);

/** Five models at first; the others are one line with their sum, until it is pressed. */
export function NowPage({ fleet }: { fleet: FleetView }) {
  const words = useWords();
  const { showFind } = useActions();
  const [all, setAll] = useState(false);
  const nodes = nodesInOrder(fleet);
  const summary = fleetSummary(nodes);
  const models = freeByModel(nodes);
  const shown = all ? models : models.slice(0, FIRST_MODELS);
  const rest = models.slice(shown.length);
  const concerns = fleetConcerns(nodes);
  return (
    <main className="page-body now-page">
      <h1>
        <strong className="free">{summary.groups.free}</strong> {words.now.free}{' '}
        <span className="quiet">{words.now.ofGpus(summary.gpus)}</span>
      </h1>
      <ul className="now-models">
        {shown.map(({ model, free, total, roomiestBytes }) => (
          <li key={model}>
            <span className="grow">
              <span className="now-model">{visible(model)}</span>
              <span className="now-room">
                {roomiestBytes === null ? words.now.noneFree : words.now.upTo(gibShort(roomiestBytes))}
              </span>
            </span>
            <span className="now-count">
              <strong className={free > 0 ? 'free' : 'quiet'}>{free}</strong> / {total}
            </span>
          </li>
        ))}
        {shown.length < models.length && (
          <li>
            <button type="button" className="now-more" onClick={() => setAll(true)}>
              <span className="grow">{words.now.moreModels(models.length - shown.length)}</span>
              <span className="now-count">
                <strong className={freeOf(rest) > 0 ? 'free' : 'quiet'}>{freeOf(rest)}</strong> /{' '}
                {rest.reduce((sum, { total }) => sum + total, 0)}
              </span>
              <Icon name="caret" />
            </button>
          </li>
        )}
      </ul>
      <button type="button" className="button primary now-find" onClick={showFind}>
        {words.find.button}
      </button>
      <MyRuns />
      <h2>
        {words.now.concerns} {concerns.length > 0 && <span className="count-badge">{concerns.length}</span>}
      </h2>
      <ConcernList concerns={concerns} />
      <h2>{words.now.people}</h2>
      <PeopleList people={gpusByOwner(nodes)} />
    </main>
  );
}
