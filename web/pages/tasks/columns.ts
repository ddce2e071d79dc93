/** Which of a table's columns its runs are shown with, and how wide. Pure. */
import type { Task } from '../../../src/protocol/taskApi.ts';

export interface ParameterColumn {
  name: string;
  /** Figures stand at the right. */
  isFigure: boolean;
  widthPx: number;
}

const CHARACTER_PX = 7.3;
const LEAST_PX = 44;
const MOST_PX = 170;
const GAP_PX = 14;
/** So much room all of them share; beside a drawer less: there the reason must still be read. */
export const ALL_PX = 330;
export const NARROW_PX = 200;

/**
 * Columns in the order of the file: those whose values differ first, since a column with one value tells nothing about
 * a row; as many as there is room for.
 */
export function parameterColumns(
  rows: readonly Task[],
  roomPx = ALL_PX,
): { shown: ParameterColumn[]; left: number } {
  const values = new Map<string, { seen: Set<string>; longest: number; isFigure: boolean }>();
  for (const { parameters } of rows) {
    for (const [name, value] of parameters) {
      const column = values.get(name) ?? { seen: new Set(), longest: 0, isFigure: true };
      column.seen.add(value);
      column.longest = Math.max(column.longest, value.length);
      column.isFigure &&= value.trim() !== '' && !Number.isNaN(Number(value));
      values.set(name, column);
    }
  }
  const columns = [...values].map(([name, { seen, longest, isFigure }]) => ({
    name,
    isFigure,
    varies: seen.size > 1,
    widthPx: Math.round(
      Math.min(MOST_PX, Math.max(LEAST_PX, Math.max(longest, name.length) * CHARACTER_PX + GAP_PX)),
    ),
  }));
  const wanted = [
    ...columns.filter((column) => column.varies),
    ...columns.filter((column) => !column.varies),
  ];
  let room = roomPx;
  const chosen = new Set<string>();
  for (const { name, widthPx } of wanted) {
    if (widthPx > room && chosen.size > 0) continue;
    room -= widthPx;
    chosen.add(name);
    if (room <= 0) break;
  }
  const shown = columns
    .filter(({ name }) => chosen.has(name))
    .map(({ name, isFigure, widthPx }) => ({ name, isFigure, widthPx }));
  return { shown, left: columns.length - shown.length };
}
