/** Fields that a command and a table share: where it runs, what it asks, and the rarer wishes under "More". */
import { useId } from 'react';
import { visible } from '../../../../src/lib/displayText.ts';
import type { QueueStatus } from '../../../../src/protocol/queueApi.ts';
import { useFleet } from '../../../live/useLive.ts';
import { useWords } from '../../../words/words.ts';
import { type Complaint, type Entries, type EntryField, EXAMPLES } from './entries.ts';

interface FieldsProps {
  entries: Entries;
  onChange: (entries: Entries) => void;
  queue: QueueStatus;
  wrong: Complaint | null;
  forTable: boolean;
}

/**
 * Marks the field that `wrong` is about and leaves its words to ComplaintWords. Offers the directories of tables that
 * are in the queue, 50 at most.
 */
export function Fields({ entries, onChange, queue, wrong, forTable }: FieldsProps) {
  const words = useWords();
  const fleet = useFleet();
  const directoriesId = useId();
  const { fields } = words.newTask;
  const directories = [...new Set(queue.tables.map((table) => table.workingDirectory))].slice(0, 50);
  const isWrong = (field: EntryField): boolean =>
    wrong !== null && wrong.kind !== 'environment' && wrong.field === field;
  const field = (name: Exclude<EntryField, 'command' | 'environment' | 'node'>, hint?: string) => (
    <label key={name} className="entry">
      <span>
        {fields[name]}
        {hint !== undefined && <span className="quiet"> · {hint}</span>}
      </span>
      <input
        className={`field ${name === 'directory' ? 'mono' : ''}`}
        value={entries[name]}
        placeholder={name === 'memory' ? `${EXAMPLES.memory}; ${words.newTask.memoryHint}` : EXAMPLES[name]}
        maxLength={1000}
        spellCheck={false}
        list={name === 'directory' ? directoriesId : undefined}
        aria-invalid={isWrong(name)}
        onChange={(event) => onChange({ ...entries, [name]: event.target.value })}
      />
    </label>
  );
  return (
    <>
      {field('directory', words.newTask.directoryHint)}
      <datalist id={directoriesId}>
        {directories.map((directory) => (
          <option key={directory} value={directory} />
        ))}
      </datalist>
      <div className="entry-pair">
        {field('gpus')}
        {field('memory')}
        {field('model')}
        <label className="entry">
          <span>{fields.node}</span>
          <select
            className="field"
            value={entries.node}
            onChange={(event) => onChange({ ...entries, node: event.target.value })}
          >
            <option value="">{words.newTask.anyMachine}</option>
            {(fleet?.order ?? []).map((id) => (
              <option key={id} value={id}>
                {visible(fleet?.nodes[id]?.name ?? id)}
              </option>
            ))}
          </select>
        </label>
      </div>
      <details>
        <summary>{words.newTask.more}</summary>
        <div className="entry-pair">
          {field('name')}
          {field('priority')}
          {field('retries')}
          {field('timeLimit')}
          {forTable && field('maxRunning')}
        </div>
        <label className="entry">
          <span>
            {fields.environment}
            <span className="quiet"> · {words.newTask.environmentHint}</span>
          </span>
          <textarea
            className="field mono"
            rows={3}
            value={entries.environment}
            placeholder={EXAMPLES.environment}
            maxLength={100_000}
            spellCheck={false}
            autoComplete="off"
            aria-invalid={wrong?.kind === 'environment'}
            onChange={(event) => onChange({ ...entries, environment: event.target.value })}
          />
        </label>
        <label className="check-label">
          <input
            type="checkbox"
            checked={entries.hold}
            onChange={(event) => onChange({ ...entries, hold: event.target.checked })}
          />
          {words.newTask.hold}
        </label>
      </details>
    </>
  );
}

/** What is wrong, in words; nothing while nothing was tried. */
export function ComplaintWords({ complaint }: { complaint: Complaint | null }) {
  const words = useWords();
  if (complaint === null) return null;
  const { newTask } = words;
  const text =
    complaint.kind === 'environment'
      ? newTask.badEnvironment(visible(complaint.line))
      : complaint.kind === 'needed'
        ? newTask.needed(newTask.fields[complaint.field])
        : newTask.wrong(newTask.fields[complaint.field], EXAMPLES[complaint.field]);
  return (
    <p className="bad" role="status">
      {text}
    </p>
  );
}
