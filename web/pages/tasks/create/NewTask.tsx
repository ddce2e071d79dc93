/** Queues something new from the page: one command, or a table that the reader's browser has read. */
import { useEffect, useRef, useState } from 'react';
import { visible } from '../../../../src/lib/displayText.ts';
import type { QueueStatus } from '../../../../src/protocol/queueApi.ts';
import type { SubmittedRow } from '../../../../src/protocol/tableApi.ts';
import type { FileRow } from '../../../../src/protocol/tableSync.ts';
import type { HubAnswer } from '../../../live/hub.ts';
import { CodeText } from '../../../parts/CodeText.tsx';
import { Dialog } from '../../../parts/Dialog.tsx';
import { Failure } from '../../../parts/Failure.tsx';
import { navigate, tasksPath } from '../../../router.ts';
import { whole } from '../../../words/figures.ts';
import { useWords } from '../../../words/words.ts';
import { type ColumnRole, reservedRole, withRoles } from './columnRoles.ts';
import { type Complaint, type Entries, EXAMPLES, NO_ENTRIES, readEntries } from './entries.ts';
import { ComplaintWords, Fields } from './Fields.tsx';
import { CommandPreview, Plan, type Tried } from './Plan.tsx';
import { makeRows, newIdempotencyKey, queueTable, sourceOf, submittedTable, tryTable } from './submission.ts';
import { type OpenTable, TableFilePart } from './TableFilePart.tsx';
import { toldProblem } from './toldProblem.ts';
import './newTask.css';

interface NewTaskProps {
  what: 'command' | 'table';
  queue: QueueStatus;
  onClose: () => void;
}

/** A command by itself is a table of one row. */
const ONE_ROW: FileRow = {
  key: 'command',
  row: 1,
  name: null,
  command: null,
  runNum: 0,
  needRunNum: 1,
  parameters: [],
};

/** What was typed last here, without its environment: that may hold secrets. */
let before: Entries = NO_ENTRIES;

type Made =
  | { rows: readonly SubmittedRow[]; commandText: string; problem: null }
  | { rows: null; problem: { message: string; hint: string | null } };

/**
 * Begins with what was last tried or queued since the page was loaded, never with its name or environment. Once queued
 * it closes and goes to the table, or to the command's one task.
 */
export function NewTask({ what, queue, onClose }: NewTaskProps) {
  const words = useWords();
  const { newTask } = words;
  const [entries, setEntries] = useState<Entries>(() => ({
    ...before,
    directory: before.directory || (queue.tables[0]?.workingDirectory ?? ''),
    name: '',
  }));
  const [table, setTable] = useState<OpenTable | null>(null);
  const [roles, setRoles] = useState<ReadonlyMap<string, ColumnRole>>(new Map());
  const [appends, setAppends] = useState(true);
  const [complaint, setComplaint] = useState<Complaint | null>(null);
  const [failure, setFailure] = useState<Extract<HubAnswer<unknown>, { ok: false }> | null>(null);
  const [tried, setTried] = useState<Tried | null>(null);
  const [progress, setProgress] = useState<number | null>(null);
  const key = useRef(newIdempotencyKey());
  const made = useMade(what === 'table' ? table : null, what, entries.command, appends, roles);
  const rows = made?.rows ?? null;
  const title = newTask[what];
  const isReady = rows !== null && rows.length > 0 && progress === null;

  function change(next: Entries): void {
    setEntries(next);
    setTried(null);
    // Another submit, which must not be answered as the one before.
    key.current = newIdempotencyKey();
    if (complaint !== null) setComplaint(complaintOf(next));
  }

  async function send(how: 'try' | 'queue'): Promise<void> {
    const read = readEntries(entries);
    if ('kind' in read) return setComplaint(read);
    setComplaint(null);
    setFailure(null);
    if (made === null || made.rows === null) return;
    const name = entries.name.trim() || table?.name || made.commandText.slice(0, 80);
    const body = submittedTable(name, made.commandText, read, entries.hold);
    const named =
      what === 'command'
        ? made.rows.map((row) => ({ ...row, name: entries.name.trim() || 'command' }))
        : made.rows;
    before = { ...entries, environment: '' };
    if (how === 'try') {
      const answer = await tryTable(body, named);
      if (answer.ok) setTried(answer.value);
      else setFailure(answer);
      return;
    }
    setProgress(0);
    const answer = await queueTable(body, named, key.current, setProgress);
    setProgress(null);
    if (!answer.ok) return setFailure(answer);
    onClose();
    const { table: id, firstTask } = answer.value;
    navigate(tasksPath({ table: id, task: what === 'command' ? firstTask : null }));
  }

  return (
    <Dialog kind="question" title={title} label={title} onClose={onClose}>
      <form
        className="entry-form new-task"
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady) void send('queue');
        }}
      >
        {what === 'table' && (
          <TableFilePart
            table={table}
            roles={roles}
            onOpen={(opened) => {
              setTable(opened);
              setRoles(new Map());
              setTried(null);
            }}
            onRoles={setRoles}
          />
        )}
        <label className="entry wide">
          <span>{newTask.fields.command}</span>
          <textarea
            className="field mono"
            rows={2}
            value={entries.command}
            placeholder={EXAMPLES.command}
            maxLength={4000}
            spellCheck={false}
            onChange={(event) => change({ ...entries, command: event.target.value })}
          />
        </label>
        {what === 'table' && (
          <>
            <label className="check-label">
              <input
                type="checkbox"
                checked={appends && !entries.command.includes('{')}
                disabled={entries.command.includes('{')}
                onChange={(event) => setAppends(event.target.checked)}
              />
              {newTask.append}
            </label>
            <p className="quiet">{newTask.appendHint}</p>
          </>
        )}
        {made?.problem && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
          <pre className="command-problem" role="status" tabIndex={0}>
            {visibleLines(made.problem.message)}
            {made.problem.hint === null ? '' : `\n${visibleLines(made.problem.hint)}`}
          </pre>
        )}
        {rows !== null && rows.length > 0 && (entries.command.trim() !== '' || what === 'table') && (
          <CommandPreview rows={rows} />
        )}
        <Fields
          entries={entries}
          onChange={change}
          queue={queue}
          wrong={complaint}
          forTable={what === 'table'}
        />
        {what === 'table' && (
          <p className="quiet">
            <CodeText text={newTask.wroteBack} />
          </p>
        )}
        <ComplaintWords complaint={complaint} />
        {failure && <Failure failure={failure} />}
        {tried && <Plan tried={tried} rows={made?.rows ?? []} />}
        {progress !== null && (
          <p role="status">{newTask.queueing(whole(progress), whole(rows?.length ?? 0))}</p>
        )}
        <div className="dialog-actions">
          <button type="button" className="button" disabled={!isReady} onClick={() => void send('try')}>
            {newTask.try}
          </button>
          <button type="submit" className="button primary" disabled={!isReady}>
            {what === 'table' && rows !== null ? newTask.queueRows(whole(rows.length)) : newTask.queue}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

function complaintOf(entries: Entries): Complaint | null {
  const read = readEntries(entries);
  return 'kind' in read ? read : null;
}

/** Lines stay lines: a problem points at a place in the one above. */
const visibleLines = (text: string): string => text.split('\n').map(visible).join('\n');

/** The rows with their commands as they stand while one types; null while there is nothing to make. */
function useMade(
  table: OpenTable | null,
  what: 'command' | 'table',
  line: string,
  appends: boolean,
  roles: ReadonlyMap<string, ColumnRole>,
): Made | null {
  const words = useWords();
  const [made, setMade] = useState<Made | null>(null);
  const { language } = words;
  const { noFlags, empty } = words.newTask;
  useEffect(() => {
    let isCurrent = true;
    const make = async (): Promise<Made | null> => {
      if (what === 'table' && table === null) return null;
      const rows = what === 'table' && table ? withRoles(table.rows, roles) : [ONE_ROW];
      if (rows.length === 0) return { rows: null, problem: { message: empty, hint: null } };
      const hasOwn = rows.some((row) => row.command !== null);
      if (line.trim() === '' && !hasOwn) return null;
      const columns = (table?.columns ?? []).filter(
        (column) => reservedRole(column) === null && (roles.get(column) ?? 'parameter') === 'parameter',
      );
      if (line.trim() === '')
        return madeOf(await makeRows({ kind: 'column', column: 'cmd' }, columns, rows, language));
      const source = await sourceOf(line, what === 'table' && appends && !line.includes('{')).catch(
        (problem: unknown) => ({ problem }),
      );
      if (source === null) return { rows: null, problem: { message: noFlags, hint: null } };
      if ('problem' in source) return { rows: null, problem: await sourceProblem(source.problem, language) };
      return madeOf(await makeRows(source, columns, rows, language));
    };
    make().then((now) => isCurrent && setMade(now));
    return () => {
      isCurrent = false;
    };
  }, [table, what, line, appends, roles, noFlags, empty, language]);
  return made;
}

async function sourceProblem(
  problem: unknown,
  language: string,
): Promise<{ message: string; hint: string | null }> {
  const { CommandProblem } = await import('../../../../src/tables/command/problem.ts');
  if (!(problem instanceof CommandProblem)) return { message: String(problem), hint: null };
  const { what, hint } = await toldProblem(problem, language);
  return { message: what, hint };
}

const madeOf = (told: Awaited<ReturnType<typeof makeRows>>): Made =>
  told.ok
    ? { rows: told.rows, commandText: told.commandText, problem: null }
    : { rows: null, problem: { message: told.message, hint: told.hint } };
