/** Changes what waiting tasks ask for: a field that is left empty stays as it is. */
import { useState } from 'react';
import type * as z from 'zod';
import { visible } from '../../../src/lib/displayText.ts';
import { parseDurationMs, parseMemoryBytes } from '../../../src/lib/durations.ts';
import type { taskApi } from '../../../src/protocol/taskApi.ts';
import { remarkText } from '../../../src/scheduling/remarkText.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import type { TaskChanges } from '../../live/tasks.ts';
import { Failure } from '../../parts/Failure.tsx';
import { useWords } from '../../words/words.ts';
import { EntryDialog } from './EntryDialog.tsx';
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

/**
 * `-` takes back a wish for memory, model, machine or time. Closes by itself only where nothing was refused; else it
 * names the first that was and counts the others.
 */
export function EditDialog({ select, amount, onDone, onClose }: EditDialogProps) {
  const words = useWords();
  const { edit } = words;
  const [entries, setEntries] = useState(
    () => Object.fromEntries(FIELDS.map((field) => [field, ''])) as Record<Field, string>,
  );
  const [answer, setAnswer] = useState<HubAnswer<TaskChanges> | null>(null);
  const read = changesOf(entries);

  async function save(): Promise<void> {
    if (!('changes' in read)) return;
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
    <EntryDialog
      title={edit.title(amount)}
      hint={edit.hint}
      fields={FIELDS}
      labels={edit.fields}
      blanks={edit.examples}
      entries={entries}
      onChange={setEntries}
      wrong={'wrong' in read ? { field: read.wrong, example: edit.examples[read.wrong] } : null}
      isEmpty={'changes' in read && Object.keys(read.changes).length === 0}
      onSave={save}
      onClose={onClose}
    >
      {answer !== null && !answer.ok && <Failure failure={answer} />}
      {first && (
        <p className="hint-bar" role="status">
          {first.id}:{' '}
          {first.remark === null ? visible(first.message) : remarkText(first.remark, words.remarks)}
          {refused.length > 1 && ` · ${words.question.more(refused.length - 1)}`}
        </p>
      )}
    </EntryDialog>
  );
}
