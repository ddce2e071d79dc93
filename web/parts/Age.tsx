/** How old something is, by the hub's clock, kept up by itself. */
import { useHubNow } from '../live/hubClock.ts';
import { MISSING, span } from '../words/figures.ts';
import { useWords } from '../words/words.ts';

/** "0.4 s ago"; amber where it is stale. */
export function Age({ atMs, stale = false }: { atMs: number | null; stale?: boolean }) {
  const words = useWords();
  const nowMs = useHubNow();
  if (atMs === null) return <span className="quiet">{MISSING}</span>;
  return <span className={stale ? 'warn' : 'quiet'}>{words.time.ago(span(words, nowMs - atMs))}</span>;
}
