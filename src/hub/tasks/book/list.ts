/**
 * Lists of tasks: filtered and sorted over the records in memory; words are looked for in the names and cells that the
 * store keeps, in slices, so that commits go on between them.
 */

import type { Parameters, RunCounts } from '../../../model/queue.ts';
import { isFinal, isLive, type RunState, taskIdOf } from '../../../model/task.ts';
import { matchesTask, parseTaskQuery, type TaskQuery as Words } from '../../../model/taskQuery.ts';
import type { Store } from '../store/store.ts';
import type { TaskRecord } from './records.ts';
import type { Shelf } from './shelf.ts';
import type { TaskQuery } from './taskBook.ts';

/** Rows of one slice of a search. */
const SLICE = 5000;

/** One page of the tasks that match, how many do, and how they stand. */
export async function listTasks(
  shelf: Shelf,
  store: Store,
  query: TaskQuery,
): Promise<{ tasks: TaskRecord[]; total: number; counts: RunCounts }> {
  const words = parseTaskQuery(query.query ?? '');
  const found = words.words.length === 0 ? null : await search(shelf, store, query.table, words);
  const states = new Set([...(query.states ?? []), ...words.states]);
  const matching: TaskRecord[] = [];
  const counts: RunCounts = {};
  for (const task of candidates(shelf, query.table)) {
    if (!matches(task, query, words, found)) continue;
    counts[task.state] = (counts[task.state] ?? 0) + 1;
    if (states.size === 0 || states.has(task.state)) matching.push(task);
  }
  const compare = ORDERS[query.sort];
  matching.sort(query.descending ? (a, b) => compare(b, a) : compare);
  return {
    tasks: matching.slice(query.offset, query.offset + query.limit),
    total: matching.length,
    counts,
  };
}

function candidates(shelf: Shelf, table: number | undefined): Iterable<TaskRecord> {
  return table === undefined ? shelf.tasks.values() : (shelf.tables.get(table)?.tasks ?? []);
}

function matches(
  task: TaskRecord,
  { owner, node, gpu, classes }: TaskQuery,
  words: Words,
  found: ReadonlySet<number> | null,
): boolean {
  if (found !== null && !found.has(task.number)) return false;
  if (owner !== undefined && task.table.owner !== owner) return false;
  if (classes !== undefined && classes.length > 0 && !classes.includes(task.last?.class ?? 'ok'))
    return false;
  if (classes !== undefined && classes.length > 0 && task.last === null) return false;
  if (words.classes.length > 0 && (task.last === null || !words.classes.includes(task.last.class)))
    return false;
  if (node !== undefined) {
    const at = task.live?.attempt ?? task.last;
    if (at?.nodeId !== node && at?.node !== node) return false;
  }
  return gpu === undefined || (task.live?.attempt.gpus.some(({ uuid }) => uuid === gpu) ?? false);
}

/** Numbers of the tasks whose texts match. */
async function search(
  shelf: Shelf,
  store: Store,
  table: number | undefined,
  words: Words,
): Promise<Set<number>> {
  const found = new Set<number>();
  const text = longestText(words);
  const pattern = text && likePattern(text);
  const named = [...shelf.tables.values()]
    .filter(({ name }) => text !== null && name.toLowerCase().includes(text.toLowerCase()))
    .map(({ number }) => number);
  const tasks = table === undefined ? null : (shelf.tables.get(table)?.tasks ?? []);
  const first = tasks?.at(0)?.number ?? 1;
  const last = tasks ? (tasks.at(-1)?.number ?? 0) : shelf.next.task - 1;
  const id = words.words.find((word) => /^t\d+$/.test(word.text))?.text ?? null;
  for (let above = first - 1; above < last; above += SLICE) {
    const upTo = Math.min(above + SLICE, last);
    const rows = await store.read('texts', above, upTo, pattern, id, JSON.stringify(named));
    for (const [number, parameters] of rows) {
      const task = shelf.tasks.get(Number(number));
      if (!task || (table !== undefined && task.table.number !== table)) continue;
      const searched = {
        id: taskIdOf(task.number),
        name: task.name,
        owner: task.table.owner,
        table: task.table.name,
        state: task.state,
        class: task.last?.class ?? null,
        node: (task.live?.attempt ?? task.last)?.node ?? null,
        parameters: JSON.parse(String(parameters)) as Parameters,
      };
      if (matchesTask({ ...words, states: [], classes: [] }, searched)) found.add(task.number);
    }
  }
  return found;
}

/**
 * What SQLite may look for before rows are read here: the longest word that stands in the cells' JSON as it is typed.
 * LIKE folds the case of ASCII only, and JSON writes quotes and backslashes otherwise: such words are left to the rows.
 */
function longestText(words: Words): string | null {
  const texts = words.words.flatMap((word) => {
    if (word.kind === 'text') return [word.text];
    return word.kind === 'column' && !['id', 'name', 'node', 'owner', 'table'].includes(word.column)
      ? [word.value]
      : [];
  });
  const plain = texts.filter((text) => /^[\x20\x21\x23-\x5b\x5d-\x7e]+$/.test(text));
  return plain.toSorted((a, b) => b.length - a.length)[0] ?? null;
}

const likePattern = (text: string): string => `%${text.replaceAll(/[~%_]/g, '~$&')}%`;

type Order = (a: TaskRecord, b: TaskRecord) => number;

/** What runs, then what waits in its order, then what is over, the newest end first. */
const group = (state: RunState): number => (isLive(state) ? 0 : isFinal(state) ? 2 : 1);
const endOf = (task: TaskRecord): number => task.last?.endedAtMs ?? 0;
const startOf = (task: TaskRecord): number =>
  (task.live?.attempt.startedAtMs ?? task.live?.attempt.leasedAtMs ?? task.last?.startedAtMs) || 0;

const ORDERS: Record<TaskQuery['sort'], Order> = {
  order: (a, b) => {
    const apart = group(a.state) - group(b.state);
    if (apart !== 0) return apart;
    if (group(a.state) === 2) return endOf(b) - endOf(a) || a.number - b.number;
    return b.priority - a.priority || a.place - b.place || a.number - b.number;
  },
  row: (a, b) => a.table.number - b.table.number || (a.row ?? 0) - (b.row ?? 0) || a.number - b.number,
  id: (a, b) => a.number - b.number,
  state: (a, b) => group(a.state) - group(b.state) || a.state.localeCompare(b.state) || a.number - b.number,
  started: (a, b) => startOf(a) - startOf(b) || a.number - b.number,
  ended: (a, b) => endOf(a) - endOf(b) || a.number - b.number,
};
