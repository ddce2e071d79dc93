/**
 * Dragging rows by their handle: the pointer is followed over the whole window, since the row it began on may be scrolled
 * out of sight and is then no longer drawn. Near the list's upper or lower edge it scrolls. Esc leaves all as it was.
 */
import { type RefObject, useRef, useState } from 'react';
import type { Task } from '../../../../src/protocol/taskApi.ts';
import { type Moved, type Put, putOn } from './moves.ts';

/** What is drawn while rows are dragged. */
export interface Drag {
  moved: Moved;
  /** Row by which they would be put, and on which side; null where they cannot be. */
  at: { place: number; side: 'before' | 'behind' } | null;
}

interface DragOptions {
  scroller: RefObject<HTMLElement | null>;
  rowAt: (place: number) => Task | null;
  /** Rows that move with this one. */
  movedWith: (task: Task) => Moved;
  onDrop: (moved: Moved, put: Put) => void;
}

/** A press that wanders less is a click. */
const BEGIN_PX = 4;
/** So near an edge it scrolls, at most so far in a frame. */
const EDGE_PX = 48;
const MOST_PX_A_FRAME = 22;

/**
 * `drag` is null until the pointer has gone 4 px from where `grab` was told; `onDrop` is called only where they can be
 * put.
 */
export function useRowDrag({ scroller, rowAt, movedWith, onDrop }: DragOptions): {
  drag: Drag | null;
  /** The element that goes with the pointer; it says how many there are. */
  label: RefObject<HTMLDivElement | null>;
  grab: (event: { clientX: number; clientY: number }, task: Task) => void;
} {
  const [drag, setDrag] = useState<Drag | null>(null);
  const label = useRef<HTMLDivElement>(null);
  const newest = useRef({ rowAt, onDrop });
  newest.current = { rowAt, onDrop };

  function grab(from: { clientX: number; clientY: number }, task: Task): void {
    const moved = movedWith(task);
    let pointer = { x: from.clientX, y: from.clientY };
    let shown: Drag | null = null;
    let frame = 0;
    const show = (next: Drag | null): void => {
      if (next?.at?.place === shown?.at?.place && next?.at?.side === shown?.at?.side && shown && next) return;
      shown = next;
      setDrag(next);
    };

    const look = (): void => {
      const box = scroller.current?.getBoundingClientRect();
      if (box) {
        const above = box.top + EDGE_PX - pointer.y;
        const below = pointer.y - (Math.min(box.bottom, innerHeight) - EDGE_PX);
        const depth = above > 0 ? -above : Math.max(0, below);
        const step = Math.sign(depth) * Math.min(MOST_PX_A_FRAME, Math.abs(depth) / 2);
        if (step !== 0) scroller.current?.scrollBy(0, step);
      }
      show({ moved, at: placeUnder(pointer, newest.current.rowAt, moved) });
      if (label.current)
        label.current.style.transform = `translate(${pointer.x + 14}px, ${pointer.y + 10}px)`;
      frame = requestAnimationFrame(look);
    };
    const onMove = (event: PointerEvent): void => {
      pointer = { x: event.clientX, y: event.clientY };
      const far = Math.hypot(pointer.x - from.clientX, pointer.y - from.clientY) >= BEGIN_PX;
      if (shown === null && far && frame === 0) look();
      event.preventDefault();
    };
    const end = (): void => {
      cancelAnimationFrame(frame);
      show(null);
      stop.abort();
    };
    const onUp = (): void => {
      const at = shown?.at ?? null;
      const put =
        at && putOn(newest.current.rowAt, at.place, at.side === 'before' ? 'upper' : 'lower', moved);
      if (shown !== null) swallowClick();
      end();
      if (put) newest.current.onDrop(moved, put);
    };
    const stop = new AbortController();
    const options = { signal: stop.signal, capture: true };
    addEventListener('pointermove', onMove, options);
    addEventListener('pointerup', onUp, options);
    addEventListener('pointercancel', end, options);
    addEventListener(
      'keydown',
      (event) => {
        if (event.key !== 'Escape') return;
        event.preventDefault();
        event.stopPropagation();
        end();
      },
      options,
    );
  }
  return { drag, label, grab };
}

/** The click that a browser makes of a press and a release on one row: it would open the task. */
function swallowClick(): void {
  const stop = new AbortController();
  const options = { capture: true, signal: stop.signal };
  addEventListener('click', (event) => event.stopPropagation(), options);
  setTimeout(() => stop.abort());
}

/** The row under the pointer and the side of it that is nearer, where they can be put there. */
function placeUnder(
  { x, y }: { x: number; y: number },
  rowAt: (place: number) => Task | null,
  moved: Moved,
): Drag['at'] {
  const row = document.elementFromPoint(x, y)?.closest<HTMLElement>('tr[data-place]');
  if (!row) return null;
  const box = row.getBoundingClientRect();
  const place = Number(row.dataset.place);
  const side = y < box.top + box.height / 2 ? 'before' : 'behind';
  return putOn(rowAt, place, side === 'before' ? 'upper' : 'lower', moved) ? { place, side } : null;
}
