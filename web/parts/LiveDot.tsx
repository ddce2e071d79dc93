/** Whether what is shown is now: a dot and a word. Live, some intervals old, or the hub not reached. */
import { useAccount } from '../live/account.ts';
import { useHubNow } from '../live/hubClock.ts';
import { usePreferences } from '../live/preferences.ts';
import { useLive } from '../live/useLive.ts';
import { clockTime, span } from '../words/figures.ts';
import { useWords } from '../words/words.ts';

/** The hub says something each second: after two of them unsaid, what is shown is old. */
const OLD_MS = 3000;

/**
 * Ages count from when the hub was last heard. Who may not read is told to log in; who chose to be told less often
 * reads that, and never that it is old.
 */
export function LiveDot() {
  const words = useWords();
  const { who } = useAccount();
  const nowMs = useHubNow();
  const connection = useLive((picture) => picture.connection);
  const { refreshSeconds } = usePreferences();
  const ageMs = connection.heardAtMs === null ? null : Math.max(0, Date.now() - connection.heardAtMs);
  const age = span(words, ageMs);
  if (who?.mayRead === false) return <Dot kind="off" text={words.live.login} />;
  if (connection.state === 'connecting') return <Dot kind="off" text={words.live.connecting} />;
  if (connection.state === 'lost') {
    return (
      <Dot
        kind="off"
        text={words.live.lostShort}
        title={words.live.lost(clockTime(nowMs - (Date.now() - connection.sinceMs), nowMs))}
      />
    );
  }
  if (refreshSeconds !== 0) return <Dot kind="paused" text={words.live.every(age)} />;
  if (ageMs !== null && ageMs > OLD_MS) return <Dot kind="old" text={words.live.old(age)} />;
  return <Dot kind="live" text={words.live.live(age)} />;
}

function Dot({
  kind,
  text,
  title,
}: {
  kind: 'live' | 'old' | 'paused' | 'off';
  text: string;
  title?: string;
}) {
  return (
    <span className={`live-dot ${kind}`} title={title}>
      <span aria-hidden="true" />
      {text}
    </span>
  );
}
