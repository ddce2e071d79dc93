/** A dialog of a few named fields, one under the other: what is wrong in them stands below, and nothing is saved before it is mended. */
import type { FormEvent, ReactNode } from 'react';
import { Dialog } from '../../parts/Dialog.tsx';
import { useWords } from '../../words/words.ts';

interface EntryDialogProps<Field extends string> {
  title: string;
  hint: string;
  fields: readonly Field[];
  labels: Record<Field, string>;
  /** Shown in a field that is empty. */
  blanks: Record<Field, string>;
  entries: Record<Field, string>;
  onChange: (entries: Record<Field, string>) => void;
  /** The first field that says nothing that is understood, with an example of what would be. */
  wrong: { field: Field; example: string } | null;
  /** Nothing was changed: there is nothing to save. */
  isEmpty: boolean;
  onSave: () => Promise<void>;
  onClose: () => void;
  /** What the hub answered. */
  children: ReactNode;
}

/** Keeps no entries and understands none: both are the caller's, and so is closing it after `onSave`. Enter saves. */
export function EntryDialog<Field extends string>(props: EntryDialogProps<Field>) {
  const { title, fields, labels, blanks, entries, wrong, isEmpty, onChange, onSave, onClose } = props;
  const words = useWords();
  const mayNotSave = wrong !== null || isEmpty;
  function save(event: FormEvent): void {
    event.preventDefault();
    if (!mayNotSave) void onSave();
  }
  return (
    <Dialog kind="question" title={title} label={title} onClose={onClose}>
      <form onSubmit={save} className="entry-form">
        <p className="quiet">{props.hint}</p>
        {fields.map((field) => (
          <label key={field} className="entry">
            <span>{labels[field]}</span>
            <input
              className="field"
              value={entries[field]}
              placeholder={blanks[field]}
              maxLength={200}
              spellCheck={false}
              aria-invalid={wrong?.field === field}
              onChange={(event) => onChange({ ...entries, [field]: event.target.value })}
            />
          </label>
        ))}
        {wrong !== null && (
          <p className="bad" role="status">
            {words.edit.wrong(labels[wrong.field], wrong.example)}
          </p>
        )}
        {props.children}
        <div className="dialog-actions">
          <button type="button" className="button" onClick={onClose}>
            {words.kill.cancel}
          </button>
          <button type="submit" className="button primary" disabled={mayNotSave}>
            {words.edit.save}
          </button>
        </div>
      </form>
    </Dialog>
  );
}
