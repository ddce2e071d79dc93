/** Changes what waiting tasks ask for: a field that is left empty stays as it is. */
import { type FormEvent, useState } from 'react';
import type * as z from 'zod';
import { visible } from '../../../src/lib/displayText.ts';
import { parseDurationMs, parseMemoryBytes } from '../../../src/lib/durations.ts';
import type { taskApi } from '../../../src/protocol/taskApi.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import type { TaskChanges } from '../../live/tasks.ts';
import { Dialog } from '../../parts/Dialog.tsx';
import { Failure } from '../../parts/Failure.tsx';
import { useWords } from '../../words/words.ts';
import type { Selected } from './questions.tsx';

type Changes = z.input<(typeof taskApi)['editTasks']['body']>['changes'];

const FIELDS = ['memory', 'gpus', 'priority', 'model', 'node', 'runs', 'retries', 'timeLimit'] as const;
type Field = (typeof FIELDS)[number];

/** What the fields say; null with the first that says nothing that is understood. */
export function changesOf(entries: Record<Field, string>): { changes: Changes } | { wrong: Field } {
  const changes: Changes = {};
  const number = (field: Field, least: number): number | null => {
    const value = Number(entries[field]);
    return Number.isInteger(value) && value >= least ? value : null;
  };
  for (const field of FIELDS) {
    const text = entries[field].trim();
    if (text === '') continue;
    const isAny = text === '-';
    switch (field) {
      case 'memory': {
        const bytes = isAny ? null : parseMemoryBytes(text);
        if (bytes === null && !isAny) return { wrong: field };
        changes.memoryBytes = bytes;
        break;
      }
      case 'timeLimit': {
        const milliseconds = isAny ? null : parseDurationMs(text);
        if (milliseconds === null && !isAny) return { wrong: field };
        changes.timeLimitSeconds = milliseconds === null ? null : milliseconds / 1000;
        break;
      }
      case 'model':
      case 'node':
        changes[field] = isAny ? null : text;
        break;
      default: {
        const value = number(field, field === 'priority' ? -100 : 0);
        if (value === null) return { wrong: field };
        if (field === 'gpus') changes.gpus = value;
        if (field === 'priority') changes.priority = value;
        if (field === 'runs') changes.needRunNum = value;
        if (field === 'retries') changes.retries = value;
      }
    }
  }
  return { changes };
}

interface EditDialogProps {
  select: Selected;
  amount: number;
  onDone: () => void;
  onClose: () => void;
}

export function EditDialog({ select, amount, onDone, onClose }: EditDialogProps) {
  const words = useWords();
  const { edit } = words;
  const [entries, setEntries] = useState(
    () => Object.fromEntries(FIELDS.map((field) => [field, ''])) as Record<Field, string>,
  );
  const [answer, setAnswer] = useState<HubAnswer<TaskChanges> | null>(null);
  const read = changesOf(entries);
  const wrong = 'wrong' in read ? read.wrong : null;
  const isEmpty = 'changes' in read && Object.keys(read.changes).length === 0;

  async function save(event: FormEvent): Promise<void> {
    event.preventDefault();
    if (!('changes' in read) || isEmpty) return;
    const told = await askHub('editTasks', { body: { select, changes: read.changes } });
    setAnswer(told);
    if (!told.ok) return;
    onDone();
    if (told.value.results.every(({ outcome }) => outcome === 'done' || outcome === 'unchanged')) onClose();
  }

  const refused = answer?.ok
    ? answer.value.results.filter(({ outcome }) => outcome !== 'done' && outcome !== 'unchanged')
    : [];
  const first = refused[0];
  return (
    <Dialog kind="question" title={edit.title(amount)} label={edit.title(amount)} onClose={onClose}>
      <form onSubmit={save} className="entry-form">
        <p className="quiet">{edit.hint}</p>
        {FIELDS.map((field) => (
          <label key={field} className="entry">
            <span>{edit.fields[field]}</span>
            <input
              className="field"
              value={entries[field]}
              placeholder={edit.examples[field]}
              maxLength={200}
              spellCheck={false}
              aria-invalid={wrong === field}
              onChange={(event) => setEntries({ ...entries, [field]: event.target.value })}
            />
          </label>
        ))}
        {wrong !== null && (
          <p className="bad" role="status">
            {edit.wrong(edit.fields[wrong], edit.examples[wrong])}
          </p>
        )}
        {answer !== null && !answer.ok && <Failure failure={answer} />}
        {first && (
          <p className="hint-bar" role="status">
            {first.id}: {visible(first.message)}
            {refused.length > 1 && ` · ${words.question.more(refused.length - 1)}`}
          </p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {words.kill.cancel}
          </button>
          <button type="submit" className="button primary" disabled={wrong !== null || isEmpty}>
            {edit.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
