/** FlowLine's own log, for administrators: level, words, the newest lines, and all of them as a file. */
import { useCallback, useEffect, useState } from 'react';
import type * as z from 'zod';
import { visible } from '../../../src/lib/displayText.ts';
import type { hubApi } from '../../../src/protocol/hubApi.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { Failure } from '../../parts/Failure.tsx';
import { clockTime, whole } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';

type OwnLogAnswer = z.output<(typeof hubApi)['ownLog']['response']>;
type Line = OwnLogAnswer['lines'][number];
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const AMOUNTS = [100, 500, 2000];
const TYPING_MS = 250;

/**
 * For administrators, which its page sees to. Newest on top, in the file oldest first; asked for 250 ms after a choice
 * changed or by hand, never by itself.
 */
export function OwnLog() {
  const words = useWords();
  const nowMs = useHubNow();
  const [level, setLevel] = useState<(typeof LEVELS)[number]>('debug');
  const [query, setQuery] = useState('');
  const [limit, setLimit] = useState(100);
  const [answer, setAnswer] = useState<HubAnswer<OwnLogAnswer> | null>(null);
  const ask = useCallback(
    (signal?: AbortSignal) =>
      askHub('ownLog', {
        query: { level, query: query.slice(0, 200), limit },
        ...(signal ? { signal } : {}),
      }).then((told) => {
        if (!signal?.aborted) setAnswer(told);
      }),
    [level, query, limit],
  );
  useEffect(() => {
    const abort = new AbortController();
    const timer = setTimeout(() => void ask(abort.signal), TYPING_MS);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }, [ask]);
  const { ownLog } = words;
  const lines = answer?.ok ? answer.value.lines : [];
  return (
    <section className="queue-settings own-log" aria-labelledby="own-log-title">
      <h1 id="own-log-title">{ownLog.title}</h1>
      <p className="quiet">{ownLog.hint}</p>
      <div className="own-log-tools">
        <input
          type="search"
          className="field grow"
          aria-label={ownLog.search}
          placeholder={ownLog.search}
          value={query}
          maxLength={200}
          spellCheck={false}
          onChange={(event) => setQuery(event.target.value)}
        />
        <select
          className="field"
          aria-label={ownLog.level}
          value={level}
          onChange={(event) => setLevel(LEVELS.find((each) => each === event.target.value) ?? 'debug')}
        >
          {LEVELS.map((each) => (
            <option key={each} value={each}>
              {ownLog.levels[each]}
            </option>
          ))}
        </select>
        <select
          className="field"
          aria-label={ownLog.amount}
          value={limit}
          onChange={(event) => setLimit(Number(event.target.value))}
        >
          {AMOUNTS.map((amount) => (
            <option key={amount} value={amount}>
              {ownLog.last(whole(amount))}
            </option>
          ))}
        </select>
        <button type="button" className="button" onClick={() => void ask()}>
          {words.refresh}
        </button>
        <button type="button" className="button" disabled={lines.length === 0} onClick={() => save(lines)}>
          {words.log.download}
        </button>
      </div>
      {answer && !answer.ok && <Failure failure={answer} />}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard. */}
      <ol className="own-log-lines" tabIndex={0} aria-labelledby="own-log-title">
        {lines.toReversed().map((line, place) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: lines have no name, and all change together.
          <li key={place} className={line.level === 'error' ? 'bad' : line.level === 'warn' ? 'warn' : ''}>
            <time>{clockTime(line.atMs, nowMs, true)}</time> <span>{ownLog.levels[line.level]}</span>{' '}
            {textOf(line)}
          </li>
        ))}
      </ol>
      {answer?.ok && lines.length === 0 && (
        <p className="quiet">{query === '' && level === 'debug' ? ownLog.nothing : ownLog.none}</p>
      )}
    </section>
  );
}

const textOf = ({ message, facts }: Line): string =>
  visible([message, ...facts.map(([name, value]) => `${name} ${value}`)].join(' · '));

/** As it was written: a line of JSON each. */
function save(lines: readonly Line[]): void {
  const text = lines
    .map(({ atMs, level, message, facts }) =>
      JSON.stringify({
        time: new Date(atMs).toISOString(),
        level,
        ...Object.fromEntries(facts),
        msg: message,
      }),
    )
    .join('\n');
  const url = URL.createObjectURL(new Blob([`${text}\n`], { type: 'application/x-ndjson' }));
  const link = document.createElement('a');
  link.href = url;
  link.download = 'flowline-log.jsonl';
  link.click();
  URL.revokeObjectURL(url);
}
