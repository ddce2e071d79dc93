/**
 * The map for the keyboard and for screen readers: the cells around the cursor as elements over the painted ones, one of
 * them in the tab order. Thousands of elements would cost more than the fleet they show; three machines are enough to
 * stand on one and to hear of its neighbours.
 */
import { useEffect, useRef } from 'react';
import { conditionOf } from '../../../src/fleet/summary.ts';
import { gpuIdentity } from '../../../src/model/gpu.ts';
import { cellOrigin, type MapCell, type MapLayout, neighbour } from '../../charts/mapLayout.ts';
import { gpuLabel, nodeName } from '../../words/sentences.ts';
import { useWords } from '../../words/words.ts';

interface MapGridProps {
  layout: MapLayout;
  /** Where the keyboard is, or would come to. */
  cursor: MapCell;
  gpus: number;
  /** Rises when the focus is to come to the cursor. */
  called: number;
  onMove: (to: MapCell) => void;
  onOpen: (cell: MapCell) => void;
  onFocus: (focused: boolean) => void;
}

const MOVES = new Set(['ArrowRight', 'ArrowLeft', 'ArrowDown', 'ArrowUp', 'Home', 'End']);

/**
 * Hears the arrows, Home and End, and Enter or Space to open; every other key is the page's. `gpus` is how many the map
 * has, for its name alone.
 */
export function MapGrid({ layout, cursor, gpus, called, onMove, onOpen, onFocus }: MapGridProps) {
  const words = useWords();
  const grid = useRef<HTMLTableElement>(null);
  const moved = useRef(false);
  const answered = useRef(called);
  useEffect(() => {
    if (!moved.current && answered.current === called) return;
    moved.current = false;
    answered.current = called;
    // Scrolls it into view too.
    grid.current?.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
  });
  const places = [cursor.place - 1, cursor.place, cursor.place + 1].flatMap((place) => {
    const node = layout.places[place]?.node;
    return node ? [{ place, node }] : [];
  });
  const columns = Math.max(...layout.places.map(({ node }) => node.sample?.gpus.length ?? 0));
  return (
    <table
      ref={grid}
      // biome-ignore lint/a11y/noNoninteractiveElementToInteractiveRole: a table whose cells the arrows walk is a grid.
      role="grid"
      className="map-grid"
      aria-label={words.map.label(layout.places.length, gpus)}
      aria-rowcount={layout.places.length}
      aria-colcount={columns + 1}
      onFocus={() => onFocus(true)}
      onBlur={({ relatedTarget }) => {
        if (!grid.current?.contains(relatedTarget)) onFocus(false);
      }}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') onOpen(cursor);
        else if (MOVES.has(event.key)) {
          moved.current = true;
          onMove(neighbour(layout, cursor, event.key));
        } else return;
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <tbody>
        {places.map(({ place, node }) => (
          <tr key={node.id} aria-rowindex={place + 1}>
            <th scope="row" aria-colindex={1} className="visually-hidden">
              {nodeName(node)}
            </th>
            {(node.sample?.gpus ?? []).map((gpu, index) => {
              const { x, y } = cellOrigin(layout, { place, gpu: index });
              const isCursor = place === cursor.place && index === cursor.gpu;
              return (
                <td
                  key={gpuIdentity(gpu)}
                  aria-colindex={index + 2}
                  aria-label={gpuLabel(words, nodeName(node), gpu, conditionOf(node, gpu))}
                  tabIndex={isCursor ? 0 : -1}
                  className="map-cell"
                  style={{ left: x, top: y, width: layout.cell, height: layout.cell }}
                />
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}
