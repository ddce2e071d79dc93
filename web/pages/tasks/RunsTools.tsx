/** What can be done to a table as a whole, or to those of its tasks that are chosen. */
import { useState } from 'react';
import { visible } from '../../../src/lib/displayText.ts';
import type { Table } from '../../../src/model/queue.ts';
import { EndClass } from '../../../src/model/task.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { loginOf, useAccount } from '../../live/account.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import type { TaskAction } from '../../live/taskActions.ts';
import { countOf, RUN_GROUPS } from '../../parts/RunsBar.tsx';
import { whole } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import type { Question, Selected } from './questions.tsx';
import { TableDialog } from './TableDialog.tsx';

interface TableToolsProps {
  table: Table;
  allowed: boolean;
  running: () => Task[];
  onAct: (action: TaskAction, select: Selected) => Promise<void>;
  onFailure: (failure: Extract<HubAnswer<unknown>, { ok: false }> | null) => void;
  onQuestion: (question: Question) => void;
}

const PRIORITIES = [-10, -5, 0, 5, 10, 50];
const RETRIED_CLASSES = EndClass.options.filter((each) => each !== 'ok');

/** What is done to the whole table. */
export function TableTools({ table, allowed, running, onAct, onFailure, onQuestion }: TableToolsProps) {
  const words = useWords();
  const account = useAccount();
  const [isEditing, setEditing] = useState(false);
  const failed = countOf(table.counts, 'failed');
  const live = countOf(table.counts, 'running');
  const whose = loginOf(account) === table.owner ? 'mine' : 'all';
  const title = allowed ? undefined : words.tasks.notYours(visible(table.owner));
  const change = async (body: { paused?: boolean; priority?: number }): Promise<void> => {
    const told = await askHub('changeTable', { parameters: { id: table.id }, body });
    onFailure(told.ok ? null : told);
  };
  const { priority } = table.options;
  return (
    <>
      {failed > 0 && (
        <span className="split-button">
          <button
            type="button"
            className="button"
            disabled={!allowed}
            title={title}
            onClick={() => onAct('retry', { table: table.id, states: [...RUN_GROUPS.failed], whose })}
          >
            {words.tasks.runFailedAgain(whole(failed))}
          </button>
          <select
            className="field"
            aria-label={words.tasks.byClass}
            title={words.tasks.byClass}
            disabled={!allowed}
            value=""
            onChange={(event) => {
              const picked = EndClass.safeParse(event.target.value).data;
              if (picked)
                void onAct('retry', {
                  table: table.id,
                  states: [...RUN_GROUPS.failed],
                  classes: [picked],
                  whose,
                });
            }}
          >
            <option value="" disabled hidden>
              {'\u25be'}
            </option>
            {RETRIED_CLASSES.map((each) => (
              <option key={each} value={each}>
                {words.endClass[each]}
              </option>
            ))}
          </select>
        </span>
      )}
      <button
        type="button"
        className="button"
        disabled={!allowed}
        title={title}
        onClick={() => change({ paused: table.paused === null })}
      >
        {table.paused === null ? words.tasks.pause : words.tasks.resume}
      </button>
      <button
        type="button"
        className="button"
        disabled={!allowed}
        title={title}
        onClick={() => setEditing(true)}
      >
        {words.tasks.edit}
      </button>
      {isEditing && <TableDialog table={table} onClose={() => setEditing(false)} />}
      <select
        className="field tool-select"
        aria-label={words.tasks.priorityLabel}
        disabled={!allowed}
        title={title}
        value={priority}
        onChange={(event) => change({ priority: Number(event.target.value) })}
      >
        {[...new Set([...PRIORITIES, priority])]
          .sort((a, b) => b - a)
          .map((value) => (
            <option key={value} value={value}>
              {words.tasks.priority(value)}
            </option>
          ))}
      </select>
      <button
        type="button"
        className="button danger"
        disabled={!allowed || live === 0}
        title={title}
        onClick={() =>
          onQuestion({
            action: 'kill',
            select: { table: table.id, states: [...RUN_GROUPS.running], whose },
            amount: live,
            tasks: running(),
          })
        }
      >
        {words.tasks.stopRunning}
      </button>
    </>
  );
}

interface ChoiceToolsProps {
  amount: number;
  onAct: (action: TaskAction) => void;
  onStop: () => void;
  onEdit: () => void;
  onMove: (button: HTMLElement) => void;
  onNone: () => void;
  onAll: () => void;
}

/** What is done to those that are chosen. */
export function ChoiceTools({ amount, onAct, onStop, onEdit, onMove, onNone, onAll }: ChoiceToolsProps) {
  const words = useWords();
  const button = (text: string, onClick: () => void, kind = '') => (
    <button type="button" className={`button ${kind}`} onClick={onClick}>
      {text}
    </button>
  );
  return (
    <>
      <span className="choice-words" role="status">
        <strong>{words.tasks.chosen(amount)}</strong>
      </span>
      <button type="button" className="text-button" onClick={onAll}>
        {words.tasks.chooseAll}
      </button>
      <button type="button" className="text-button" onClick={onNone}>
        {words.tasks.chooseNone}
      </button>
      {button(words.tasks.again, () => onAct('retry'))}
      {button(words.tasks.hold, () => onAct('hold'))}
      {button(words.tasks.release, () => onAct('release'))}
      <button
        type="button"
        className="button"
        aria-haspopup="menu"
        onClick={(event) => onMove(event.currentTarget)}
      >
        {words.move.menu}
      </button>
      {button(words.tasks.edit, onEdit)}
      {button(words.tasks.stop, onStop, 'danger')}
    </>
  );
}
