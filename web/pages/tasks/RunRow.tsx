/** One run as a row: its state, its parameters, where it runs, how long, and why it waits or what came of it. */
import { memo } from 'react';
import { visible } from '../../../src/lib/displayText.ts';
import type { Attempt } from '../../../src/model/task.ts';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { useHubNow } from '../../live/hubClock.ts';
import { Icon } from '../../parts/Icon.tsx';
import { RunStateWord } from '../../parts/RunGlyph.tsx';
import { MISSING, span } from '../../words/figures.ts';
import { useWords } from '../../words/words.ts';
import type { ParameterColumn } from './columns.ts';
import { waitsInLine } from './moving/moves.ts';
import { Reason } from './Reason.tsx';
import { StartsIn } from './TimeToCome.tsx';
import { whereWords } from './where.ts';

interface RunRowProps {
  task: Task;
  place: number;
  height: number;
  columns: readonly ParameterColumn[];
  withName: boolean;
  short: boolean;
  isOpen: boolean;
  isCursor: boolean;
  isChosen: boolean;
  mayChoose: boolean;
  onOpen: (task: Task) => void;
  onDecide: (task: Task, action: 'kill' | 'release') => void;
  onToggle: (place: number) => void;
  onUpTo: (place: number) => void;
  onFocus: (place: number) => void;
  /** On which side of it rows would be put that are dragged. */
  drop: 'before' | 'behind' | null;
  /** It is being moved. */
  isMoved: boolean;
  onGrab: (event: { clientX: number; clientY: number }, task: Task) => void;
  onMenu: (button: HTMLElement, task: Task, place: number) => void;
}

export const RunRow = memo(function RunRow(props: RunRowProps) {
  const { task, place, height, columns, withName, short, isOpen, isCursor, isChosen, mayChoose } = props;
  const words = useWords();
  return (
    <tr
      data-place={place}
      aria-rowindex={place + 2}
      aria-selected={mayChoose ? isChosen : undefined}
      tabIndex={isCursor ? 0 : -1}
      className={`${isOpen ? 'is-open' : ''} ${isChosen ? 'chosen' : ''} ${props.isMoved ? 'is-moved' : ''} ${props.drop === null ? '' : `drop-${props.drop}`}`}
      style={{ height }}
      onFocus={() => props.onFocus(place)}
      onClick={() => props.onOpen(task)}
    >
      {mayChoose && (
        <td className="select-cell">
          {waitsInLine(task) && <Handle onGrab={(event) => props.onGrab(event, task)} />}
          <input
            type="checkbox"
            tabIndex={-1}
            checked={isChosen}
            aria-label={words.tasks.choose(task.id)}
            onChange={() => {}}
            onClick={(event) => {
              event.stopPropagation();
              if (event.shiftKey) props.onUpTo(place);
              else props.onToggle(place);
            }}
          />
        </td>
      )}
      <td className="state-cell">
        <RunStateWord state={task.state} />
      </td>
      <td className="task-cell mono">
        {task.id}
        {task.needRunNum > 1 && task.attempts.length > 0 && (
          <span className="quiet">·r{task.attempts.at(-1)?.run}</span>
        )}
      </td>
      {withName && <td className="name-cell ellipsis">{visible(task.name)}</td>}
      {columns.map((column) => {
        const value = task.parameters.find(([name]) => name === column.name)?.[1];
        return (
          <td
            key={column.name}
            className={`parameter-cell mono ellipsis ${column.isFigure ? 'figure' : ''}`}
            title={value === undefined ? undefined : visible(value)}
          >
            {value === undefined ? <span className="quiet">{MISSING}</span> : visible(value)}
          </td>
        );
      })}
      {waitsWithoutAttempt(task) && task.startsAtMs !== null ? (
        // What has neither card nor time yet has room to say when.
        <td className="starts-cell figure ellipsis" colSpan={2}>
          <StartsIn task={task} otherwise={MISSING} />
        </td>
      ) : (
        <>
          <td className="gpu-cell ellipsis">
            <Where task={task} />
          </td>
          <td className="took-cell figure">
            <Took attempt={waitsWithoutAttempt(task) ? undefined : task.attempts.at(-1)} />
          </td>
        </>
      )}
      <td className="why-cell ellipsis">
        <Reason task={task} short={short} onDecide={(action) => props.onDecide(task, action)} />
      </td>
      {mayChoose && (
        <td className="menu-cell">
          <button
            type="button"
            tabIndex={-1}
            className="icon-button"
            aria-haspopup="menu"
            aria-label={words.move.menuOf(task.id)}
            onClick={(event) => {
              event.stopPropagation();
              props.onMenu(event.currentTarget, task, place);
            }}
          >
            <Icon name="more" />
          </button>
        </td>
      )}
    </tr>
  );
});

/** For the pointer only: the row's menu and Alt ↑ ↓ do the same. */
function Handle({ onGrab }: { onGrab: (event: { clientX: number; clientY: number }) => void }) {
  return (
    <span
      className="row-handle"
      aria-hidden="true"
      onClick={(event) => event.stopPropagation()}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        // Neither text is selected nor the list scrolled by the finger that drags.
        event.preventDefault();
        onGrab(event);
      }}
    >
      <Icon name="grip" />
    </span>
  );
}

const waitsWithoutAttempt = (task: Task): boolean =>
  task.state === 'queued' || task.state === 'held' || task.state === 'impossible';

/** `vega GPU 0, 1`; for one that warms up where it is expected. */
function Where({ task }: { task: Task }) {
  const words = useWords();
  const attempt = task.attempts.at(-1);
  if (waitsWithoutAttempt(task) || !attempt) {
    if (task.waiting?.kind !== 'warm-up') return <span className="quiet">{MISSING}</span>;
    return (
      <span className="quiet">
        → {words.tasks.gpuOf(visible(task.waiting.node), String(task.waiting.gpuIndex))}
      </span>
    );
  }
  return whereWords(words, attempt);
}

function Took({ attempt }: { attempt: Attempt | undefined }) {
  const words = useWords();
  const nowMs = useHubNow();
  if (!attempt) return <span className="quiet">{MISSING}</span>;
  const from = attempt.startedAtMs ?? attempt.leasedAtMs;
  return span(words, (attempt.endedAtMs ?? nowMs) - from);
}
