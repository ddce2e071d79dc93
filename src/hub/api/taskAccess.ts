/**
 * Who may see and change which tasks (trust.md, 4): users their own, administrators all. What somebody may not see is
 * not there for him: 404, not 403, so that nobody learns what others queue.
 */
import type { z } from 'zod';
import { isFinal, isLive } from '../../model/task.ts';
import type { Selection } from '../../protocol/taskApi.ts';
import { HubError } from '../errors.ts';
import type { TableView, TaskView } from '../tasks/book/records.ts';
import type { TaskBook } from '../tasks/book/taskBook.ts';
import type { Caller } from './doors.ts';

/** Whose tasks somebody sees. */
export interface Sight {
  /** Login name under which he himself queues tasks. */
  login: string;
  seesAll: boolean;
}

/**
 * What a caller sees. The local administrator's token names no person: it stands for the user that runs the hub, who is
 * the one that can read it.
 */
export function sightOf({ account, isLocal }: Caller, hubUser: string): Sight {
  return {
    login: isLocal ? hubUser : (account?.name ?? ''),
    seesAll: account?.role === 'administrator',
  };
}

export const maySee = ({ login, seesAll }: Sight, owner: string): boolean => seesAll || owner === login;

/** @throws HubError 404. */
export function findTask(book: Pick<TaskBook, 'task'>, sight: Sight, id: string | undefined): TaskView {
  const task = /^t[1-9]\d{0,14}$/.test(id ?? '') ? book.task(Number((id ?? '').slice(1))) : null;
  if (task && maySee(sight, task.table.owner)) return task;
  throw new HubError(
    404,
    'unknown-task',
    `there is no task ${JSON.stringify((id ?? '').slice(0, 32))}, or it is not yours`,
    '`flowline tasks` lists yours; ids look like t42',
  );
}

/** @throws HubError 404. */
export function findTable(book: Pick<TaskBook, 'table'>, sight: Sight, id: string | undefined): TableView {
  const table = /^b[1-9]\d{0,14}$/.test(id ?? '') ? book.table(Number((id ?? '').slice(1))) : null;
  if (table && maySee(sight, table.owner)) return table;
  throw new HubError(
    404,
    'unknown-table',
    `there is no table ${JSON.stringify((id ?? '').slice(0, 32))}, or it is not yours`,
    'GET /api/v1/tables lists yours; ids look like b7',
  );
}

type Wanted = z.output<typeof Selection>;

/**
 * The tasks that a selection means, of those that the caller may see; `unknown` are ids that name none.
 * @throws HubError 404 for a table that is not there for him.
 */
export function selected(
  book: Pick<TaskBook, 'task' | 'table' | 'tables'>,
  sight: Sight,
  select: Wanted,
): { tasks: TaskView[]; unknown: string[] } {
  if ('ids' in select) {
    const tasks: TaskView[] = [];
    const unknown: string[] = [];
    for (const id of new Set(select.ids)) {
      const task = book.task(Number(id.slice(1)));
      if (task && maySee(sight, task.table.owner)) tasks.push(task);
      else unknown.push(id);
    }
    return { tasks, unknown };
  }
  const owned =
    select.table === undefined
      ? book
          .tables()
          .filter(({ owner }) => (select.whose === 'mine' ? owner === sight.login : maySee(sight, owner)))
      : [findTable(book, sight, select.table)];
  return { tasks: owned.flatMap(({ tasks }) => tasks.filter((task) => matches(task, select))), unknown: [] };
}

function matches(task: TaskView, { states, classes, gpus }: Exclude<Wanted, { ids: string[] }>): boolean {
  if (states && !states.includes(task.state)) return false;
  if (classes && !(isFinal(task.state) && task.last && classes.includes(task.last.class))) return false;
  if (!gpus) return true;
  return isLive(task.state) && (task.live?.attempt.gpus ?? []).some(({ uuid }) => gpus.includes(uuid));
}
