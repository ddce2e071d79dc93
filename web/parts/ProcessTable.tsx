/**
 * Processes as a table: sortable by each column, by memory at first. Rows are walked with the arrows; X selects, ⇧X
 * up to here, Enter opens the detail, Delete asks to end the selected (or this one).
 */
import { type KeyboardEvent, useMemo, useRef, useState } from 'react';
import { killHindrance, useAccount } from '../live/account.ts';
import { keyName } from '../live/shortcuts.ts';
import { useWords } from '../words/words.ts';
import { useActions } from './actions.ts';
import { CodeText } from './CodeText.tsx';
import { ProcessCells } from './ProcessCells.tsx';
import {
  type ProcessColumn,
  type ProcessRow,
  type Sorting,
  sortRows,
  sortsDescending,
} from './processRows.ts';
import './processTable.css';

interface ProcessTableProps {
  rows: readonly ProcessRow[];
  /** What the table is about, for a screen reader. */
  label: string;
  showMachine?: boolean;
  /** With boxes to choose several, and the button that ends them. */
  selectable?: boolean;
  onEnded?: () => void;
}

/** More rows than this are drawn only when asked for. */
const FIRST_ROWS = 200;

const COLUMNS: ProcessColumn[] = ['gpu', 'owner', 'memory', 'sm', 'cpu', 'ram', 'running'];

/**
 * Draws 200 rows until more are asked for. `selectable` gives boxes only to who may end processes; others are told how
 * to come by that.
 */
export function ProcessTable({
  rows,
  label,
  showMachine = false,
  selectable = false,
  onEnded,
}: ProcessTableProps) {
  const words = useWords();
  const { endProcesses, showProcess } = useActions();
  const account = useAccount();
  const hindrance = killHindrance(account);
  // Boxes that lead nowhere are not offered: above the table stands how to come by them.
  const mayChoose = selectable && hindrance === null;
  const [sorting, setSorting] = useState<Sorting>({ column: 'memory', descending: true });
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const [cursor, setCursor] = useState<string | null>(null);
  const [anchor, setAnchor] = useState<string | null>(null);
  const [all, setAll] = useState(false);
  const body = useRef<HTMLTableSectionElement>(null);
  // A search asks machines, not drivers: it knows no SM utilisation.
  const withSm = rows.some((row) => row.onGpus.length > 0);
  const sorted = useMemo(() => sortRows(rows, sorting), [rows, sorting]);
  const shown = all ? sorted : sorted.slice(0, FIRST_ROWS);
  const selected = sorted.filter((row) => chosen.has(row.key) && row.pid !== null);
  const cursorKey = shown.some((row) => row.key === cursor) ? cursor : (shown[0]?.key ?? null);

  const chooseUpTo = (place: number): void => {
    const from = Math.max(
      0,
      shown.findIndex((row) => row.key === anchor),
    );
    const between = shown.slice(Math.min(from, place), Math.max(from, place) + 1);
    setChosen(new Set([...chosen, ...between.flatMap((row) => (row.pid === null ? [] : [row.key]))]));
  };
  const toggle = (row: ProcessRow): void => {
    if (row.pid === null || !mayChoose) return;
    setAnchor(row.key);
    const next = new Set(chosen);
    if (!next.delete(row.key)) next.add(row.key);
    setChosen(next);
  };

  function onKeyDown(event: KeyboardEvent): void {
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    const place = shown.findIndex((row) => row.key === cursorKey);
    const row = shown[place];
    if (!row) return;
    const go = (to: number): void => {
      const next = shown[Math.min(shown.length - 1, Math.max(0, to))];
      if (!next) return;
      setCursor(next.key);
      body.current?.querySelector<HTMLElement>(`[data-key="${CSS.escape(next.key)}"]`)?.focus();
    };
    const keys: Record<string, () => void> = {
      down: () => go(place + 1),
      j: () => go(place + 1),
      up: () => go(place - 1),
      k: () => go(place - 1),
      home: () => go(0),
      end: () => go(shown.length - 1),
      enter: () => showProcess(row),
      x: () => toggle(row),
      'shift x': () => chooseUpTo(place),
      delete: () => endProcesses(selected.length > 0 ? selected : [row], onEnded),
    };
    const act = keys[keyName(event.key)];
    if (!act || (event.target instanceof HTMLButtonElement && event.key === 'Enter')) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  const head = (column: ProcessColumn, name: string, kind = '') => (
    <SortHead key={column} column={column} name={name} kind={kind} sorting={sorting} onSort={setSorting} />
  );
  return (
    <>
      {selectable && account.who !== null && hindrance !== null && (
        <p className="table-hint quiet">
          <CodeText text={words.kill[hindrance]} />
        </p>
      )}
      <table className={`processes${showMachine ? ' with-machine' : ''}`} aria-label={label}>
        <thead>
          <tr>
            {mayChoose && (
              <th className="select-cell">
                <SelectAll rows={shown} chosen={chosen} onChange={setChosen} />
              </th>
            )}
            {showMachine && head('machine', words.process.machine)}
            {COLUMNS.filter((column) => column !== 'sm' || withSm).map((column) =>
              head(column, words.process[column], ['gpu', 'owner'].includes(column) ? '' : 'figure'),
            )}
            <th className="where-cell">{words.process.where}</th>
            {head('command', words.process.command)}
            {head('pid', words.process.pid, 'figure')}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={onKeyDown}>
          {shown.map((row) => (
            <tr
              key={row.key}
              data-key={row.key}
              tabIndex={row.key === cursorKey ? 0 : -1}
              aria-selected={mayChoose ? chosen.has(row.key) : undefined}
              className={chosen.has(row.key) ? 'chosen' : ''}
              onFocus={() => setCursor(row.key)}
              onClick={() => showProcess(row)}
            >
              {mayChoose && (
                <td className="select-cell">
                  {row.pid !== null && (
                    <input
                      type="checkbox"
                      tabIndex={-1}
                      checked={chosen.has(row.key)}
                      aria-label={words.process.select(row.pid)}
                      onClick={(event) => event.stopPropagation()}
                      onChange={() => toggle(row)}
                    />
                  )}
                </td>
              )}
              <ProcessCells row={row} showMachine={showMachine} withSm={withSm} />
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length < sorted.length && (
        <button type="button" className="button small" onClick={() => setAll(true)}>
          {words.process.showMore(sorted.length - shown.length)}
        </button>
      )}
      {mayChoose && (
        <div className="table-foot">
          <button
            type="button"
            className="button small danger"
            disabled={selected.length === 0}
            onClick={() => endProcesses(selected, onEnded)}
          >
            {selected.length > 1 ? words.kill.endSelected(selected.length) : words.kill.end}
          </button>
          {selected.length > 0 && <span>{words.process.selected(selected.length)}</span>}
          <span className="quiet">{words.processes.keys}</span>
        </div>
      )}
    </>
  );
}

interface SelectAllProps {
  rows: readonly ProcessRow[];
  chosen: ReadonlySet<string>;
  onChange: (chosen: ReadonlySet<string>) => void;
}

/** The box in the head: all rows that are shown, or none; half where only some are chosen. */
function SelectAll({ rows, chosen, onChange }: SelectAllProps) {
  const words = useWords();
  const keys = rows.flatMap((row) => (row.pid === null ? [] : [row.key]));
  const amount = keys.filter((key) => chosen.has(key)).length;
  const every = amount > 0 && amount === keys.length;
  return (
    <input
      type="checkbox"
      aria-label={words.process.selectAll}
      title={words.process.selectAll}
      disabled={keys.length === 0}
      checked={every}
      ref={(box) => {
        if (box) box.indeterminate = amount > 0 && !every;
      }}
      onChange={() => onChange(new Set(every ? [] : keys))}
    />
  );
}

interface SortHeadProps {
  column: ProcessColumn;
  name: string;
  kind: string;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
}

function SortHead({ column, name, kind, sorting, onSort }: SortHeadProps) {
  const words = useWords();
  const sorted = sorting.column === column;
  return (
    <th
      className={`${kind} ${column}-cell`}
      aria-sort={sorted ? (sorting.descending ? 'descending' : 'ascending') : 'none'}
    >
      <button
        type="button"
        className={sorted ? 'ink' : ''}
        title={words.process.sortBy(name)}
        onClick={() => onSort({ column, descending: sorted ? !sorting.descending : sortsDescending(column) })}
      >
        {name}
        {sorted && <span aria-hidden="true">{sorting.descending ? ' ↓' : ' ↑'}</span>}
      </button>
    </th>
  );
}
