/** Changes a whole table: how many of it run at once, its priority, and what its rows ask that do not say so themselves. */
import { useState } from 'react';
import { visible } from '../../../src/lib/displayText.ts';
import { parseMemoryBytes } from '../../../src/lib/durations.ts';
import type { Table } from '../../../src/model/queue.ts';
import { askHub, type HubAnswer } from '../../live/hub.ts';
import { Failure } from '../../parts/Failure.tsx';
import { gibOf } from '../../words/waiting.ts';
import { useWords } from '../../words/words.ts';
import { EntryDialog } from './EntryDialog.tsx';

const FIELDS = ['maxRunning', 'priority', 'memory'] as const;
type Field = (typeof FIELDS)[number];

export interface TableChanges {
  maxRunning?: number | null;
  priority?: number;
  memoryBytes?: number | null;
}

/**
 * What the fields say otherwise than before, or the first that says nothing that is understood. A field nobody touched is
 * not sent: memory is shown rounded, and would be changed by what it is rounded by.
 */
export function tableChanges(
  entries: Record<Field, string>,
  before: Record<Field, string>,
): TableChanges | { wrong: Field } {
  const whole = (text: string, least: number, most: number): number | null => {
    const value = Number(text);
    return text.trim() !== '' && Number.isInteger(value) && value >= least && value <= most ? value : null;
  };
  const isBlank = (field: Field): boolean => entries[field].trim() === '';
  const maxRunning = isBlank('maxRunning') ? null : whole(entries.maxRunning, 1, 1_000_000);
  if (maxRunning === null && !isBlank('maxRunning')) return { wrong: 'maxRunning' };
  const priority = isBlank('priority') ? 0 : whole(entries.priority, -100, 100);
  if (priority === null) return { wrong: 'priority' };
  const memoryBytes = isBlank('memory') ? null : parseMemoryBytes(entries.memory);
  if (memoryBytes === null && !isBlank('memory')) return { wrong: 'memory' };
  const isTouched = (field: Field): boolean => entries[field].trim() !== before[field].trim();
  return {
    ...(isTouched('maxRunning') ? { maxRunning } : {}),
    ...(isTouched('priority') ? { priority } : {}),
    ...(isTouched('memory') ? { memoryBytes } : {}),
  };
}

/** An empty field is a wish too: no limit, priority 0, memory as learned. Closes once the hub has taken it. */
export function TableDialog({ table, onClose }: { table: Table; onClose: () => void }) {
  const words = useWords();
  const { tableEdit, newTask } = words;
  const { ask, priority } = table.options;
  // As it was when the dialog opened: the table may change meanwhile.
  const [before] = useState<Record<Field, string>>({
    maxRunning: table.maxRunning === null ? '' : String(table.maxRunning),
    priority: String(priority),
    memory: ask.memoryBytes === null ? '' : `${gibOf(ask.memoryBytes)}G`.replaceAll('\u2009', ''),
  });
  const [entries, setEntries] = useState(before);
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  const read = tableChanges(entries, before);

  async function save(): Promise<void> {
    if ('wrong' in read) return;
    const told = await askHub('changeTable', { parameters: { id: table.id }, body: read });
    if (told.ok) onClose();
    else setFailure(told);
  }

  return (
    <EntryDialog
      title={tableEdit.title(visible(table.name))}
      hint={tableEdit.hint}
      fields={FIELDS}
      labels={newTask.fields}
      blanks={tableEdit.blank}
      entries={entries}
      onChange={setEntries}
      wrong={'wrong' in read ? { field: read.wrong, example: tableEdit.examples[read.wrong] } : null}
      isEmpty={Object.keys(read).length === 0}
      onSave={save}
      onClose={onClose}
    >
      {failure && <Failure failure={failure} />}
    </EntryDialog>
  );
}
