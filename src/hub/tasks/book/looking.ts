/** What of a task is read from the store when somebody looks: its command, its attempts, its story. */
import type { TaskCommand } from '../../../model/command.ts';
import type { Parameters } from '../../../model/queue.ts';
import { Remarks } from '../../../model/remark.ts';
import { type Attempt, taskIdOf } from '../../../model/task.ts';
import type { Environment } from '../../../protocol/supervision.ts';
import type { TaskEvent } from '../../../protocol/taskApi.ts';
import type { Store } from '../store/store.ts';
import { kept, readAttempt } from './changes.ts';
import type { TaskRecord } from './records.ts';
import type { Shelf } from './shelf.ts';
import type { TaskDetails } from './taskBook.ts';

/** Of one task, and of one question. */
const MOST_ATTEMPTS = 1000;
const MOST_EVENTS = 1000;

/**
 * By the task’s number; one that the store does not have, since it was forgotten, is left out.
 * @throws where the database cannot be read
 */
export async function readDetails(
  store: Store,
  numbers: readonly number[],
): Promise<Map<number, TaskDetails>> {
  const rows = await store.read('details', JSON.stringify(numbers));
  return new Map(
    rows.map(([number, parameters, command]) => [
      Number(number),
      {
        parameters: JSON.parse(String(parameters)) as Parameters,
        command: JSON.parse(String(command)) as TaskCommand,
      },
    ]),
  );
}

/** Oldest first; those that are counted as they are now. */
export async function readAttempts(
  store: Store,
  shelf: Shelf,
  numbers: readonly number[],
): Promise<Map<number, Attempt[]>> {
  const attempts = new Map<number, Attempt[]>(numbers.map((number) => [number, []]));
  const rows = await store.read('attempts', JSON.stringify(numbers), MOST_ATTEMPTS);
  for (const row of rows) {
    const { task, live } = readAttempt(row);
    const known = shelf.live.get(`${taskIdOf(task)}.${live.attempt.run}.${live.attempt.number}`);
    attempts.get(task)?.push(known ? { ...known.attempt } : live.attempt);
  }
  return attempts;
}

/**
 * Oldest first, the newest 1,000; the submit stands before them unless they are that many.
 * @throws where the database cannot be read
 */
export async function readStory(store: Store, task: TaskRecord): Promise<TaskEvent[]> {
  const rows = await store.read('events', task.number, MOST_EVENTS);
  const events = rows.toReversed().map(([atMs, kind, run, attempt, by, text, figures, remarks]) => ({
    atMs: Number(atMs),
    kind: kind as TaskEvent['kind'],
    run: run as number | null,
    attempt: attempt as number | null,
    by: by as string | null,
    text: String(text),
    figures:
      figures === null || figures === undefined
        ? null
        : (JSON.parse(String(figures)) as Record<string, number>),
    remarks: kept(Remarks, remarks),
  }));
  if (rows.length >= MOST_EVENTS) return events;
  // Of 100,000 rows of a submit nothing but this is known: it is not kept row by row.
  const submitted: TaskEvent = {
    atMs: task.createdAtMs,
    kind: 'submitted',
    run: null,
    attempt: null,
    by: task.table.owner,
    text: 'submitted',
    figures: null,
    remarks: [{ kind: 'submitted' }],
  };
  return [submitted, ...events];
}

/**
 * Of the submit that made this table, less FlowLine’s own credentials; null once it was dropped (`dropEnvironment`).
 * @throws where the database cannot be read
 */
export async function readEnvironment(store: Store, table: number): Promise<Environment | null> {
  const [row] = await store.read('environment', table);
  return row ? (JSON.parse(String(row[0])) as Environment) : null;
}
