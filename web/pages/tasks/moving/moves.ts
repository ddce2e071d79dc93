/** Where waiting rows may be put among those that are shown. Pure: rows are asked for by their place, null where one is not here yet. */
import type { Task } from '../../../../src/protocol/taskApi.ts';

/** As the hub is told (protocol/taskApi.ts, editTasks). */
export type Put = { before: string } | { behind: string };

/** What is moved: one row or several, in the order in which they stand. */
export interface Moved {
  ids: readonly string[];
  /** Of the first: a row is moved within its priority. */
  priority: number;
}

type RowAt = (place: number) => Task | null;

/** What waits can be moved, and be moved by. */
export const waitsInLine = ({ state }: Pick<Task, 'state'>): boolean =>
  state === 'queued' || state === 'held';

/** Where rows come that are put on a row's upper or lower half; null where nothing can be put or nothing would change. */
export function putOn(rowAt: RowAt, place: number, half: 'upper' | 'lower', moved: Moved): Put | null {
  const row = rowAt(place);
  if (!row || !isBeside(row, moved)) return null;
  if (!moved.ids.includes(row.id)) return half === 'upper' ? { before: row.id } : { behind: row.id };
  // Among several that move together: they gather where this one stands.
  return moved.ids.length === 1 ? null : gather(rowAt, place, moved);
}

/** One up, above the row before the first of them, or one down; null at either end. */
export function stepFrom(rowAt: RowAt, places: readonly number[], step: -1 | 1, moved: Moved): Put | null {
  const edge = step === -1 ? Math.min(...places) : Math.max(...places);
  const row = rowAt(edge + step);
  if (!row || !isBeside(row, moved) || moved.ids.includes(row.id)) return null;
  return step === -1 ? { before: row.id } : { behind: row.id };
}

const isBeside = (row: Task, { priority }: Moved): boolean => waitsInLine(row) && row.priority === priority;

function gather(rowAt: RowAt, place: number, moved: Moved): Put | null {
  const isOther = (row: Task): boolean => isBeside(row, moved) && !moved.ids.includes(row.id);
  for (let at = place + 1; ; at += 1) {
    const row = rowAt(at);
    if (row && isOther(row)) return { before: row.id };
    if (!row || !isBeside(row, moved)) break;
  }
  for (let at = place - 1; ; at -= 1) {
    const row = rowAt(at);
    if (row && isOther(row)) return { behind: row.id };
    if (!row || !isBeside(row, moved)) return null;
  }
}
