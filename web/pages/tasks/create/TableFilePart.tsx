/** The table's file: chosen or dropped, read in this browser, shown as its first rows, and what each column is to be. */
import { useId, useState } from 'react';
import { visible } from '../../../../src/lib/displayText.ts';
import type { FileRow } from '../../../../src/protocol/tableSync.ts';
import { MISSING, size, whole } from '../../../words/figures.ts';
import { useWords } from '../../../words/words.ts';
import { type ColumnRole, GIVEN_ROLES, reservedRole } from './columnRoles.ts';
import { toldProblem } from './toldProblem.ts';

export interface OpenTable {
  name: string;
  columns: string[];
  rows: FileRow[];
  sheet: string | null;
}

/** Larger files belong to the command, which reads them where they lie. */
const MOST_BYTES = 64 * 1024 * 1024;
const SHOWN_ROWS = 6;

interface TableFilePartProps {
  table: OpenTable | null;
  roles: ReadonlyMap<string, ColumnRole>;
  onOpen: (table: OpenTable | null) => void;
  onRoles: (roles: ReadonlyMap<string, ColumnRole>) => void;
}

/**
 * Up to 64 MiB; larger ones are told the command instead. A file that cannot be read is handed on as null, so that no
 * earlier one is queued in its place.
 */
export function TableFilePart({ table, roles, onOpen, onRoles }: TableFilePartProps) {
  const words = useWords();
  const id = useId();
  const [problem, setProblem] = useState<string | null>(null);
  const [isReading, setReading] = useState(false);
  const [isOver, setOver] = useState(false);

  async function open(file: File | undefined): Promise<void> {
    if (!file) return;
    setProblem(null);
    setReading(true);
    const told = await read(file, words.language);
    setReading(false);
    if ('problem' in told) setProblem(told.problem);
    onOpen('problem' in told ? null : told);
  }

  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dropping is a second way beside the file field inside. */}
      <div
        className={`table-drop ${isOver ? 'is-over' : ''}`}
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={(event) => {
          event.preventDefault();
          setOver(false);
          void open(event.dataTransfer.files[0]);
        }}
      >
        <label htmlFor={id} className="button">
          {table === null ? words.newTask.fields.file : words.newTask.another}
        </label>
        <input
          id={id}
          type="file"
          className="visually-hidden"
          accept=".csv,.tsv,.txt,.xlsx,.json"
          onChange={(event) => void open(event.target.files?.[0])}
        />
        <span>
          {isReading ? (
            words.newTask.reading
          ) : table === null ? (
            words.newTask.choose
          ) : (
            <>
              <strong>{visible(table.name)}</strong>{' '}
              {words.newTask.read(
                whole(table.rows.length),
                table.columns.length,
                table.sheet === null ? null : visible(table.sheet),
              )}
            </>
          )}
        </span>
      </div>
      {problem !== null && (
        <p className="hint-bar is-bad" role="alert">
          {problem}
        </p>
      )}
      {table && table.rows.length > 0 && <Preview table={table} roles={roles} onRoles={onRoles} />}
    </>
  );
}

/** The reader of tables is loaded when the first file is opened. */
async function read(file: File, language: string): Promise<OpenTable | { problem: string }> {
  if (file.size > MOST_BYTES)
    return {
      problem: `${visible(file.name)}: ${size(file.size)} > ${size(MOST_BYTES)}: flowline submit ${visible(file.name)}`,
    };
  const [{ readTable, formatOf }, { TableProblem }] = await Promise.all([
    import('../../../../src/tables/table.ts'),
    import('../../../../src/tables/problem.ts'),
  ]);
  try {
    const told = await readTable(new Uint8Array(await file.arrayBuffer()), {
      file: file.name,
      format: formatOf(file.name),
      resultColumns: [],
    });
    return { name: file.name, columns: told.columns, rows: told.rows, sheet: told.sheet };
  } catch (problem) {
    if (problem instanceof TableProblem) {
      const { what, hint } = await toldProblem(problem, language);
      return { problem: visible(`${what}${language === 'zh' ? '；' : '; '}${hint}`) };
    }
    return { problem: visible(String(problem)) };
  }
}

function Preview({
  table,
  roles,
  onRoles,
}: {
  table: OpenTable;
  roles: ReadonlyMap<string, ColumnRole>;
  onRoles: (roles: ReadonlyMap<string, ColumnRole>) => void;
}) {
  const words = useWords();
  const rows = table.rows.slice(0, SHOWN_ROWS);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard.
    <section className="table-preview" tabIndex={0} aria-label={words.newTask.column}>
      <table>
        <caption className="visually-hidden">
          {words.newTask.firstRows(rows.length, whole(table.rows.length))}
        </caption>
        <thead>
          <tr>
            {table.columns.map((column) => (
              <th key={column} scope="col">
                {visible(column)}
              </th>
            ))}
          </tr>
          <tr>
            {table.columns.map((column) => (
              <td key={column}>
                <RoleChoice
                  column={column}
                  role={reservedRole(column) ?? roles.get(column) ?? 'parameter'}
                  onChange={(role) => onRoles(new Map([...roles, [column, role]]))}
                />
              </td>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.key}>
              {table.columns.map((column) => (
                <td key={column} className="mono ellipsis">
                  {cellOf(row, column)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function RoleChoice({
  column,
  role,
  onChange,
}: {
  column: string;
  role: ColumnRole;
  onChange: (role: ColumnRole) => void;
}) {
  const words = useWords();
  const { roles } = words.newTask;
  // A reserved name means the same in every command and file.
  if (reservedRole(column) !== null) return <span className="quiet">{roles[role]}</span>;
  return (
    <select
      className="field small"
      aria-label={visible(column)}
      value={role}
      onChange={(event) => onChange(GIVEN_ROLES.find((each) => each === event.target.value) ?? 'parameter')}
    >
      {GIVEN_ROLES.map((each) => (
        <option key={each} value={each}>
          {roles[each]}
        </option>
      ))}
    </select>
  );
}

function cellOf(row: FileRow, column: string): string {
  switch (reservedRole(column)) {
    case 'runNum':
      return String(row.runNum);
    case 'needRunNum':
      return String(row.needRunNum);
    case 'name':
      return visible(row.name ?? MISSING);
    case 'command':
      return visible(row.command ?? MISSING);
    default:
      return visible(row.parameters.find(([name]) => name === column)?.[1] ?? MISSING);
  }
}
