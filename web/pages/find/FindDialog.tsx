/** "Find me a GPU": how many, how much memory each, which model; which machines have it now, and the command for it. */
import { useMemo, useState } from 'react';
import type { FindResult, GpusOfNode, GpuWish, Miss } from '../../../src/fleet/findGpus.ts';
import { shortModelName } from '../../../src/fleet/modelName.ts';
import { memoryToTake, modelsOf, nodesInOrder } from '../../../src/fleet/summary.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { useQueue } from '../../live/tasks.ts';
import { useFleet } from '../../live/useLive.ts';
import { CopyButton } from '../../parts/CopyButton.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Glyph } from '../../parts/Glyph.tsx';
import { navigate, nodePath } from '../../router.ts';
import { gibShort } from '../../words/figures.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import { ANYTHING, environmentOf, findCommand, offersOf, wishOf } from './offers.ts';
import './findDialog.css';

const MOST_OFFERS = 6;

/**
 * Answers at each key, from the live fleet, and takes nothing: six machines at most, else what comes nearest and the
 * command that waits. While an entry is not understood there are no answers.
 */
export function FindDialog({ onClose }: { onClose: () => void }) {
  const { find: words, close } = useWords();
  const fleet = useFleet();
  const queue = useQueue();
  const [entries, setEntries] = useState(ANYTHING);
  const nodes = useMemo(() => (fleet ? nodesInOrder(fleet) : []), [fleet]);
  const models = useMemo(() => modelsOf(nodes.flatMap((node) => node.sample?.gpus ?? [])), [nodes]);
  const promised = useMemo(
    () => new Set((queue?.gpus ?? []).filter((gpu) => gpu.promisedBytes > 0).map(({ uuid }) => uuid)),
    [queue],
  );
  const wish = wishOf(entries);
  const found = wish && offersOf(nodes, wish, promised, MOST_OFFERS);
  return (
    <Dialog kind="question" title={words.title} label={words.title} onClose={onClose}>
      <div className="find-fields">
        <label className="find-field">
          <span>{words.gpus}</span>
          <input
            data-first
            className="field"
            inputMode="numeric"
            value={entries.gpus}
            maxLength={3}
            aria-invalid={wishOf({ ...ANYTHING, gpus: entries.gpus }) === null}
            onChange={(event) => setEntries({ ...entries, gpus: event.target.value })}
          />
        </label>
        <label className="find-field">
          <span>{words.memory}</span>
          <input
            className="field"
            value={entries.memory}
            placeholder={words.any}
            maxLength={12}
            aria-invalid={wishOf({ ...ANYTHING, memory: entries.memory }) === null}
            onChange={(event) => setEntries({ ...entries, memory: event.target.value })}
          />
        </label>
        <label className="find-field">
          <span>{words.model}</span>
          <select
            className="field"
            value={entries.model}
            onChange={(event) => setEntries({ ...entries, model: event.target.value })}
          >
            <option value="">{words.any}</option>
            {models.map(([model]) => (
              <option key={model} value={model}>
                {visible(model)}
              </option>
            ))}
          </select>
        </label>
      </div>
      {wish === null || found === null ? (
        <p className="bad" role="status">
          {words.wrong}
        </p>
      ) : (
        <>
          {found.offers.length > 0 ? (
            <ul className="find-offers" aria-label={words.offers}>
              {found.offers.map((offer) => (
                <Offer key={offer.node.id} offer={offer} onClose={onClose} />
              ))}
            </ul>
          ) : (
            <Missed wish={wish} result={found.result} />
          )}
          <div className="command-line">
            <code className="ellipsis">{findCommand(wish, found.offers.length === 0)}</code>
            <CopyButton text={findCommand(wish, found.offers.length === 0)} what={words.command} withWord />
          </div>
          <p className="quiet find-hint">{found.offers.length > 0 ? words.nothingTaken : words.waits}</p>
        </>
      )}
      <div className="dialog-actions">
        <button type="button" className="button" onClick={onClose}>
          {close}
        </button>
      </div>
    </Dialog>
  );
}

function Offer({ offer, onClose }: { offer: GpusOfNode; onClose: () => void }) {
  const { find: words } = useWords();
  const { node, gpus } = offer;
  const models = [...new Set(gpus.map(shortModelName))].map((model) => visible(model ?? '')).join(', ');
  const least = Math.min(...gpus.map((gpu) => memoryToTake(gpu) ?? 0));
  return (
    <li>
      <Glyph name="free" />
      <button
        type="button"
        className="find-where"
        onClick={() => {
          onClose();
          navigate(nodePath(node.id));
        }}
      >
        <strong>{nodeName(node)}</strong> GPU {gpus.map((gpu) => gpu.index).join(', ')}
      </button>
      <span className="grow ellipsis">{models}</span>
      <span className="free">{words.each(gibShort(least), gpus.length)}</span>
      <CopyButton text={environmentOf(offer)} what={words.environment(nodeName(node))} />
    </li>
  );
}

/** What comes nearest where nothing does, and why the others do not. */
function Missed({ wish, result: { nearest, roomiest, misses } }: { wish: GpuWish; result: FindResult }) {
  const { find: words } = useWords();
  const reasons = (Object.entries(misses) as [Miss, number][])
    .filter(([, gpus]) => gpus > 0)
    .map(([miss, gpus]) => words.reasons[miss](gpus));
  return (
    <div role="status" className="find-missed">
      <p className="ink">{words.none}</p>
      {nearest ? (
        <p>{words.nearest(nodeName(nearest.node), nearest.gpus.length, wish.gpus)}</p>
      ) : (
        roomiest && (
          <p>{words.roomiest(nodeName(roomiest.node), roomiest.gpu.index, gibShort(roomiest.freeBytes))}</p>
        )
      )}
      <p className="quiet">{reasons.join(' · ')}</p>
    </div>
  );
}
