/**
 * Moving rows in the queue: by a step, to either end, by where one drops them, or before a row that is then chosen
 * ("picking": a click or ↑ ↓ and Enter). Says in words what became of it; the rows themselves come from the hub again.
 */
import { useRef, useState } from 'react';
import { visible } from '../../../../src/lib/displayText.ts';
import type { Task } from '../../../../src/protocol/taskApi.ts';
import { askHub, type HubAnswer } from '../../../live/hub.ts';
import type { TaskRows } from '../../../live/taskRows.ts';
import { useWords } from '../../../words/words.ts';
import { type Moved, type Put, putOn, stepFrom, waitsInLine } from './moves.ts';

export interface Moving {
  /** Rows for which a place is being chosen; null while none is. */
  picking: Moved | null;
  /** What became of the last move, for eyes and screen readers. */
  said: string;
  /** Those of a choice that can be moved, in their order. */
  of(places: ReadonlyMap<string, number>): Moved;
  toEnd(moved: Moved, end: 'first' | 'last'): void;
  step(moved: Moved, step: -1 | 1): void;
  put(moved: Moved, put: Put): void;
  pick(moved: Moved): void;
  /** Ends picking before this row. */
  pickBefore(place: number): void;
  leave(): void;
}

interface MovingOptions {
  rows: TaskRows;
  onFailure: (failure: Extract<HubAnswer<unknown>, { ok: false }> | null) => void;
  /** The first of them stands there now. */
  onMoved: (place: number) => void;
}

/**
 * One move at a time: what is asked for while another is on its way is dropped. Whether a row out of sight still waits
 * the hub decides.
 */
export function useMoving({ rows, onFailure, onMoved }: MovingOptions): Moving {
  const words = useWords();
  const { move: texts } = words;
  const [picking, setPicking] = useState<Moved | null>(null);
  const [said, setSaid] = useState('');
  const isBusy = useRef(false);
  const { rowAt } = rows;

  const placesOf = (ids: readonly string[]): number[] => {
    const wanted = new Set(ids);
    const most = rows.total ?? 0;
    const places: number[] = [];
    for (let place = 0; place < most && places.length < wanted.size; place += 1)
      if (wanted.has(rowAt(place)?.id ?? '')) places.push(place);
    return places;
  };

  async function send(moved: Moved, changes: Put | { before: 'first' } | { behind: 'last' }): Promise<void> {
    // One after the other: where the next step leads is told by rows that know of the one before.
    if (isBusy.current) return;
    if (moved.ids.length === 0) return setSaid(texts.noneWaits);
    isBusy.current = true;
    setPicking(null);
    const told = await askHub('editTasks', { body: { select: { ids: [...moved.ids] }, changes } });
    await rows.askAgain();
    isBusy.current = false;
    onFailure(told.ok ? null : told);
    if (!told.ok) return setSaid('');
    const not = told.value.results.filter(({ outcome }) => outcome !== 'done');
    const where = Object.values(changes)[0] ?? '';
    const what = moved.ids.length === 1 ? (moved.ids[0] ?? '') : words.tasks.chosenWords(moved.ids.length);
    setSaid(
      not[0]
        ? `${not[0].id}: ${visible(not[0].message)}${not.length > 1 ? ` · ${words.question.more(not.length - 1)}` : ''}`
        : where === 'first'
          ? texts.isFirst(what)
          : where === 'last'
            ? texts.isLast(what)
            : 'before' in changes
              ? texts.isBefore(what, where)
              : texts.isBehind(what, where),
    );
    const [place] = placesOf(moved.ids);
    if (place !== undefined) onMoved(place);
  }

  return {
    picking,
    said,
    of(chosen) {
      const now = new Map(placesOf([...chosen.keys()]).map((place) => [rowAt(place)?.id ?? '', place]));
      const placeOf = (id: string): number => now.get(id) ?? chosen.get(id) ?? 0;
      const ids = [...chosen.keys()]
        // What is out of sight may have started since: the hub knows.
        .filter((id) => {
          const task: Task | null = now.has(id) ? rowAt(now.get(id) ?? 0) : null;
          return task === null || waitsInLine(task);
        })
        .sort((a, b) => placeOf(a) - placeOf(b));
      const first = ids[0] === undefined ? null : rowAt(placeOf(ids[0]));
      return { ids, priority: first?.priority ?? 0 };
    },
    toEnd: (moved, end) => void send(moved, end === 'first' ? { before: 'first' } : { behind: 'last' }),
    step(moved, step) {
      if (moved.ids.length === 0) return setSaid(texts.noneWaits);
      const places = placesOf(moved.ids);
      const put = places.length === 0 ? null : stepFrom(rowAt, places, step, moved);
      if (put) void send(moved, put);
      else if (!isBusy.current) setSaid(step === -1 ? texts.noHigher : texts.noLower);
    },
    put: (moved, put) => void send(moved, put),
    pick(moved) {
      setSaid('');
      if (moved.ids.length > 0) setPicking(moved);
      else setSaid(texts.noneWaits);
    },
    pickBefore(place) {
      if (picking === null) return;
      const put = putOn(rowAt, place, 'upper', picking);
      const id = rowAt(place)?.id;
      if (put) void send(picking, put);
      else if (id !== undefined) setSaid(texts.notThere(id, picking.priority));
    },
    leave: () => setPicking(null),
  };
}
