/** Takes a machine out of the fleet, for administrators: one that is silent, or that only ever reported by itself. Asks once. */
import { useState } from 'react';
import type { FleetNode } from '../../../src/fleet/view.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import type { LiveStore } from '../../live/liveStore.ts';
import { useIsAdministrator } from '../../live/taskActions.ts';
import { useLiveStore } from '../../live/useLive.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { navigate } from '../../router.ts';
import { nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';

/** One that runs has nothing to be forgotten for, and one of the configuration would be asked again. */
const canBeForgotten = ({ source, state }: FleetNode): boolean =>
  source === null ? state !== 'online' : source.host === null;

/**
 * Nothing for others than administrators, nor for a machine that is online or that the configuration names. Stays while
 * it asks, though the machine comes back meanwhile.
 */
export function ForgetButton({ node }: { node: FleetNode }) {
  const { forget: words } = useWords();
  const [isOpen, setOpen] = useState(false);
  const isAdministrator = useIsAdministrator();
  if (!isAdministrator || !(isOpen || canBeForgotten(node))) return null;
  return (
    <li>
      <button type="button" className="button small" onClick={() => setOpen(true)}>
        {words.button}
      </button>
      {isOpen && <ForgetDialog node={node} onClose={() => setOpen(false)} />}
    </li>
  );
}

/** One that reports again at once is never seen to be gone. */
const GONE_WITHIN_MS = 1000;

/** To the fleet, once it is not there any more: its row would ask for figures that nobody has. */
function leave(store: LiveStore, id: string): void {
  const go = (): void => {
    clearTimeout(late);
    unsubscribe();
    navigate('/');
  };
  const late = setTimeout(go, GONE_WITHIN_MS);
  const look = (): void => {
    if (store.picture().fleet?.nodes[id] === undefined) go();
  };
  const unsubscribe = store.subscribe(look);
  look();
}

function ForgetDialog({ node, onClose }: { node: FleetNode; onClose: () => void }) {
  const { forget: words } = useWords();
  const store = useLiveStore();
  const [asking, setAsking] = useState(false);
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  const title = words.title(nodeName(node));

  async function forget(): Promise<void> {
    setAsking(true);
    const answer = await askHub('forgetNodes', { body: { ids: [node.id] } });
    if (answer.ok) return leave(store, node.id);
    setAsking(false);
    setFailure(answer);
  }

  return (
    <Dialog kind="question" title={title} label={title} onClose={onClose}>
      <p>{node.source === null ? words.agent : words.reports}</p>
      {failure && <Failure failure={failure} />}
      <div className="dialog-actions">
        <button type="button" className="button" data-first onClick={onClose}>
          {words.cancel}
        </button>
        <button type="button" className="button danger" disabled={asking} onClick={forget}>
          {words.confirm}
        </button>
      </div>
    </Dialog>
  );
}
