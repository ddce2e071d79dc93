/** The runs of one table: what it is, tabs and filter, what can be done to it or to those that are chosen, and the rows. */
import { type RefObject, useEffect, useRef, useState } from 'react';
import { visible } from '../../../src/lib/displayText.ts';
import type { Table } from '../../../src/model/queue.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { useAccount } from '../../live/account.ts';
import type { HubAnswer } from '../../live/hub.ts';
import { actOnTasks, mayChange, type TaskAction } from '../../live/taskActions.ts';
import { useTaskRows } from '../../live/taskRows.ts';
import { Failure } from '../../parts/Failure.tsx';
import { Menu } from '../../parts/Menu.tsx';
import { RUN_GROUPS } from '../../parts/RunsBar.tsx';
import { navigate, type TasksView, tasksPath } from '../../router.ts';
import { useWords } from '../../words/words.ts';
import { EditDialog } from './EditDialog.tsx';
import { menuItems } from './moving/menuItems.ts';
import type { Moved } from './moving/moves.ts';
import { PickBar } from './moving/PickBar.tsx';
import { useMoving } from './moving/useMoving.ts';
import { type Question, QuestionDialog, type Selected } from './questions.tsx';
import { FilterField, RunsHead, STATES_OF, tabOf } from './RunsHead.tsx';
import { RunsTable } from './RunsTable.tsx';
import { ChoiceTools, TableTools } from './RunsTools.tsx';
import { useTaskKeys } from './useTaskKeys.ts';

interface RunsPanelProps {
  table: Table;
  view: TasksView;
  revision: number;
  scroller: RefObject<HTMLElement | null>;
}

/** A menu that is open: of one row, or of all that are chosen. */
interface OpenMenu {
  button: HTMLElement;
  ids: readonly string[];
  tasks: readonly Task[];
  moved: Moved;
}

/**
 * Rows are asked for again when `revision` rises; `scroller` is the page's, in which they scroll. What is chosen is
 * forgotten with its table, tab or filter.
 */
export function RunsPanel({ table, view, revision, scroller }: RunsPanelProps) {
  const words = useWords();
  const account = useAccount();
  const allowed = mayChange(account, table.owner);
  const tab = tabOf(view);
  const rows = useTaskRows({ table: table.id, states: STATES_OF[tab], query: view.query }, revision);
  const [question, setQuestion] = useState<Question | null>(null);
  const [editing, setEditing] = useState<{ select: Selected; amount: number } | null>(null);
  const [menu, setMenu] = useState<OpenMenu | null>(null);
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  const revealer = useRef<(place: number) => void>(() => {});
  const known = useRef(new Map<string, Task>());

  const moving = useMoving({
    rows,
    onFailure: setFailure,
    onMoved: (place) => {
      choice.setCursor(place);
      revealer.current(place);
    },
  });
  const open = (task: Task): void => {
    const place = rowsPlace(rows, task.id);
    if (place !== null) choice.setCursor(place);
    if (moving.picking !== null) return moving.pickBefore(place ?? choice.cursor);
    navigate(
      tasksPath({ ...view, table: table.id, task: task.id, attempt: null }),
      view.task === null ? 'push' : 'replace',
    );
  };
  const askToStop = (ids: readonly string[], tasks: readonly Task[]): void => {
    if (allowed && ids.length > 0)
      setQuestion({ action: 'kill', select: { ids: [...ids] }, amount: ids.length, tasks });
  };
  const choice = useTaskKeys({
    rows,
    reveal: (place) => revealer.current(place),
    open,
    close: () => {
      if (moving.picking !== null) return moving.leave();
      if (view.task !== null) return navigate(tasksPath({ ...view, task: null, attempt: null }));
      if (choice.ids.size === 0) return false;
      choice.setIds(new Map());
    },
    end: () => {
      if (choice.ids.size > 0) return askToStop(chosenIds(), chosenTasks());
      const task = rows.rowAt(choice.cursor);
      if (task) askToStop([task.id], [task]);
    },
    step: (step) => {
      const task = rows.rowAt(choice.cursor);
      if (allowed && task) moving.step(movedWith(task), step);
    },
  });
  // What is chosen is named in questions, also when it is no longer in view.
  for (const [id, place] of choice.ids) {
    const task = known.current.has(id) ? null : rows.rowAt(place);
    if (task?.id === id) known.current.set(id, task);
  }
  const chosenIds = (): string[] => [...choice.ids.keys()];
  const chosenTasks = (): Task[] => chosenIds().flatMap((id) => known.current.get(id) ?? []);
  /** All that are chosen where it is one of them, else it alone. */
  const movedWith = (task: Task): Moved =>
    choice.ids.size === 0 || choice.ids.has(task.id)
      ? moving.of(choice.ids.size === 0 ? new Map([[task.id, choice.cursor]]) : choice.ids)
      : { ids: [task.id], priority: task.priority };

  async function act(action: TaskAction, select: Selected): Promise<void> {
    const told = await actOnTasks(action, select);
    setFailure(told.ok ? null : told);
    await rows.askAgain();
  }
  const decide = (task: Task, action: 'kill' | 'release'): void => {
    if (action === 'kill') askToStop([task.id], [task]);
    else void act('release', { ids: [task.id] });
  };
  const { setIds } = choice;
  // biome-ignore lint/correctness/useExhaustiveDependencies: nothing is chosen that is no longer in the list: it would be stopped or changed unseen.
  useEffect(() => setIds(new Map()), [table.id, tab, view.query, setIds]);
  const { leave } = moving;
  // biome-ignore lint/correctness/useExhaustiveDependencies: rows of another table are no place for these. A filter stays: it finds the row before which they go.
  useEffect(leave, [table.id]);

  return (
    <section className="runs-panel" aria-labelledby="runs-title">
      <RunsHead table={table} view={view} tab={tab} />
      {table.fileWarning !== null && (
        <p className="hint-bar">
          <strong>{words.tasks.fileWarning}</strong>{' '}
          {(table.fileTrouble === 'alone' ? words.tasks.fileAlone(table.id) : null) ??
            visible(table.fileWarning)}
        </p>
      )}
      <div className="runs-tools">
        <FilterField view={view} table={table.id} />
        <span className="grow move-said quiet ellipsis" role="status">
          {moving.said}
        </span>
        {moving.picking !== null ? (
          <PickBar
            picking={moving.picking}
            onEnd={() => moving.picking && moving.toEnd(moving.picking, 'last')}
            onLeave={moving.leave}
          />
        ) : choice.ids.size === 0 ? (
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
            onAct={(action) => act(action, { ids: chosenIds() })}
            onStop={() => askToStop(chosenIds(), chosenTasks())}
            onEdit={() => setEditing({ select: { ids: chosenIds() }, amount: choice.ids.size })}
            onMove={(button) =>
              setMenu({ button, ids: chosenIds(), tasks: [], moved: moving.of(choice.ids) })
            }
            onNone={() => choice.setIds(new Map())}
            onAll={async () => {
              const ids = await rows.idsBetween(0, Math.min(10_000, rows.total ?? 0) - 1);
              choice.setIds(new Map(ids.map((id, place) => [id, place])));
            }}
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
          onMenu={(button, task, place) => {
            choice.setCursor(place);
            setMenu(
              choice.ids.has(task.id)
                ? { button, ids: chosenIds(), tasks: chosenTasks(), moved: moving.of(choice.ids) }
                : {
                    button,
                    ids: [task.id],
                    tasks: [task],
                    moved: { ids: [task.id], priority: task.priority },
                  },
            );
          }}
          moving={moving}
          revealer={revealer}
        />
      )}
      {menu && (
        <Menu
          label={
            menu.ids.length === 1 ? words.move.menuOf(menu.ids[0] ?? '') : words.tasks.chosen(menu.ids.length)
          }
          anchor={menu.button}
          onClose={() => setMenu(null)}
          items={menuItems(words, menu.tasks, {
            first: () => moving.toEnd(menu.moved, 'first'),
            up: () => moving.step(menu.moved, -1),
            down: () => moving.step(menu.moved, 1),
            last: () => moving.toEnd(menu.moved, 'last'),
            before: () => {
              moving.pick(menu.moved);
              revealer.current(choice.cursor);
            },
            act: (action) => void act(action, { ids: [...menu.ids] }),
            edit: () => setEditing({ select: { ids: [...menu.ids] }, amount: menu.ids.length }),
            stop: () => askToStop(menu.ids, menu.tasks),
          })}
        />
      )}
      {question && (
        <QuestionDialog
          question={question}
          onClose={() => setQuestion(null)}
          onDone={() => {
            choice.setIds(new Map());
            void rows.askAgain();
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
