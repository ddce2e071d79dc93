/** On the first screen of a telephone: my tables in one bar each, my tasks that run or wait, and what waits for my word. */

import { visible } from '../../../src/lib/displayText.ts';
import type { Table } from '../../../src/model/queue.ts';
import type { RunState } from '../../../src/model/task.ts';
import type { QueueStatus } from '../../../src/protocol/queueApi.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { explain } from '../../../src/scheduling/explain.ts';
import { loginOf, useAccount } from '../../live/account.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { useTaskRows } from '../../live/taskRows.ts';
import { useQueue } from '../../live/tasks.ts';
import { Link } from '../../parts/Link.tsx';
import { RunGlyph } from '../../parts/RunGlyph.tsx';
import { countOf, RunsBar } from '../../parts/RunsBar.tsx';
import { tasksPath } from '../../router.ts';
import { soon, span, whole } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';

const MOST_TABLES = 2;
const MOST_TASKS = 4;
const SHOWN: readonly RunState[] = ['running', 'starting', 'stopping', 'unreachable', 'queued', 'held'];

/**
 * Nothing for who is not logged in, may not see the queue, or has no table in it. Two tables and four tasks at most:
 * the others are on the page of the tasks.
 */
export function MyRuns() {
  const queue = useQueue();
  const me = loginOf(useAccount());
  if (queue === null || me === null) return null;
  const tables = queue.tables.filter((table) => table.owner === me);
  return tables.length === 0 ? null : <Runs queue={queue} tables={tables} />;
}

function Runs({ queue, tables }: { queue: QueueStatus; tables: readonly Table[] }) {
  const words = useWords();
  const rows = useTaskRows({ table: undefined, states: SHOWN, query: '', whose: 'mine' }, queue.revision);
  const sum = (group: 'running' | 'queued'): number =>
    tables.reduce((total, table) => total + countOf(table.counts, group), 0);
  const open = tables.filter(
    (table) => countOf(table.counts, 'running') + countOf(table.counts, 'queued') > 0,
  );
  const first = Array.from({ length: Math.min(MOST_TASKS, rows.total ?? 0) }, (_, place) =>
    rows.rowAt(place),
  ).filter((task) => task !== null);
  const failed = tables.filter((table) => countOf(table.counts, 'failed') > 0).slice(0, MOST_TABLES);
  const silent = first.filter((task) => task.state === 'unreachable');
  return (
    <>
      {open.length + first.length > 0 && (
        <h2>
          {words.mine.title}{' '}
          <span className="quiet now-figure">
            {words.mine.counts(whole(sum('running')), whole(sum('queued')))}
          </span>
        </h2>
      )}
      {open.slice(0, MOST_TABLES).map((table) => (
        <MyTable key={table.id} table={table} />
      ))}
      <ul className="now-tasks">
        {first.map((task) => (
          <MyTask key={task.id} task={task} />
        ))}
      </ul>
      {failed.length + silent.length > 0 && (
        <>
          <h2>
            {words.mine.asks} <span className="count-badge">{failed.length + silent.length}</span>
          </h2>
          <ul className="now-tasks">
            {failed.map((table) => (
              <li key={table.id}>
                <RunGlyph state="failed" />
                <span className="grow">
                  <span className="now-task">
                    {words.mine.failed(whole(countOf(table.counts, 'failed')))}
                  </span>
                  <span className="now-room ellipsis">{visible(table.name)}</span>
                </span>
                <Link href={tasksPath({ table: table.id, tab: 'failed' })} className="button">
                  {words.mine.look}
                </Link>
              </li>
            ))}
            {silent.map((task) => (
              <li key={task.id}>
                <RunGlyph state="unreachable" />
                <span className="grow">
                  <span className="now-task">
                    {task.id}: {words.runState.unreachable}
                  </span>
                  <span className="now-room ellipsis">
                    {words.tasks.silent(visible(task.attempts.at(-1)?.node ?? ''))}
                  </span>
                </span>
                <Link href={tasksPath({ task: task.id })} className="button">
                  {words.mine.decide}
                </Link>
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function MyTable({ table }: { table: Table }) {
  const words = useWords();
  const nowMs = useHubNow();
  const { done, of } = words.tasks.progress(whole(countOf(table.counts, 'succeeded')), whole(table.runs));
  return (
    <Link href={tasksPath({ table: table.id })} className="now-table">
      <span className="now-room ellipsis">
        {visible(table.name)} · {done}
        {of}
        {table.doneAtMs !== null && ` · ${words.tasks.about(soon(words, table.doneAtMs, nowMs))}`}
      </span>
      <RunsBar counts={table.counts} />
    </Link>
  );
}

function MyTask({ task }: { task: Task }) {
  const words = useWords();
  const nowMs = useHubNow();
  const attempt = task.attempts.at(-1);
  const startedAtMs =
    task.state === 'queued' || task.state === 'held' ? null : (attempt?.startedAtMs ?? null);
  const about = task.parameters
    .slice(0, 2)
    .map(([column, value]) => (Number.isNaN(Number(value)) ? value : `${column} ${value}`))
    .join(', ');
  return (
    <li>
      <RunGlyph state={task.state} />
      <Link href={tasksPath({ task: task.id })} className="grow">
        <span className="now-task ellipsis">
          <span className="visually-hidden">{words.runState[task.state]} </span>
          {task.id} · {visible(about === '' ? task.name : about)}
        </span>
        <span className="now-room ellipsis">
          {startedAtMs !== null && attempt
            ? words.tasks.gpuOf(visible(attempt.node), attempt.gpus.map((gpu) => gpu.index).join(', '))
            : task.waiting === null
              ? words.runState[task.state]
              : visible(explain(task.waiting, { words: words.explain, nowMs }))}
        </span>
      </Link>
      <span className="quiet">{startedAtMs === null ? '' : span(words, nowMs - startedAtMs)}</span>
    </li>
  );
}
