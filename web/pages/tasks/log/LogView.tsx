/**
 * The log of one attempt, live: only the lines in view are drawn, 17 px each; it follows its end until one scrolls up, and
 * then says how many lines came. What a program prints is shown as text and colours and never as anything else.
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState, useSyncExternalStore } from 'react';
import type { LogStream } from '../../../../src/protocol/supervision.ts';
import type { HubAnswer } from '../../../live/hub.ts';
import { useHubNow } from '../../../live/hubClock.ts';
import { useShortcuts } from '../../../live/shortcuts.ts';
import { Failure } from '../../../parts/Failure.tsx';
import { span, whole } from '../../../words/figures.ts';
import { useWords } from '../../../words/words.ts';
import { download } from './download.ts';
import { Gap, Line } from './LogLine.tsx';
import { LogSearch, useFound } from './LogSearch.tsx';
import { type LogAddress, type LogReading, readLog } from './logReading.ts';
import './log.css';

const LINE_PX = 17;
/** So near the end counts as being there. */
const END_PX = 20;
type Shown = 'both' | LogStream;
const SHOWN: readonly Shown[] = ['both', 'out', 'err'];
const STREAMS: Record<Shown, readonly LogStream[]> = { both: ['out', 'err'], out: ['out'], err: ['err'] };

/**
 * Reads from when it is drawn until it goes, and anew where another stream is chosen. L follows the end, or lets go of
 * it; what is downloaded is all of the chosen streams, not what is in view.
 */
export function LogView({ address }: { address: LogAddress }) {
  const words = useWords();
  const [shown, setShown] = useState<Shown>('both');
  const [wraps, setWraps] = useState(false);
  const [search, setSearch] = useState<string | null>(null);
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  const { task, run, attempt } = address;
  const [reading, setReading] = useState<LogReading | null>(null);
  useEffect(() => {
    const begun = readLog({ task, run, attempt }, STREAMS[shown]);
    setReading(begun);
    return () => begun.stop();
  }, [task, run, attempt, shown]);
  if (reading === null) return null;
  return (
    <div className={`log ${wraps ? 'wraps' : ''}`}>
      <LogLines reading={reading} wraps={wraps} search={search} onSearch={setSearch} />
      {failure && <Failure failure={failure} />}
      <footer className="log-foot">
        <LogAge reading={reading} />
        <span className="grow" />
        <select
          className="field small"
          aria-label={words.log.streamLabel}
          value={shown}
          onChange={(event) => setShown(SHOWN.find((each) => each === event.target.value) ?? 'both')}
        >
          {SHOWN.map((each) => (
            <option key={each} value={each}>
              {words.log.streams[each]}
            </option>
          ))}
        </select>
        <button type="button" className="text-button" aria-pressed={wraps} onClick={() => setWraps(!wraps)}>
          {words.log.wrap}
        </button>
        <button
          type="button"
          className="text-button"
          aria-pressed={search !== null}
          onClick={() => setSearch(search === null ? '' : null)}
        >
          {words.log.search}
        </button>
        <button
          type="button"
          className="text-button"
          onClick={async () => {
            for (const stream of STREAMS[shown])
              setFailure(await download(address, stream, `${task}.${run}.${attempt}.${stream}`));
          }}
        >
          {words.log.download}
        </button>
      </footer>
    </div>
  );
}

const usePicture = (reading: LogReading) => useSyncExternalStore(reading.subscribe, reading.picture);

/** Whether more is awaited, and how long ago something came. */
function LogAge({ reading }: { reading: LogReading }) {
  const words = useWords();
  useHubNow();
  const { isComplete, heardAtMs, isLoading } = usePicture(reading);
  if (isLoading) return <span className="quiet">{words.log.loading}</span>;
  if (isComplete) return <span className="quiet">{words.log.complete}</span>;
  return (
    <span className="live-dot live log-age">
      <span aria-hidden="true" />
      {words.log.following(span(words, heardAtMs === null ? null : Math.max(0, Date.now() - heardAtMs)))}
    </span>
  );
}

interface LogLinesProps {
  reading: LogReading;
  wraps: boolean;
  search: string | null;
  onSearch: (search: string | null) => void;
}

function LogLines({ reading, wraps, search, onSearch }: LogLinesProps) {
  const words = useWords();
  const picture = usePicture(reading);
  const { items, isLoading, isComplete } = picture;
  const box = useRef<HTMLDivElement>(null);
  const [follows, setFollows] = useState(true);
  const lastTop = useRef(0);
  /** How many items there were when one scrolled up. */
  const [leftAt, setLeftAt] = useState(0);
  const virtualizer = useVirtualizer({
    count: items.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE_PX,
    overscan: 20,
    paddingStart: 6,
    paddingEnd: 8,
  });
  // biome-ignore lint/correctness/useExhaustiveDependencies: other line heights, whatever they are.
  useEffect(() => virtualizer.measure(), [virtualizer, wraps]);
  const toEnd = (): void => {
    const scroller = box.current;
    if (scroller) scroller.scrollTop = scroller.scrollHeight;
  };
  // biome-ignore lint/correctness/useExhaustiveDependencies: each picture may have made it longer.
  useEffect(() => {
    if (follows) toEnd();
  }, [follows, picture.version, wraps]);
  const setFollowing = (now: boolean): void => {
    setFollows(now);
    setLeftAt(items.length);
    if (now) toEnd();
  };
  useShortcuts({ l: () => setFollowing(!follows) });
  const found = useFound(items, search);
  const reveal = (place: number): void => {
    setFollows(false);
    setLeftAt(items.length);
    virtualizer.scrollToIndex(place, { align: 'center' });
  };

  const fresh = items.length - leftAt;
  return (
    <div className="log-body">
      {search !== null && <LogSearch search={search} found={found} onSearch={onSearch} onReveal={reveal} />}
      {picture.failure && <Failure failure={picture.failure} />}
      <div
        ref={box}
        className="log-lines"
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-label={words.log.label}
        onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
          const isUp = scrollTop < lastTop.current;
          lastTop.current = scrollTop;
          const isAtEnd = scrollTop + clientHeight >= scrollHeight - END_PX;
          if (isAtEnd === follows) return;
          // Lines that came just now are not a reader who scrolled up.
          if (!isAtEnd && !isUp) return;
          setFollows(isAtEnd);
          setLeftAt(items.length);
        }}
      >
        <div className="log-all" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start, key }) => {
            const item = items[index];
            return item ? (
              <div
                key={key}
                ref={wraps ? virtualizer.measureElement : undefined}
                data-index={index}
                className="log-place"
                style={{ transform: `translateY(${start}px)` }}
              >
                {item.kind === 'gap' ? (
                  <Gap item={item} onShow={() => void reading.showGap(item)} />
                ) : (
                  <Line item={item} isFound={search !== null && found.current === index} search={search} />
                )}
              </div>
            ) : null;
          })}
        </div>
        {items.length === 0 && !picture.failure && (
          <p className="quiet log-empty">
            {isLoading ? words.log.loading : isComplete ? words.log.emptyDone : words.log.empty}
          </p>
        )}
      </div>
      {!follows && items.length > 0 && !(isComplete && fresh <= 0) && (
        <button type="button" className="button small log-new" onClick={() => setFollowing(true)}>
          {fresh > 0 ? words.log.newLines(whole(fresh)) : words.log.toEnd}
        </button>
      )}
    </div>
  );
}
