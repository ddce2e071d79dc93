/** The tables of the queue: own first, each with how its runs stand and when it is done. */
import { useState } from 'react';
import { visible } from '../../../src/lib/displayText.ts';
import type { Table } from '../../../src/model/queue.ts';
import type { QueueStatus } from '../../../src/protocol/queueApi.ts';
import { loginOf, useAccount } from '../../live/account.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { Link } from '../../parts/Link.tsx';
import { OwnerSquare } from '../../parts/MemoryBar.tsx';
import { RunGlyph } from '../../parts/RunGlyph.tsx';
import { countOf, RunsBar, RunsBarLegend } from '../../parts/RunsBar.tsx';
import { navigate, type TasksView, tasksPath } from '../../router.ts';
import { clockTime, MISSING, soon, span, whole } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import {
  endedOf,
  isDone,
  isShown,
  orderedTables,
  runsPerRow,
  TABLE_SHOWS,
  type TableShow,
  tableState,
} from './tableFacts.ts';

/** More are shown when asked for: the runs below are what one came for. */
const FIRST_TABLES = 5;

interface TablesPanelProps {
  queue: QueueStatus;
  view: TasksView;
  /** Id of the table whose runs are shown. */
  chosen: string | null;
  onSubmit: (what: 'command' | 'table') => void;
}

/** The list that an address names, else what works, or everything where nothing does. */
export function shownTables(queue: QueueStatus, view: TasksView, me: string | null): [TableShow, Table[]] {
  const ordered = orderedTables(queue.tables, me);
  const named = TABLE_SHOWS.find((show) => show === view.show);
  const show = named ?? (ordered.some((table) => !isDone(table)) ? 'working' : 'all');
  return [show, ordered.filter((table) => isShown(table, show, me))];
}

/** Five at first, and the chosen one wherever it stands. M shows one's own, and again the usual ones. */
export function TablesPanel({ queue, view, chosen, onSubmit }: TablesPanelProps) {
  const words = useWords();
  const me = loginOf(useAccount());
  const [all, setAll] = useState(false);
  const [show, tables] = shownTables(queue, view, me);
  useShortcuts({
    m: () => navigate(tasksPath({ ...view, table: null, show: show === 'mine' ? null : 'mine' })),
  });
  const waiting = countOf(queue.counts, 'queued') + countOf(queue.counts, 'held');
  const amounts = words.tasks.queue(whole(waiting), whole(countOf(queue.counts, 'running')));
  const first = tables.slice(0, FIRST_TABLES);
  const other = tables.find((table) => table.id === chosen && !first.includes(table));
  const rows = all ? tables : other ? [...first, other] : first;
  return (
    <section className="tables-panel" aria-labelledby="tables-title">
      <header className="tasks-head">
        <h1 id="tables-title">{words.tasks.tables}</h1>
        <span className="quiet">{words.tasks.tablesOf(rows.length, queue.tables.length)}</span>
        <div className="chips">
          {TABLE_SHOWS.map((each) => (
            <button
              key={each}
              type="button"
              className="chip"
              aria-pressed={each === show}
              onClick={() => navigate(tasksPath({ ...view, table: null, show: each }))}
            >
              {words.tasks.show[each]}
              {each === 'working' && ` · ${queue.tables.filter((table) => !isDone(table)).length}`}
            </button>
          ))}
        </div>
        <span className="grow" />
        <span className="queue-words">
          {amounts.before}
          <strong>{amounts.waiting}</strong>
          {amounts.middle}
          <strong>{amounts.working}</strong>
          {amounts.after}
        </span>
        <button type="button" className="button" onClick={() => onSubmit('command')}>
          {words.tasks.submit}
        </button>
        <button type="button" className="button primary" onClick={() => onSubmit('table')}>
          {words.tasks.queueTable}
        </button>
      </header>
      {!queue.settings.isRunning && <p className="hint-bar">{words.tasks.queuePaused}</p>}
      {rows.length === 0 ? (
        <p className="quiet tasks-none">{words.tasks.noTablesHere}</p>
      ) : (
        <table className="task-tables" aria-labelledby="tables-title">
          <thead>
            <tr>
              <th className="table-cell">{words.tasks.columns.table}</th>
              <th className="owner-cell">{words.tasks.columns.owner}</th>
              <th className="size-cell">{words.tasks.columns.size}</th>
              <th className="bar-cell">{words.tasks.columns.runs}</th>
              <th className="progress-cell">{words.tasks.columns.progress}</th>
              <th className="until-cell">{words.tasks.columns.until}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((table) => (
              <TableRow
                key={table.id}
                table={table}
                isChosen={table.id === chosen}
                href={tasksPath({ table: table.id, show: view.show })}
              />
            ))}
          </tbody>
        </table>
      )}
      <footer className="tables-foot">
        <RunsBarLegend />
        <span className="grow" />
        {tables.length > FIRST_TABLES && (
          <button type="button" className="text-button" onClick={() => setAll(!all)}>
            {all ? words.tasks.fewerTables : words.tasks.moreTables(tables.length - rows.length)}
          </button>
        )}
      </footer>
    </section>
  );
}

function TableRow({ table, isChosen, href }: { table: Table; isChosen: boolean; href: string }) {
  const words = useWords();
  const state = tableState(table);
  const { done, of } = words.tasks.progress(whole(countOf(table.counts, 'succeeded')), whole(table.runs));
  const failed = countOf(table.counts, 'failed');
  return (
    <tr
      className={isChosen ? 'chosen' : ''}
      aria-current={isChosen ? 'true' : undefined}
      onClick={() => navigate(href)}
    >
      <td className="table-cell">
        <span className="table-name">
          <RunGlyph state={state} />
          <span className="visually-hidden">{words.runState[state]} </span>
          <Link href={href} className="ellipsis" onClick={(event) => event.stopPropagation()}>
            {visible(table.name)}
          </Link>
        </span>
      </td>
      <td className="owner-cell ellipsis">
        <OwnerSquare owner={table.owner} />
        {visible(table.owner)}
      </td>
      <td className="size-cell">
        {table.rows === 1 && table.file === null
          ? words.tasks.oneCommand
          : words.tasks.size(whole(table.rows), runsPerRow(table))}
      </td>
      <td className="bar-cell">
        <RunsBar counts={table.counts} />
      </td>
      <td className="progress-cell">
        <strong>{done}</strong>
        {of} · <span className="working">{whole(countOf(table.counts, 'running'))}</span> ·{' '}
        <span className={failed > 0 ? 'bad' : 'quiet'}>
          {failed > 0 ? words.tasks.failed(whole(failed)) : '0'}
        </span>
      </td>
      <td className="until-cell">
        <UntilDone table={table} />
      </td>
    </tr>
  );
}

function UntilDone({ table }: { table: Table }) {
  const words = useWords();
  const nowMs = useHubNow();
  if (isDone(table)) {
    if (table.doneAtMs === null) return MISSING;
    return (
      <>
        <strong>{words.tasks.doneAt(clockTime(table.doneAtMs, nowMs))}</strong>{' '}
        {words.tasks.took(span(words, table.doneAtMs - table.createdAtMs))}
      </>
    );
  }
  if (table.paused !== null) {
    return (
      <>
        <strong className="warn">{words.tasks.paused}</strong> {words.tasks.pausedBy[table.paused]}
      </>
    );
  }
  if (table.doneAtMs === null) {
    return (
      <span className="quiet">
        {endedOf(table.counts) + countOf(table.counts, 'running') === 0 ? words.tasks.notStarted : MISSING}
      </span>
    );
  }
  const error =
    table.doneErrorMs === null || table.doneErrorMs < 1000 ? null : span(words, table.doneErrorMs);
  return (
    <>
      <strong>{words.tasks.about(span(words, table.doneAtMs - nowMs))}</strong>{' '}
      {error !== null && <span className="quiet">{words.tasks.error(error)} </span>}
      {words.tasks.by(soon(words, table.doneAtMs, nowMs))}
    </>
  );
}
