/** Tells a screen reader when a machine's or a GPU's state changes for the worse or back; figures are never announced. */
import { useEffect, useRef, useState } from 'react';
import { concernsOf } from '../../src/fleet/concerns.ts';
import { nodesInOrder } from '../../src/fleet/summary.ts';
import { useFleet, useLiveStore } from '../live/useLive.ts';
import { concernWords, nodeName } from '../words/sentences.ts';
import { useWords } from '../words/words.ts';

/** At most one sentence in this time. */
const PAUSE_MS = 5000;

/**
 * Never seen. Looks at most once in 5 s: what went and came back in between is not said, nor how things stood at first.
 */
export function StateAnnouncer() {
  const words = useWords();
  const store = useLiveStore();
  const fleet = useFleet();
  const known = useRef<Map<string, string> | null>(null);
  const saidAtMs = useRef(0);
  const [said, setSaid] = useState('');
  useEffect(() => {
    if (!fleet || Date.now() - saidAtMs.current < PAUSE_MS) return;
    const now = new Map<string, string>();
    for (const node of nodesInOrder(fleet)) {
      const [worst] = concernsOf(node);
      const text = worst ? concernWords(words, worst, store.hubNowMs()) : words.node.state.online;
      now.set(nodeName(node), text);
    }
    const changed = [...now].filter(
      ([name, text]) => known.current?.has(name) && known.current.get(name) !== text,
    );
    known.current = now;
    saidAtMs.current = Date.now();
    if (changed.length > 0) setSaid(changed.map(([name, text]) => `${name}: ${text}`).join('. '));
  }, [fleet, store, words]);
  return (
    <div className="visually-hidden" role="log" aria-live="polite" aria-label={words.live.changes}>
      {said}
    </div>
  );
}
