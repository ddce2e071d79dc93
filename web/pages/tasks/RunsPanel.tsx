/** The runs of one table: what it is, tabs and filter, what can be done to it or to those that are chosen, and the rows. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { visible } from '../../../src/lib/displayText.ts';
import type { Table } from '../../../src/model/queue.ts';
import type { RunState } from '../../../src/model/task.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { useAccount } from '../../live/account.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { actOnTasks, mayChange, type TaskAction } from '../../live/taskActions.ts';
import { useTaskRows } from '../../live/taskRows.ts';
import { Failure } from '../../parts/Failure.tsx';
import { countOf, RUN_GROUPS } from '../../parts/RunsBar.tsx';
import { navigate, type TasksView, tasksPath } from '../../router.ts';
import { whole } from '../../words/figures.ts';
import { gibOf } from '../../words/waiting.ts';
import { useWords } from '../../words/words.ts';
import { EditDialog } from './EditDialog.tsx';
import { type Question, QuestionDialog, type Selected } from './questions.tsx';
import { RunsTable } from './RunsTable.tsx';
import { ChoiceTools, TableTools } from './RunsTools.tsx';
import { useTaskKeys } from './useTaskKeys.ts';

const TABS = ['all', 'running', 'queued', 'failed'] as const;
type Tab = (typeof TABS)[number];
const STATES_OF: Record<Tab, readonly RunState[]> = {
  all: [],
  running: RUN_GROUPS.running,
  queued: [...RUN_GROUPS.queued, ...RUN_GROUPS.held],
  failed: RUN_GROUPS.failed,
};
/** Typing rests so long before the hub is asked. */
const TYPING_MS = 250;

interface RunsPanelProps {
  table: Table;
  view: TasksView;
  revision: number;
  scroller: RefObject<HTMLElement | null>;
}

export function RunsPanel({ table, view, revision, scroller }: RunsPanelProps) {
  const words = useWords();
  const account = useAccount();
  const allowed = mayChange(account, table.owner);
  const tab = TABS.find((each) => each === view.tab) ?? 'all';
  const rows = useTaskRows({ table: table.id, states: STATES_OF[tab], query: view.query }, revision);
  const [question, setQuestion] = useState<Question | null>(null);
  const [editing, setEditing] = useState<{ select: Selected; amount: number } | null>(null);
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  const revealer = useRef<(place: number) => void>(() => {});
  const known = useRef(new Map<string, Task>());

  const open = (task: Task): void => {
    const place = rowsPlace(rows, task.id);
    if (place !== null) choice.setCursor(place);
    navigate(
      tasksPath({ ...view, table: table.id, task: task.id, attempt: null }),
      view.task === null ? 'push' : 'replace',
    );
  };
  const chosenTasks = (): Task[] => [...choice.ids].flatMap((id) => known.current.get(id) ?? []);
  const askToStop = (tasks: readonly Task[]): void => {
    if (!allowed || tasks.length === 0) return;
    setQuestion({
      action: 'kill',
      select: { ids: tasks.map((task) => task.id) },
      amount: tasks.length,
      tasks,
    });
  };
  const choice = useTaskKeys({
    rows,
    reveal: (place) => revealer.current(place),
    open,
    close: () => {
      if (view.task !== null) return navigate(tasksPath({ ...view, task: null, attempt: null }));
      if (choice.ids.size === 0) return false;
      choice.setIds(new Set());
    },
    end: () => {
      if (choice.ids.size > 0) return askToStopIds();
      const task = rows.rowAt(choice.cursor);
      if (task) askToStop([task]);
    },
  });
  // What is chosen is named in questions, also when it is no longer in view.
  for (const id of choice.ids) {
    const place = known.current.has(id) ? null : rowsPlace(rows, id);
    const task = place === null ? null : rows.rowAt(place);
    if (task) known.current.set(id, task);
  }
  const askToStopIds = (): void =>
    setQuestion({
      action: 'kill',
      select: { ids: [...choice.ids] },
      amount: choice.ids.size,
      tasks: chosenTasks(),
    });

  async function act(action: TaskAction, select: Selected): Promise<void> {
    const told = await actOnTasks(action, select);
    setFailure(told.ok ? null : told);
    rows.askAgain();
  }
  const decide = (task: Task, action: 'kill' | 'release'): void => {
    if (action === 'kill') askToStop([task]);
    else void act('release', { ids: [task.id] });
  };
  const { setIds } = choice;
  // biome-ignore lint/correctness/useExhaustiveDependencies: nothing is chosen that is no longer in the list: it would be stopped or changed unseen.
  useEffect(() => setIds(new Set()), [table.id, tab, view.query, setIds]);

  return (
    <section className="runs-panel" aria-labelledby="runs-title">
      <RunsHead table={table} view={view} tab={tab} />
      {table.fileWarning !== null && (
        <p className="hint-bar">
          <strong>{words.tasks.fileWarning}</strong> {visible(table.fileWarning)}
        </p>
      )}
      <div className="runs-tools">
        <FilterField view={view} table={table.id} />
        <span className="grow" />
        {choice.ids.size === 0 ? (
          <TableTools
            table={table}
            allowed={allowed}
            onAct={act}
            onFailure={setFailure}
            onQuestion={setQuestion}
            running={() => runningTasks(rows)}
          />
        ) : (
          <ChoiceTools
            amount={choice.ids.size}
            onAct={(action) => act(action, { ids: [...choice.ids] })}
            onStop={askToStopIds}
            onEdit={() => setEditing({ select: { ids: [...choice.ids] }, amount: choice.ids.size })}
            onFront={async () => {
              const told = await askHub('editTasks', {
                body: { select: { ids: [...choice.ids] }, changes: { before: 'first' } },
              });
              setFailure(told.ok ? null : told);
              rows.askAgain();
            }}
            onNone={() => choice.setIds(new Set())}
            onAll={async () =>
              choice.setIds(new Set(await rows.idsBetween(0, Math.min(10_000, rows.total ?? 0) - 1)))
            }
          />
        )}
      </div>
      {failure && <Failure failure={failure} />}
      {rows.failure && <Failure failure={rows.failure} />}
      {rows.total === 0 ? (
        <div className="tasks-none">
          <p className="ink">{words.tasks.noRuns}</p>
          <p className="quiet">{words.tasks.searched}</p>
        </div>
      ) : (
        <RunsTable
          rows={rows}
          scroller={scroller}
          choice={choice}
          mayChoose={allowed}
          openId={view.task}
          label={visible(table.name)}
          onOpen={open}
          onDecide={decide}
          revealer={revealer}
        />
      )}
      {question && (
        <QuestionDialog
          question={question}
          onClose={() => setQuestion(null)}
          onDone={() => {
            choice.setIds(new Set());
            rows.askAgain();
          }}
        />
      )}
      {editing && <EditDialog {...editing} onClose={() => setEditing(null)} onDone={rows.askAgain} />}
    </section>
  );
}

/** The place of a task among the first rows that are here; null where it is not. */
function rowsPlace(
  rows: { rowAt: (place: number) => Task | null; total: number | null },
  id: string,
): number | null {
  const most = Math.min(rows.total ?? 0, 20_000);
  for (let place = 0; place < most; place += 1) if (rows.rowAt(place)?.id === id) return place;
  return null;
}

function runningTasks(rows: { rowAt: (place: number) => Task | null; total: number | null }): Task[] {
  return Array.from({ length: Math.min(200, rows.total ?? 0) }, (_, place) => rows.rowAt(place)).filter(
    (task): task is Task => task !== null && RUN_GROUPS.running.includes(task.state),
  );
}

function RunsHead({ table, view, tab }: { table: Table; view: TasksView; tab: Tab }) {
  const words = useWords();
  const { ask } = table.options;
  const amounts: Record<Tab, number> = {
    all: table.runs,
    running: countOf(table.counts, 'running'),
    queued: countOf(table.counts, 'queued') + countOf(table.counts, 'held'),
    failed: countOf(table.counts, 'failed'),
  };
  const about = [
    words.tasks.gpusEach(ask.gpus),
    ask.gpus === 0
      ? null
      : ask.memoryBytes === null
        ? words.tasks.asksLearned
        : words.tasks.asks(`${gibOf(ask.memoryBytes)}\u2009GiB`),
    ask.model === null ? null : visible(ask.model),
    table.maxRunning === null ? null : words.tasks.atMost(table.maxRunning),
  ].filter((part) => part !== null);
  return (
    <header className="runs-head">
      <h2 id="runs-title" className="ellipsis">
        {visible(table.name)}
      </h2>
      <p className="runs-about ellipsis" title={visible(table.command)}>
        <span className="ink">{visible(table.command)}</span> · {about.join(' · ')}
      </p>
      <fieldset className="switch runs-tabs" aria-label={words.tasks.columns.state}>
        {TABS.map((each) => (
          <button
            key={each}
            type="button"
            aria-pressed={each === tab}
            onClick={() =>
              navigate(tasksPath({ ...view, table: table.id, tab: each === 'all' ? null : each }), 'replace')
            }
          >
            {words.tasks.tabs[each]} {whole(amounts[each])}
          </button>
        ))}
      </fieldset>
    </header>
  );
}

/** `/` leads here; what is typed goes into the address, so that it can be sent to others. */
function FilterField({ view, table }: { view: TasksView; table: string }) {
  const words = useWords();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(view.query);
  useEffect(() => setText(view.query), [view.query]);
  const newest = useRef(view);
  newest.current = view;
  useEffect(() => {
    if (text === newest.current.query) return;
    const timer = setTimeout(
      () => navigate(tasksPath({ ...newest.current, table, query: text }), 'replace'),
      TYPING_MS,
    );
    return () => clearTimeout(timer);
  }, [text, table]);
  useShortcuts({ '/': () => field.current?.focus() });
  return (
    <input
      ref={field}
      type="search"
      className="field runs-filter"
      aria-label={words.tasks.filterLabel}
      placeholder={words.tasks.filter}
      value={text}
      maxLength={200}
      spellCheck={false}
      onChange={(event) => setText(event.target.value)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') event.currentTarget.blur();
      }}
    />
  );
}
