/** The cursor and the choice among rows: J and K move, X chooses, ⇧X up to here, Enter opens, Delete asks to end, Alt ↑ ↓ move the row itself. */
import { useRef, useState } from 'react';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { useShortcuts } from '../../live/shortcuts.ts';
import type { TaskRows } from '../../live/taskRows.ts';

export interface Choice {
  /** Each with the place at which it stood when it was chosen. */
  ids: ReadonlyMap<string, number>;
  cursor: number;
  setCursor: (place: number) => void;
  toggle: (place: number) => void;
  upTo: (place: number) => void;
  setIds: (ids: ReadonlyMap<string, number>) => void;
}

interface KeyOptions {
  rows: TaskRows;
  /** Brings a row into view and gives it the focus. */
  reveal: (place: number) => void;
  open: (task: Task) => void;
  /** Answers false where there is nothing to close. */
  close: () => unknown;
  /** Asks to end what is chosen, or this one. */
  end: () => void;
  /** Moves what is chosen, or this one, in the queue. */
  step: (step: -1 | 1) => void;
}

/** Keys of the list; rest while somebody types. */
export function useTaskKeys({ rows, reveal, open, close, end, step }: KeyOptions): Choice {
  const [ids, setIds] = useState<ReadonlyMap<string, number>>(new Map());
  const [cursor, setCursor] = useState(0);
  const anchor = useRef(0);
  const last = Math.max(0, (rows.total ?? 1) - 1);

  const move = (to: number): void => {
    const place = Math.min(last, Math.max(0, to));
    setCursor(place);
    reveal(place);
  };
  const toggle = (place: number): void => {
    const id = rows.rowAt(place)?.id;
    if (id === undefined) return;
    anchor.current = place;
    setCursor(place);
    const next = new Map(ids);
    if (!next.delete(id)) next.set(id, place);
    setIds(next);
  };
  const upTo = (place: number): void => {
    const from = Math.min(anchor.current, place);
    rows.idsBetween(from, Math.max(anchor.current, place)).then((between) => {
      setIds(new Map([...ids, ...between.map((id, index): [string, number] => [id, from + index])]));
      setCursor(place);
    });
  };
  const isFocusElsewhere = (): boolean =>
    document.activeElement instanceof HTMLButtonElement ||
    document.activeElement instanceof HTMLAnchorElement;

  useShortcuts({
    j: () => move(cursor + 1),
    down: () => move(cursor + 1),
    k: () => move(cursor - 1),
    up: () => move(cursor - 1),
    home: () => move(0),
    end: () => move(last),
    x: () => toggle(cursor),
    'shift x': () => upTo(cursor),
    enter: () => {
      const task = rows.rowAt(cursor);
      if (!task || isFocusElsewhere()) return false;
      open(task);
      return true;
    },
    delete: end,
    'alt up': () => step(-1),
    'alt down': () => step(1),
    escape: close,
  });
  return { ids, cursor, setCursor, toggle, upTo, setIds };
}
