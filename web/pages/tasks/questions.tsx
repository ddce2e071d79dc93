/** Questions before something is done to tasks: each asks once and names what ends or changes; then says what became of them. */
import { useState } from 'react';
import type * as z from 'zod';
import { visible } from '../../../src/lib/displayText.ts';
import type { Selection, Task } from '../../../src/protocol/taskApi.ts';
import { remarkText } from '../../../src/scheduling/remarkText.ts';
import type { HubAnswer } from '../../live/hub.ts';
import { actOnTasks, type TaskAction } from '../../live/taskActions.ts';
import type { TaskChanges } from '../../live/tasks.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { Icon } from '../../parts/Icon.tsx';
import { RunStateWord } from '../../parts/RunGlyph.tsx';
import { useWords } from '../../words/words.ts';

export type Selected = z.input<typeof Selection>;

export interface Question {
  action: 'kill' | 'gone';
  select: Selected;
  /** How many there are. */
  amount: number;
  /** Those that are known by name; the others are counted. */
  tasks: readonly Task[];
}

const MOST_NAMED = 12;

/**
 * Closes by itself where all was done, else it stays and names the tasks where it was not. `onDone` comes in both cases, but not
 * where the hub refused to be asked.
 */
export function QuestionDialog({
  question,
  onDone,
  onClose,
}: {
  question: Question;
  onDone: () => void;
  onClose: () => void;
}) {
  const words = useWords();
  const { question: texts } = words;
  const [answer, setAnswer] = useState<HubAnswer<TaskChanges> | 'asked' | null>(null);
  const title = texts[question.action].title(question.amount);
  const named = question.tasks.slice(0, MOST_NAMED);
  const more = question.amount - named.length;

  async function act(): Promise<void> {
    setAnswer('asked');
    const told = await actOnTasks(question.action as TaskAction, question.select);
    setAnswer(told);
    if (told.ok) onDone();
    if (told.ok && told.value.results.every(({ outcome }) => outcome === 'done')) onClose();
  }

  const told = answer !== null && answer !== 'asked' ? answer : null;
  return (
    <Dialog kind="question" title={title} label={title} onClose={onClose}>
      {told?.ok ? (
        <Outcomes changes={told.value} />
      ) : (
        <>
          <ul className="question-list">
            {named.map((task) => (
              <li key={task.id}>
                <span className="mono ink">{task.id}</span>
                <RunStateWord state={task.state} />
                <span className="mono ellipsis">{visible(task.command)}</span>
              </li>
            ))}
            {more > 0 && <li className="quiet">{texts.more(more)}</li>}
          </ul>
          <p>{texts[question.action].explain}</p>
        </>
      )}
      {answer === 'asked' && <p role="status">{texts.doing}</p>}
      {told !== null && !told.ok && <Failure failure={told} />}
      <div className="dialog-actions">
        {told?.ok ? (
          <button type="button" className="button" onClick={onClose}>
            {words.kill.close}
          </button>
        ) : (
          <>
            <button type="button" className="button" data-first onClick={onClose}>
              {words.kill.cancel}
            </button>
            <button type="button" className="button danger" disabled={answer === 'asked'} onClick={act}>
              {texts[question.action].confirm(question.amount)}
            </button>
          </>
        )}
      </div>
    </Dialog>
  );
}

/** What became of each, those that were not done first. */
function Outcomes({ changes }: { changes: TaskChanges }) {
  const words = useWords();
  const not = changes.results.filter(({ outcome }) => outcome !== 'done');
  return (
    <>
      <p role="status">{words.question.done(changes.results.length - not.length, changes.results.length)}</p>
      <ul className="question-list">
        {not.slice(0, MOST_NAMED).map(({ id, outcome, message, remark }) => (
          <li key={id}>
            <Icon name={outcome === 'unchanged' ? 'note' : 'cross'} />
            <span className="mono ink">{id}</span>{' '}
            {remark === null ? visible(message) : remarkText(remark, words.remarks)}
          </li>
        ))}
      </ul>
    </>
  );
}
