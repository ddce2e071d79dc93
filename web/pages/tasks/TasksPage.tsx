/** Tasks: tables, the runs of one, and one task beside them; where there is no room beside, the task stands alone. */
import { useRef, useState } from 'react';
import { visible } from '../../../src/lib/displayText.ts';
import { loginOf, useAccount } from '../../live/account.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { queueHindrance, useQueue, useTask } from '../../live/tasks.ts';
import { useLive } from '../../live/useLive.ts';
import { useHasRoomBeside } from '../../live/useWidth.ts';
import { AfterASecond } from '../../parts/AfterASecond.tsx';
import type { TasksView } from '../../router.ts';
import { navigate, tasksPath } from '../../router.ts';
import { useWords } from '../../words/words.ts';
import { CommandLine } from '../first-run/CommandLine.tsx';
import { LoginCommand } from '../first-run/LoginCommand.tsx';
import '../first-run/firstRun.css';
import { NewTask } from './create/NewTask.tsx';
import { RunsPanel } from './RunsPanel.tsx';
import { shownTables, TablesPanel } from './TablesPanel.tsx';
import { TaskPanel } from './TaskPanel.tsx';
import './tasksPage.css';
import './runs.css';

export default function TasksPage({ view }: { view: TasksView }) {
  const account = useAccount();
  const hindrance = queueHindrance(account);
  const queue = useQueue();
  if (account.who === null) return <main className="page-body" />;
  if (hindrance !== null) return <NotShown hindrance={hindrance} />;
  return queue === null ? <Waiting /> : <Queue view={view} />;
}

function NotShown({ hindrance }: { hindrance: 'login' | 'viewer' }) {
  const words = useWords();
  return (
    <main className="page-body">
      <div className="page-note first-step">
        <h1>{words.tasks.loginTitle}</h1>
        <p>{words.tasks[hindrance]}</p>
        {hindrance === 'login' && <LoginCommand />}
      </div>
    </main>
  );
}

function Waiting() {
  const words = useWords();
  const refusal = useLive((picture) => picture.queueRefusal);
  // The page's secret is kept here, and the hub knows it no more: the session ended elsewhere, or by its age.
  if (refusal?.code === 'login-needed') return <NotShown hindrance="login" />;
  return (
    <main className="page-body">
      <div className="page-note">
        {refusal === null ? (
          <p className="quiet">
            <AfterASecond>{words.loading}</AfterASecond>
          </p>
        ) : (
          <p className="hint-bar is-bad" role="alert">
            <strong>{words.tasks.noQueue}</strong> {visible(refusal.message)}
          </p>
        )}
      </div>
    </main>
  );
}

function Queue({ view }: { view: TasksView }) {
  const words = useWords();
  const me = loginOf(useAccount());
  const queue = useQueue();
  const hasRoom = useHasRoomBeside();
  const scroller = useRef<HTMLDivElement>(null);
  const [creating, setCreating] = useState<'command' | 'table' | null>(null);
  const detail = useTask(view.task);
  useShortcuts({
    c: () => setCreating('command'),
    escape: () => (view.task === null ? false : navigate(tasksPath({ ...view, task: null, attempt: null }))),
  });
  if (queue === null) return null;
  const [, tables] = shownTables(queue, view, me);
  const chosenId = view.table ?? detail?.task.tableId ?? tables[0]?.id ?? null;
  const chosen = queue.tables.find((table) => table.id === chosenId) ?? null;
  const isAlone = view.task !== null && !hasRoom;
  return (
    <div className="tasks-page">
      {!isAlone && (
        <main className="tasks-main page-body" ref={scroller}>
          {queue.tables.length === 0 ? (
            <EmptyQueue onSubmit={setCreating} />
          ) : (
            <TablesPanel queue={queue} view={view} chosen={chosen?.id ?? null} onSubmit={setCreating} />
          )}
          {chosen && <RunsPanel table={chosen} view={view} revision={queue.revision} scroller={scroller} />}
        </main>
      )}
      {view.task !== null && (
        <TaskPanel key={view.task} id={view.task} detail={detail} view={view} isAlone={isAlone} />
      )}
      {creating && <NewTask what={creating} queue={queue} onClose={() => setCreating(null)} />}
      <span className="visually-hidden">{words.tasks.keys}</span>
    </div>
  );
}

function EmptyQueue({ onSubmit }: { onSubmit: (what: 'command' | 'table') => void }) {
  const words = useWords();
  const hub = location.origin;
  return (
    <section className="tasks-empty">
      <h1>{words.tasks.noTables}</h1>
      <p>{words.tasks.noTablesText}</p>
      <CommandLine text={`flowline submit --hub ${hub} sweep.csv -- python train.py`} />
      <CommandLine text={`flowline submit --hub ${hub} --memory 20G -- python train.py --lr 1e-4`} />
      <p className="tasks-empty-buttons">
        <button type="button" className="button" onClick={() => onSubmit('command')}>
          {words.tasks.submit}
        </button>
        <button type="button" className="button primary" onClick={() => onSubmit('table')}>
          {words.tasks.queueTable}
        </button>
      </p>
    </section>
  );
}
