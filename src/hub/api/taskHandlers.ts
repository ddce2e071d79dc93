/** Routes of tasks: listing, showing, and what people do to them. */

import { withoutUndefined } from '../../lib/withoutUndefined.ts';
import { MAX_TASKS_PER_REQUEST } from '../../model/limits.ts';
import type { Remark } from '../../model/remark.ts';
import { taskIdOf } from '../../model/task.ts';
import { remarkText } from '../../scheduling/remarkText.ts';
import { HubError } from '../errors.ts';
import type { TaskView } from '../tasks/book/records.ts';
import type { Change, MoveTo } from '../tasks/book/taskBook.ts';
import type { Call, Handlers, HubParts } from './call.ts';
import { noteDeed } from './call.ts';
import { checkPriority } from './submitLimits.ts';
import { findTable, findTask, type Sight, selected, sightOf } from './taskAccess.ts';

type TaskRoute =
  | 'tasks'
  | 'task'
  | 'killTasks'
  | 'retryTasks'
  | 'holdTasks'
  | 'releaseTasks'
  | 'editTasks'
  | 'confirmGone';
type ChangeRoute = Exclude<TaskRoute, 'tasks' | 'task'>;
type Result = Awaited<ReturnType<Handlers['killTasks']>>['results'][number];

/** Their handlers. */
export function taskHandlers(hub: HubParts): Pick<Handlers, TaskRoute> {
  const { queue, audit } = hub;
  const { book } = queue;
  const seenBy = ({ caller }: Pick<Call<TaskRoute>, 'caller'>): Sight => sightOf(caller, hub.hubUser);

  /** Does one thing to each task that is meant, and answers once all of it is durable. */
  const change = async (
    call: Call<ChangeRoute>,
    deed: string,
    doIt: (task: TaskView, by: string) => Change,
  ): Promise<{ results: Result[] }> => {
    const sight = seenBy(call);
    const by = sight.login;
    const { tasks, unknown } = selected(book, sight, call.body.select);
    const results = tasks.map((task) => resultOf(task, doIt(task, by)));
    await book.durable();
    queue.wake();
    noteDeed(audit, call, deed, namesOf(tasks), summaryOf(results));
    return {
      results: [...results, ...unknown.map(unknownResult)],
    };
  };

  return {
    async tasks(call) {
      const sight = seenBy(call);
      const { table, whose, query, limit, ...rest } = call.query;
      const owner = whose === 'mine' || !sight.seesAll ? sight.login : undefined;
      const found = await book.list({
        ...withoutUndefined(rest),
        query,
        limit: Math.min(limit, MAX_TASKS_PER_REQUEST),
        ...(owner === undefined ? {} : { owner }),
        ...(table === undefined ? {} : { table: findTable(book, sight, table).number }),
      });
      return { tasks: await queue.views.tasks(found.tasks), total: found.total, counts: found.counts };
    },
    async task(call) {
      const task = findTask(book, seenBy(call), call.parameters.id);
      return queue.views.whole(task);
    },
    killTasks: (call) =>
      change(call, 'kill-tasks', (task, by) => {
        const changed = book.kill(task.number, by, call.body.graceSeconds);
        const { live } = task;
        // A second kill with less grace is meant: the node is told whatever the book says.
        if (live?.stop) queue.stopper.stop(live, call.body.graceSeconds);
        return changed;
      }),
    retryTasks: (call) => change(call, 'retry-tasks', (task, by) => book.retry(task.number, by)),
    holdTasks: (call) => change(call, 'hold-tasks', (task, by) => book.hold(task.number, by)),
    releaseTasks: (call) => change(call, 'release-tasks', (task, by) => book.release(task.number, by)),
    async editTasks(call) {
      const { before, behind, ...changes } = call.body.changes;
      const sight = seenBy(call);
      checkPriority(book, sight, changes.priority);
      const to = placeOf(before, behind, (id) => findTask(book, sight, id).number);
      const wanted = Object.keys(changes).length > 0;
      const { tasks, unknown } = selected(book, sight, call.body.select);
      if (!wanted && to === null)
        throw new HubError(
          400,
          'nothing-to-change',
          'no change was named',
          'name one, e.g. {"memoryBytes": 8589934592}',
        );
      const edited = wanted
        ? await change(call, 'edit-tasks', (task, by) =>
            book.edit(task.number, withoutUndefined(changes), by),
          )
        : null;
      if (to === null) return edited ?? { results: [] };
      const moves = book.move(
        tasks.map(({ number }) => number),
        to,
        sight.login,
      );
      await book.durable();
      queue.wake();
      const moved = tasks.map((task, place) =>
        resultOf(task, moves[place] ?? { done: false, outcome: 'failed', remark: { kind: 'over' } }),
      );
      noteDeed(audit, call, 'move-tasks', namesOf(tasks), summaryOf(moved));
      if (!edited) return { results: [...moved, ...unknown.map(unknownResult)] };
      const byId = new Map(moved.map((result) => [result.id, result]));
      return {
        results: edited.results.map((result) =>
          result.outcome === 'unchanged' ? (byId.get(result.id) ?? result) : result,
        ),
      };
    },
    confirmGone: (call) =>
      change(call, 'confirm-gone', (task, by) => {
        if (task.state !== 'unreachable' || !task.live)
          return {
            done: false,
            outcome: 'unchanged',
            remark: { kind: 'not-unreachable', state: task.state },
          };
        const verdict = queue.verdicts.unreported(task.live, 'infra', [
          { kind: 'gone', how: 'confirmed', by },
        ]);
        return book.gone(task.live.id, verdict, by);
      }),
  };
}

function resultOf(task: TaskView, change: Change): Result {
  const id = taskIdOf(task.number);
  return change.done
    ? resultAs(id, 'done', change.remark ?? { kind: 'state', state: task.state })
    : resultAs(id, change.outcome, change.remark);
}

const unknownResult = (id: string): Result => resultAs(id, 'unknown', { kind: 'unknown-task', task: id });

/** Where tasks are moved to; null where nothing was said of it. */
function placeOf(
  before: string | undefined,
  behind: string | undefined,
  numberOf: (id: string) => number,
): MoveTo | null {
  if (before !== undefined) return before === 'first' ? 'first' : { before: numberOf(before) };
  if (behind !== undefined) return behind === 'last' ? 'last' : { behind: numberOf(behind) };
  return null;
}
const resultAs = (id: string, outcome: Result['outcome'], remark: Remark): Result => ({
  id,
  outcome,
  message: remarkText(remark),
  remark,
});

const MOST_NAMED = 20;

/** For the audit trail: the first few by their ids. */
function namesOf(tasks: readonly TaskView[]): string {
  const named = tasks.slice(0, MOST_NAMED).map(({ number }) => taskIdOf(number));
  return tasks.length > MOST_NAMED
    ? `${named.join(' ')} and ${tasks.length - MOST_NAMED} more`
    : named.join(' ') || 'no task';
}

function summaryOf(results: readonly Result[]): string {
  const counts = new Map<string, number>();
  for (const { outcome } of results) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
  return [...counts].map(([outcome, count]) => `${count} ${outcome}`).join(', ') || 'nothing';
}
