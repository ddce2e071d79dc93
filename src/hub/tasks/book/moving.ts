/**
 * Moving waiting tasks in the queue. Each has a **place**, a number that says nothing but the order (within a band of
 * priority and a person, scheduling.md, 8): who is moved is given places between those of two neighbours, so that nobody
 * else is written. Only where the numbers between two neighbours are used up, all who wait are numbered anew.
 */
import type { Remark } from '../../../model/remark.ts';
import { isFinal, taskIdOf } from '../../../model/task.ts';
import { unchanged } from './ending.ts';
import type { TaskRecord } from './records.ts';
import { lastPlace, type Shelf, settle, tell } from './shelf.ts';
import type { Change } from './taskBook.ts';
import { DONE, failed, stands, story } from './wishes.ts';

/** Where to: the front or the end of all who wait, or right before or behind one task. */
export type Where = 'first' | 'last' | { before: TaskRecord } | { behind: TaskRecord };

/** Moves waiting tasks, in the order in which they are named; the task by which they go stays where it is. */
export function move(shelf: Shelf, tasks: readonly TaskRecord[], where: Where, by: string | null): Change[] {
  const anchor = anchorOf(where);
  const isMoved = (task: TaskRecord): boolean => task !== anchor && waits(task);
  const moved = tasks.filter(isMoved);
  const places = placesFor(shelf, where, moved);
  for (const [index, task] of moved.entries()) {
    settle(shelf, task, () => {
      task.place = places[index] ?? task.place;
    });
    tell(shelf, task, story(task, 'moved', by, movedTo(where)));
  }
  return tasks.map((task) => {
    if (isMoved(task)) return DONE;
    if (task === anchor) return unchanged({ kind: 'same' });
    return isFinal(task.state) ? failed(stands(task)) : unchanged(stands(task));
  });
}

const waits = ({ state }: TaskRecord): boolean => state === 'queued' || state === 'held';

function anchorOf(where: Where): TaskRecord | null {
  if (typeof where === 'string') return null;
  return 'before' in where ? where.before : where.behind;
}

function movedTo(where: Where): Remark {
  if (typeof where === 'string') return { kind: 'moved', to: where, task: null };
  return 'before' in where
    ? { kind: 'moved', to: 'before', task: taskIdOf(where.before.number) }
    : { kind: 'moved', to: 'behind', task: taskIdOf(where.behind.number) };
}

function placesFor(shelf: Shelf, where: Where, moved: readonly TaskRecord[]): number[] {
  if (where === 'first') return frontPlaces(shelf, moved.length);
  if (where === 'last') return moved.map(() => lastPlace(shelf));
  const between = placesBetween(shelf, where, moved);
  if (between !== null) return between;
  renumber(shelf);
  return placesBetween(shelf, where, moved) ?? [];
}

/** Ahead of everybody: each time further down, so that they never meet places that were given before. */
function frontPlaces(shelf: Shelf, count: number): number[] {
  shelf.places.first -= count;
  const { first } = shelf.places;
  return Array.from({ length: count }, (_, index) => first + index - 1);
}

/** Places between a task and its neighbour among those who wait; null where there are not as many numbers between them. */
function placesBetween(
  shelf: Shelf,
  where: Exclude<Where, string>,
  moved: readonly TaskRecord[],
): number[] | null {
  const isMoved = new Set(moved);
  const isBefore = 'before' in where;
  const { place } = isBefore ? where.before : where.behind;
  let [low, high] = isBefore ? [Number.NEGATIVE_INFINITY, place] : [place, Number.POSITIVE_INFINITY];
  for (const state of ['queued', 'held'] as const) {
    for (const task of shelf.byState[state]) {
      if (isMoved.has(task)) continue;
      if (isBefore && task.place < place) low = Math.max(low, task.place);
      if (!isBefore && task.place > place) high = Math.min(high, task.place);
    }
  }
  if (low === Number.NEGATIVE_INFINITY) return frontPlaces(shelf, moved.length);
  if (high === Number.POSITIVE_INFINITY) return moved.map(() => lastPlace(shelf));
  const step = (high - low) / (moved.length + 1);
  // Place 0 is that of a row which never stood anywhere (shelf.ts, beginRun).
  const places = moved.map((_, index) => low + step * (index + 1)).map((each) => each || step / 4);
  const ascending = [low, ...places, high];
  return ascending.every((each, index) => index === 0 || each > (ascending[index - 1] ?? each))
    ? places
    : null;
}

function renumber(shelf: Shelf): void {
  const waiting = [...shelf.byState.queued, ...shelf.byState.held].toSorted((a, b) => a.place - b.place);
  for (const task of waiting) settle(shelf, task, () => (task.place = lastPlace(shelf)));
}
