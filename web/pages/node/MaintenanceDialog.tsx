/** Sets a machine into maintenance, says anew what for and for how long, or ends it; others are told who may. */
import { type FormEvent, useState } from 'react';
import type * as z from 'zod';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { MAX_NAME_CHARACTERS } from '../../../src/model/limits.ts';
import type { NodeChange } from '../../../src/protocol/hubApi.ts';
import { administratorHindrance, useAccount } from '../../live/account.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { useLiveStore } from '../../live/useLive.ts';
import { CodeText } from '../../parts/CodeText.tsx';
import { Dialog } from '../../parts/Dialog.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { maintenanceWords, nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';
import './maintenanceDialog.css';

const HOUR_MS = 3_600_000;
/** Until somebody ends it, one hour, four, a day, a week. */
const CHOICES = [null, HOUR_MS, 4 * HOUR_MS, 24 * HOUR_MS, 168 * HOUR_MS] as const;

/** Stands before the choices where an end was said: whoever only says the reason anew does not mean to take it away. */
const AS_SAID = -1;

/** Opens for everybody: who may not sees the fields, disabled, and why. The end is reckoned by the hub's clock. */
export function MaintenanceDialog({ node, onClose }: { node: FleetNode; onClose: () => void }) {
  const { maintenance: words } = useWords();
  const store = useLiveStore();
  const hindrance = administratorHindrance(useAccount());
  const [message, setMessage] = useState(node.maintenance?.message ?? '');
  const endsAtMs = node.maintenance?.untilMs ?? null;
  const [choice, setChoice] = useState(endsAtMs === null ? 0 : AS_SAID);
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  const isOn = node.maintenance !== null;
  const title = words.title(nodeName(node));

  async function say(body: z.input<typeof NodeChange>): Promise<void> {
    setAsking(true);
    const answer = await askHub('changeNode', { parameters: { id: node.id }, body });
    if (answer.ok) return onClose();
    setAsking(false);
    setFailure(answer);
  }

  function begin(event: FormEvent): void {
    event.preventDefault();
    const forMs = CHOICES[choice] ?? null;
    const anewMs = forMs === null ? null : Math.round(store.hubNowMs() + forMs);
    const untilMs = choice === AS_SAID ? endsAtMs : anewMs;
    void say({ maintenance: true, message: message.trim() || null, untilMs });
  }

  return (
    <Dialog kind="question" title={title} label={title} onClose={onClose}>
      <form className="maintenance-form" onSubmit={begin}>
        <p>{words.explain}</p>
        {isOn && <Present node={node} />}
        <label>
          {words.what}
          <input
            className="field"
            value={message}
            maxLength={MAX_NAME_CHARACTERS}
            placeholder={words.example}
            disabled={hindrance !== null}
            onChange={(event) => setMessage(event.target.value)}
          />
        </label>
        <label>
          {words.until}
          <select
            className="field"
            value={choice}
            disabled={hindrance !== null}
            onChange={(event) => setChoice(Number(event.target.value))}
          >
            {endsAtMs !== null && <option value={AS_SAID}>{words.asSaid}</option>}
            {words.choices.map((name, place) => (
              <option key={name} value={place}>
                {name}
              </option>
            ))}
          </select>
        </label>
        {hindrance !== null && (
          <p className="hint-bar">
            <CodeText text={words[hindrance]} />
          </p>
        )}
        {failure && <Failure failure={failure} />}
        <div className="dialog-actions">
          <button type="button" className="button" data-first onClick={onClose}>
            {words.cancel}
          </button>
          {isOn && (
            <button
              type="button"
              className="button"
              disabled={hindrance !== null || asking}
              onClick={() => say({ maintenance: false })}
            >
              {words.end}
            </button>
          )}
          <button type="submit" className="button primary" disabled={hindrance !== null || asking}>
            {isOn ? words.change : words.begin}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function Present({ node }: { node: FleetNode }) {
  const words = useWords();
  return <p className="ink">{maintenanceWords(words, node, useHubNow())}</p>;
}
