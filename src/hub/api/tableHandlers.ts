/** Routes of tables: submitting them, in one request or in batches, and what people change about them. */
import { MAX_ROWS_PER_TABLE } from '../../model/limits.ts';
import { tableIdOf, taskIdOf } from '../../model/task.ts';
import { remarkText } from '../../scheduling/remarkText.ts';
import { HubError } from '../errors.ts';
import type { TableView } from '../tasks/book/records.ts';
import type { RowTaskNumber } from '../tasks/book/taskBook.ts';
import { tryOut } from '../tasks/dryRun.ts';
import { isFinished } from '../tasks/queueStatus.ts';
import { type Call, type Handlers, type HubParts, noteDeed } from './call.ts';
import { checkPriority, checkRoomFor } from './submitLimits.ts';
import { findTable, findTask, maySee, type Sight, sightOf } from './taskAccess.ts';

type TableRoute =
  | 'submitTable'
  | 'addRows'
  | 'tables'
  | 'table'
  | 'tableResults'
  | 'tableWritten'
  | 'changeTable';

/** Changes that wait for the disk: beyond this a submit is asked to come again, so that memory has an end. */
const MOST_PENDING = 200_000;

/** Their handlers. */
export function tableHandlers(hub: HubParts): Pick<Handlers, TableRoute> {
  const { queue, audit } = hub;
  const { book } = queue;
  const seenBy = ({ caller }: Pick<Call<TableRoute>, 'caller'>): Sight => sightOf(caller, hub.hubUser);

  /** @throws HubError 503 while the disk does not keep up, or is full. */
  const checkRoom = (): void => {
    const trouble = book.trouble();
    if (trouble !== null) throw new HubError(507, 'queue-not-kept', trouble, 'nothing was queued; try again');
    if (book.pending() > MOST_PENDING)
      throw new HubError(
        503,
        'queue-busy',
        'the disk does not keep up with what is queued',
        'try again in a moment',
      );
  };

  const taken = (table: TableView, tasks: readonly RowTaskNumber[]) => ({
    table: queue.views.table(table),
    tasks: tasks.map(({ key, task }) => ({ key, task: taskIdOf(task.number) })),
    isKeptUp: queue.isKeptUp(table),
  });

  return {
    async submitTable(call) {
      const { table, rows, isComplete, rowsInAll, dryRun } = call.body;
      const sight = seenBy(call);
      // The local administrator's token is read by whoever may read the hub's folder: it says for whom it submits.
      const owner = call.caller.isLocal ? (table.owner ?? sight.login) : sight.login;
      for (const { task } of table.options.after) findTask(book, sight, task);
      if (call.idempotencyKey === null || book.repeated(owner, call.idempotencyKey) === null) {
        checkPriority(book, sight, table.options.priority);
        checkRoomFor(book, owner, Math.max(rowsInAll ?? 0, toRun(rows)));
      }
      if (dryRun)
        return tryOut(
          {
            book,
            reasons: queue.reasons,
            nodeOf: (machineId) => hub.registry.find(machineId)?.id ?? null,
            nowMs: hub.clock.nowMs,
          },
          { table, rows, rowsInAll },
          owner,
        );
      checkRoom();
      const created = book.createTable({
        table,
        rows,
        isComplete,
        owner,
        idempotencyKey: call.idempotencyKey,
      });
      await book.durable();
      const { table: view, isRepeated } = created;
      if (!isRepeated)
        noteDeed(audit, call, 'submit', tableIdOf(view.number), `${rows.length} rows of ${owner}`);
      return { ...taken(view, created.tasks), plan: [] };
    },
    async addRows(call) {
      const table = findTable(book, seenBy(call), call.parameters.id);
      const { batch, rows, isComplete } = call.body;
      if (table.isComplete && batch > table.lastBatch)
        throw new HubError(409, 'table-complete', `${tableIdOf(table.number)} has all its rows already`);
      if (table.tasks.length + rows.length > MAX_ROWS_PER_TABLE)
        throw new HubError(413, 'too-many-rows', `a table may have ${MAX_ROWS_PER_TABLE} rows`, 'split it');
      if (batch > table.lastBatch) checkRoomFor(book, table.owner, toRun(rows));
      checkRoom();
      const added = book.addRows(table.number, batch, rows, isComplete);
      await book.durable();
      noteDeed(audit, call, 'submit-rows', tableIdOf(table.number), `${rows.length} rows`);
      return taken(added.table, added.tasks);
    },
    tables(call) {
      const sight = seenBy(call);
      const { whose, isOpen } = call.query;
      const seen = book
        .tables()
        .filter((table) => (whose === 'mine' ? table.owner === sight.login : maySee(sight, table.owner)))
        .filter((table) => isOpen === undefined || isOpen === !isOver(book, table));
      return { tables: seen.map((table) => queue.views.table(table)) };
    },
    table: (call) => queue.views.table(findTable(book, seenBy(call), call.parameters.id)),
    tableResults(call) {
      const table = findTable(book, seenBy(call), call.parameters.id);
      const { offset, limit } = call.query;
      return { ...book.ranRows(table.number, offset, limit), isKeptUp: queue.isKeptUp(table) };
    },
    async tableWritten(call) {
      const sight = seenBy(call);
      const { number } = findTable(book, sight, call.parameters.id);
      book.written(number, call.body.revision, null);
      await book.durable();
      noteDeed(audit, call, 'table-written', tableIdOf(number), `revision ${call.body.revision}`);
      return queue.views.table(findTable(book, sight, call.parameters.id));
    },
    async changeTable(call) {
      const sight = seenBy(call);
      const { number } = findTable(book, sight, call.parameters.id);
      const { paused, maxRunning, priority, memoryBytes } = call.body;
      checkPriority(book, sight, priority);
      const changed = book.changeTable(
        number,
        {
          ...(paused === undefined ? {} : { paused: paused ? ('user' as const) : null }),
          ...(maxRunning === undefined ? {} : { maxRunning }),
          ...(priority === undefined ? {} : { priority }),
          ...(memoryBytes === undefined ? {} : { memoryBytes }),
        },
        sight.login,
      );
      if (!changed.done && changed.outcome === 'failed')
        throw new HubError(409, 'not-changed', remarkText(changed.remark));
      await book.durable();
      queue.wake();
      noteDeed(audit, call, 'change-table', tableIdOf(number), JSON.stringify(call.body));
      return queue.views.table(findTable(book, sight, call.parameters.id));
    },
  };
}

const toRun = (rows: readonly { runNum: number; needRunNum: number }[]): number =>
  rows.filter(({ runNum, needRunNum }) => runNum < needRunNum).length;

/**
 * True where nothing of it waits or lives and its file says so: one whose results are still to be written would run its
 * rows again if it were read and queued now.
 */
function isOver(book: HubParts['queue']['book'], table: TableView): boolean {
  if (!isFinished(table)) return false;
  return table.file === null || book.unwritten(table.number, 1).results.length === 0;
}
