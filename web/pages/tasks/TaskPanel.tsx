/** One task: its command and where it came from, what happened, and log, figures, parameters and files of one attempt. */
import { useState } from 'react';
import { isPassedOver } from '../../../src/fleet/taskWords.ts';
import { visible } from '../../../src/lib/displayText.ts';
import { isFinal, isLive } from '../../../src/model/task.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { useAccount } from '../../live/account.ts';
import type { HubAnswer } from '../../live/hub.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import { actOnTasks, mayChange, type TaskAction } from '../../live/taskActions.ts';
import { type TaskDetail, useQueue } from '../../live/tasks.ts';
import { CopyButton } from '../../parts/CopyButton.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { Link } from '../../parts/Link.tsx';
import { RUN_COLOUR, RunGlyph } from '../../parts/RunGlyph.tsx';
import { navigate, type TasksView, tasksPath } from '../../router.ts';
import type { Words } from '../../words/en.ts';
import { span } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import { AttemptFigures, TaskParameters } from './AttemptFigures.tsx';
import { AttemptFiles } from './AttemptFiles.tsx';
import { AttemptSwitch } from './AttemptSwitch.tsx';
import { EditDialog } from './EditDialog.tsx';
import { LogView } from './log/LogView.tsx';
import { type Question, QuestionDialog } from './questions.tsx';
import { Story } from './Story.tsx';
import './taskPanel.css';

interface TaskPanelProps {
  id: string;
  detail: TaskDetail | null;
  view: TasksView;
  /** It is the whole page, not beside the list. */
  isAlone: boolean;
}

/**
 * `detail` is null until it has come; after 3 s it is said that there is no such task, or that it is another's. `[` and
 * `]` go through its attempts.
 */
export function TaskPanel({ id, detail, view, isAlone }: TaskPanelProps) {
  const words = useWords();
  const back = tasksPath({ ...view, task: null, attempt: null });
  const Panel = isAlone ? 'main' : 'aside';
  return (
    <Panel className={`task-panel ${isAlone ? 'is-alone' : ''}`} aria-label={words.task.label(id)}>
      {isAlone && (
        <Link href={back} className="task-back">
          <Icon name="back" /> {words.task.back}
        </Link>
      )}
      {detail === null ? (
        <Coming id={id} back={back} />
      ) : (
        <WholeTask detail={detail} view={view} back={back} isAlone={isAlone} />
      )}
    </Panel>
  );
}

function Coming({ id, back }: { id: string; back: string }) {
  const words = useWords();
  const now = useHubNow();
  const [sinceMs] = useState(now);
  return (
    <div className="task-head">
      <div className="task-title">
        <strong className="mono">{visible(id)}</strong>
        <span className="grow" />
        <CloseButton back={back} />
      </div>
      <p className="quiet">{now - sinceMs > 3000 ? words.task.unknown(visible(id)) : words.task.loading}</p>
    </div>
  );
}

function CloseButton({ back }: { back: string }) {
  const words = useWords();
  return (
    <button type="button" className="icon-button" aria-label={words.close} onClick={() => navigate(back)}>
      <Icon name="close" />
    </button>
  );
}

const TABS = ['log', 'figures', 'parameters', 'files'] as const;
type Tab = (typeof TABS)[number];

interface TaskProps {
  detail: TaskDetail;
  view: TasksView;
  back: string;
  isAlone: boolean;
}

function WholeTask({ detail, view, back, isAlone }: TaskProps) {
  const words = useWords();
  const { task } = detail;
  const [tab, setTab] = useState<Tab>('log');
  const newest = task.attempts.length;
  const place = Math.min(view.attempt ?? newest, newest);
  const attempt = task.attempts[place - 1] ?? null;
  const choose = (to: number): void =>
    navigate(tasksPath({ ...view, attempt: to === newest ? null : to }), 'replace');
  useShortcuts({
    '[': () => place > 1 && choose(place - 1),
    ']': () => place < newest && choose(place + 1),
  });
  return (
    <>
      <TaskHead detail={detail} back={back} isAlone={isAlone} />
      <Story detail={detail} />
      <div className="task-tabs">
        <div role="tablist" aria-label={words.task.label(task.id)}>
          {TABS.map((each) => (
            <button
              key={each}
              type="button"
              role="tab"
              id={`task-tab-${each}`}
              aria-selected={each === tab}
              aria-controls="task-tab-panel"
              tabIndex={each === tab ? 0 : -1}
              onClick={() => setTab(each)}
              onKeyDown={(event) => {
                const step = event.key === 'ArrowRight' ? 1 : event.key === 'ArrowLeft' ? -1 : 0;
                const next = TABS[(TABS.indexOf(each) + step + TABS.length) % TABS.length];
                if (step === 0 || next === undefined) return;
                event.preventDefault();
                event.stopPropagation();
                setTab(next);
                document.getElementById(`task-tab-${next}`)?.focus();
              }}
            >
              {words.task.tabs[each]}
            </button>
          ))}
        </div>
        <span className="grow" />
        {newest > 0 && <AttemptSwitch attempts={task.attempts} chosen={place} onChoose={choose} />}
      </div>
      <div
        role="tabpanel"
        id="task-tab-panel"
        className={`task-tab is-${tab}`}
        // What scrolls must be reached by keyboard; the log is reached by itself.
        tabIndex={tab === 'log' ? undefined : 0}
        aria-labelledby={`task-tab-${tab}`}
      >
        {tab === 'parameters' ? (
          <TaskParameters detail={detail} />
        ) : attempt === null ? (
          <p className="quiet task-nothing">{nothingWords(words, task)}</p>
        ) : tab === 'log' ? (
          <LogView
            key={`${task.id}.${attempt.run}.${attempt.number}`}
            address={{ task: task.id, run: attempt.run, attempt: attempt.number }}
          />
        ) : tab === 'figures' ? (
          <AttemptFigures attempt={attempt} />
        ) : (
          <AttemptFiles task={task} attempt={attempt} />
        )}
      </div>
    </>
  );
}

/** Why there is no attempt to show. */
function nothingWords(words: Words, task: Task): string {
  if (isPassedOver(task)) return words.passedOver(task.runNum, task.needRunNum);
  return isFinal(task.state) ? words.task.neverRan : words.task.noAttempt;
}

function TaskHead({ detail, back, isAlone }: { detail: TaskDetail; back: string; isAlone: boolean }) {
  const words = useWords();
  const { task, workingDirectory } = detail;
  const table = useQueue()?.tables.find(({ id }) => id === task.tableId);
  const account = useAccount();
  const allowed = mayChange(account, task.owner);
  const [question, setQuestion] = useState<Question | null>(null);
  const [isEditing, setEditing] = useState(false);
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  const select = { ids: [task.id] };
  const act = async (action: TaskAction): Promise<void> => {
    const told = await actOnTasks(action, select);
    setFailure(told.ok ? null : told);
  };
  const ask = (action: Question['action']): void => setQuestion({ action, select, amount: 1, tasks: [task] });
  const title = allowed ? undefined : words.tasks.notYours(visible(task.owner));
  const button = (text: string, onClick: () => void, kind = '') => (
    <button
      type="button"
      className={`button small ${kind}`}
      disabled={!allowed}
      title={title}
      onClick={onClick}
    >
      {text}
    </button>
  );
  const origin = [
    task.row === null || task.table === null ? null : words.task.row(task.row, visible(task.table)),
    task.needRunNum > 1 ? words.task.run(task.attempts.at(-1)?.run ?? 1, task.needRunNum) : null,
    visible(task.owner),
    visible(workingDirectory),
    table?.gitCommit == null
      ? null
      : `git ${visible(table.gitCommit.slice(0, 7))}${table.gitDirty === true ? ` ${words.task.edits}` : ''}`,
  ].filter((part) => part !== null);
  const link = `${location.origin}${tasksPath({ task: task.id })}`;
  return (
    <header className="task-head">
      <div className="task-title">
        <h2 className="mono">{task.id}</h2>
        <TaskState task={task} />
        <span className="grow" />
        <CopyButton text={link} what={words.tasks.copyLink} />
        {task.state === 'unreachable' && button(words.tasks.gone, () => ask('gone'))}
        {(task.state === 'queued' || task.state === 'held' || task.state === 'impossible') &&
          button(words.tasks.edit, () => setEditing(true))}
        {task.state === 'queued' && button(words.tasks.hold, () => void act('hold'))}
        {task.state === 'held' && button(words.tasks.release, () => void act('release'))}
        {isFinal(task.state) &&
          task.state !== 'succeeded' &&
          button(words.tasks.again, () => void act('retry'))}
        {!isFinal(task.state) && button(words.tasks.stop, () => ask('kill'), 'danger')}
        {!isAlone && <CloseButton back={back} />}
      </div>
      <p className="task-command mono">
        {visible(task.command)} <CopyButton text={task.command} what={words.tasks.columns.command} />
      </p>
      <p className="task-origin">{origin.join(' · ')}</p>
      {failure && <Failure failure={failure} />}
      {question && <QuestionDialog question={question} onDone={() => {}} onClose={() => setQuestion(null)} />}
      {isEditing && (
        <EditDialog select={select} amount={1} onDone={() => {}} onClose={() => setEditing(false)} />
      )}
    </header>
  );
}

/** `running 8 min` */
function TaskState({ task }: { task: Task }) {
  const words = useWords();
  const nowMs = useHubNow();
  const attempt = task.attempts.at(-1);
  const since = isLive(task.state) ? (attempt?.startedAtMs ?? attempt?.leasedAtMs ?? null) : null;
  const took =
    isFinal(task.state) && attempt?.endedAtMs != null && attempt.startedAtMs !== null
      ? attempt.endedAtMs - attempt.startedAtMs
      : null;
  return (
    <span className="run-state">
      <RunGlyph state={task.state} />
      <span className={RUN_COLOUR[task.state]}>
        {words.runState[task.state]}
        {since !== null && ` ${span(words, nowMs - since)}`}
        {took !== null && ` · ${words.task.ran(span(words, took))}`}
      </span>
    </span>
  );
}
