/** Runs of a table as rows, of which only those in view are drawn and asked for; 100,000 scroll as well as ten. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type RefObject, useEffect, useMemo, useRef } from 'react';
import { visible } from '../../../src/lib/displayText.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { usePreferences } from '../../live/preferences.ts';
import type { TaskRows } from '../../live/taskRows.ts';
import { useIsPhone } from '../../live/useWidth.ts';
import { MISSING } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import { ALL_PX, NARROW_PX, parameterColumns } from './columns.ts';
import type { Moving } from './moving/useMoving.ts';
import { useRowDrag } from './moving/useRowDrag.ts';
import { isTall } from './Reason.tsx';
import { RunRow } from './RunRow.tsx';
import type { Choice } from './useTaskKeys.ts';

/** Longer lists have rows of one height, so that a scroll bar means a place. */
const MOST_WITH_TALL_ROWS = 2000;
const OVERSCAN = 12;

interface RunsTableProps {
  rows: TaskRows;
  scroller: RefObject<HTMLElement | null>;
  choice: Choice;
  mayChoose: boolean;
  openId: string | null;
  label: string;
  onOpen: (task: Task) => void;
  onDecide: (task: Task, action: 'kill' | 'release') => void;
  onMenu: (button: HTMLElement, task: Task, place: number) => void;
  moving: Moving;
  /** Told the function that brings a row into view. */
  revealer: RefObject<(place: number) => void>;
}

/**
 * Choice, rows and moves come from outside. A row that has not come yet is a dash; on a telephone, and from 2,001 rows
 * on, all are of one height.
 */
export function RunsTable(props: RunsTableProps) {
  const { rows, scroller, choice, mayChoose, openId, label, onOpen, onDecide, onMenu, moving, revealer } =
    props;
  const words = useWords();
  const phone = useIsPhone();
  const { density } = usePreferences();
  const body = useRef<HTMLTableSectionElement>(null);
  /** The row that is to have the focus. */
  const wanted = useRef<number | null>(null);
  const total = rows.total ?? 0;
  const short = total > MOST_WITH_TALL_ROWS;
  const height = phone ? 62 : density === 'compact' ? 22 : 30;
  const tall = phone ? 62 : density === 'compact' ? 36 : 43;
  const virtualizer = useVirtualizer({
    count: total,
    getScrollElement: () => scroller.current,
    estimateSize: (place) => (!short && isTall(rows.rowAt(place)) ? tall : height),
    overscan: OVERSCAN,
    scrollMargin: body.current?.offsetTop ?? 0,
    scrollPaddingStart: 34,
  });
  const shown = virtualizer.getVirtualItems();
  const first = shown[0]?.index ?? 0;
  const last = shown.at(-1)?.index ?? 0;
  const { want, rowAt, version } = rows;
  useEffect(() => want(first, last), [want, first, last]);
  // Rows came or changed: their heights with them. A long list has rows of one height, and measuring it takes a while.
  const measured = short ? null : version;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each answer may have made rows taller.
  useEffect(() => virtualizer.measure(), [virtualizer, measured, short, height]);

  const head = rowAt(0);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the columns are those of the first rows, not of each scroll.
  const columns = useMemo(
    () =>
      parameterColumns(
        Array.from({ length: Math.min(200, total) }, (_, place) => rowAt(place)).filter(
          (row) => row !== null,
        ),
        openId === null ? ALL_PX : NARROW_PX,
      ),
    [openId === null, head?.tableId, head?.parameters.length, total > 0],
  );
  const withName = columns.shown.length === 0;
  const count = columns.shown.length + (withName ? 1 : 0) + (mayChoose ? 7 : 5);

  revealer.current = (place) => {
    virtualizer.scrollToIndex(place);
    wanted.current = place;
    focusWanted();
  };
  // Now, or once it is drawn: a row far away is asked for first.
  const focusWanted = (): void => {
    const row = body.current?.querySelector<HTMLElement>(`[data-place="${wanted.current}"]`);
    if (!row) return;
    row.focus({ preventScroll: true });
    wanted.current = null;
  };
  useEffect(() => {
    if (wanted.current !== null) focusWanted();
  });

  const {
    drag,
    label: dragLabel,
    grab,
  } = useRowDrag({
    scroller,
    rowAt,
    movedWith: (task) =>
      choice.ids.has(task.id) ? moving.of(choice.ids) : { ids: [task.id], priority: task.priority },
    onDrop: moving.put,
  });
  const moved = useMemo(() => new Set((drag?.moved ?? moving.picking)?.ids), [drag?.moved, moving.picking]);
  const kind = drag ? 'is-dragging' : moving.picking ? 'is-picking' : '';

  const before = (shown[0]?.start ?? 0) - virtualizer.options.scrollMargin;
  const after = virtualizer.getTotalSize() - ((shown.at(-1)?.end ?? 0) - virtualizer.options.scrollMargin);
  const heads = words.tasks.columns;
  return (
    <>
      <table className={`runs ${kind}`} aria-label={label} aria-rowcount={total + 1}>
        <thead>
          <tr>
            {mayChoose && (
              <th className="select-cell">
                <span className="visually-hidden">{words.process.selectAll}</span>
              </th>
            )}
            <th className="state-cell">{heads.state}</th>
            <th className="task-cell">{heads.task}</th>
            {withName && <th className="name-cell">{heads.name}</th>}
            {columns.shown.map((column) => (
              <th
                key={column.name}
                className={`parameter-cell ${column.isFigure ? 'figure' : ''}`}
                style={{ width: column.widthPx }}
              >
                {visible(column.name)}
              </th>
            ))}
            <th className="gpu-cell">{heads.gpu}</th>
            <th className="took-cell figure">{heads.took}</th>
            <th className="why-cell">
              {heads.why}
              {columns.left > 0 && <span className="quiet"> · {words.tasks.columnsMore(columns.left)}</span>}
            </th>
            {mayChoose && (
              <th className="menu-cell">
                <span className="visually-hidden">{words.move.menu}</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody ref={body}>
          <Spacer height={before} columns={count} />
          {shown.map(({ index, size }) => {
            const task = rowAt(index);
            return task ? (
              <RunRow
                key={index}
                task={task}
                place={index}
                height={size}
                columns={columns.shown}
                withName={withName}
                short={short || phone}
                isOpen={task.id === openId}
                isCursor={index === choice.cursor}
                isChosen={choice.ids.has(task.id)}
                mayChoose={mayChoose}
                onOpen={onOpen}
                onDecide={onDecide}
                onToggle={choice.toggle}
                onUpTo={choice.upTo}
                onFocus={choice.setCursor}
                drop={drag?.at?.place === index ? drag.at.side : null}
                isMoved={moved.has(task.id)}
                onGrab={grab}
                onMenu={onMenu}
              />
            ) : (
              <tr key={index} aria-rowindex={index + 2} className="is-coming" style={{ height: size }}>
                <td colSpan={count}>{MISSING}</td>
              </tr>
            );
          })}
          <Spacer height={after} columns={count} />
        </tbody>
      </table>
      {drag && (
        <div ref={dragLabel} className="drag-label" aria-hidden="true">
          {drag.moved.ids.length === 1 ? drag.moved.ids[0] : words.tasks.chosenWords(drag.moved.ids.length)}
        </div>
      )}
    </>
  );
}

function Spacer({ height, columns }: { height: number; columns: number }) {
  return height > 0 ? (
    <tr className="spacer" style={{ height }}>
      <td colSpan={columns} />
    </tr>
  ) : null;
}
