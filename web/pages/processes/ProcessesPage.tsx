/** Search over all machines' processes, and their end: the query is in the address, so that it can be sent to others. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type * as z from 'zod';
import { gpusByOwner, nodesInOrder } from '../../../src/fleet/summary.ts';
import { visible } from '../../../src/lib/displayText.ts';
import type { hubApi } from '../../../src/protocol/hubApi.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { useFleet } from '../../live/useLive.ts';
import { Failure } from '../../parts/Failure.tsx';
import { PeopleList } from '../../parts/PeopleList.tsx';
import { ProcessTable } from '../../parts/ProcessTable.tsx';
import { rowsOfFound } from '../../parts/processRows.ts';
import { QueryField } from '../../parts/QueryField.tsx';
import { navigate } from '../../router.ts';
import { useWords } from '../../words/words.ts';
import './processesPage.css';

type Found = z.output<(typeof hubApi)['processes']['response']>;

const LIMIT = 200;

/**
 * Asks for 200 at most, at each new query and after an end; machines that did not answer are named. R asks again, ↓
 * leads into the rows; "only with a GPU" chooses among what has come.
 */
export function ProcessesPage({ query }: { query: string }) {
  const words = useWords();
  const fleet = useFleet();
  const [answer, setAnswer] = useState<HubAnswer<Found> | null>(null);
  const [asking, setAsking] = useState(false);
  const [onlyGpu, setOnlyGpu] = useState(false);
  const [again, setAgain] = useState(0);

  useEffect(() => {
    const abort = new AbortController();
    setAsking(true);
    // `again` asks anew after an end or by hand, with the same words.
    const asked = { query, limit: LIMIT, round: again };
    askHub('processes', { query: { query: asked.query, limit: asked.limit }, signal: abort.signal }).then(
      (told) => {
        if (abort.signal.aborted) return;
        setAnswer(told);
        setAsking(false);
      },
    );
    return () => abort.abort();
  }, [query, again]);
  const askAgain = useCallback(() => setAgain((count) => count + 1), []);
  useShortcuts({
    r: askAgain,
    down: () => document.querySelector<HTMLElement>('.processes tr[tabindex="0"]')?.focus(),
  });

  const found = answer?.ok ? answer.value : null;
  const rows = useMemo(
    () => rowsOfFound((found?.processes ?? []).filter((process) => !onlyGpu || process.gpus.length > 0)),
    [found, onlyGpu],
  );
  return (
    <main className="page-body processes-page">
      <h1>{words.processes.title}</h1>
      <p className="quiet">{words.processes.intro}</p>
      <search>
        <form
          className="process-search"
          onSubmit={(event) => {
            event.preventDefault();
            askAgain();
          }}
        >
          <QueryField
            query={query}
            onRest={(text) =>
              navigate(`/processes${text === '' ? '' : `?q=${encodeURIComponent(text)}`}`, 'replace')
            }
            label={words.processes.label}
            placeholder={words.processes.label}
            className="grow"
            onKeyDown={(event) => {
              if (event.key !== 'ArrowDown') return;
              event.preventDefault();
              document.querySelector<HTMLElement>('.processes tr[tabindex="0"]')?.focus();
            }}
          />
          <button type="submit" className="button">
            {words.processes.search}
          </button>
          <label className="check-label">
            <input type="checkbox" checked={onlyGpu} onChange={(event) => setOnlyGpu(event.target.checked)} />
            {words.processes.onlyGpu}
          </label>
        </form>
      </search>
      <p className="process-status" role="status">
        {found ? words.processes.found(rows.length, onlyGpu ? rows.length : found.total) : ''}
        {asking && <span className="quiet"> {words.processes.searching}</span>}
      </p>
      {found?.unanswered.map(({ nodeId, nodeName, reason, code, state }) => (
        <p key={nodeId} className="hint-bar unanswered">
          {state === 'offline'
            ? words.processes.away(visible(nodeName))
            : words.processes.unanswered(
                visible(nodeName),
                words.hubSays(code ?? '')?.what ?? visible(reason),
              )}
        </p>
      ))}
      {answer !== null && !answer.ok && <Failure failure={answer} />}
      {found && rows.length === 0 ? (
        <div className="nothing-found">
          <h2>{words.processes.nothing(visible(query))}</h2>
          <p>{words.processes.nothingHint(fleet?.order.length ?? 0)}</p>
          <h3>{words.processes.nearest}</h3>
          <PeopleList people={fleet ? gpusByOwner(nodesInOrder(fleet)) : []} />
        </div>
      ) : (
        <ProcessTable rows={rows} label={words.processes.title} showMachine selectable onEnded={askAgain} />
      )}
    </main>
  );
}
