/** A submit that queues nothing: where each row would go now, or why it would wait. */
import type { z } from 'zod';
import { tableIdOf } from '../../model/task.ts';
import type { WaitingReason } from '../../model/waiting.ts';
import type { tableApi } from '../../protocol/tableApi.ts';
import type { WaitingRun } from '../../scheduling/facts.ts';
import { profileOf } from '../../scheduling/learn.ts';
import type { TaskBook } from './book/taskBook.ts';
import type { ReasonsNow } from './reasons.ts';

type Body = z.output<(typeof tableApi)['submitTable']['body']>;
type Answer = z.input<(typeof tableApi)['submitTable']['response']>;

export interface DryRunSources {
  book: Pick<TaskBook, 'tables' | 'task'>;
  reasons: ReasonsNow;
  /** The node of a machine; null where it never joined. */
  nodeOf: (machineId: string) => string | null;
  nowMs: () => number;
}

type Planned = NonNullable<Answer['others']>;

/** A table that nobody has yet. */
const NEW = 'a new table';

/** What would become of these rows, each counted for those after it. */
export function tryOut(
  { book, reasons, nodeOf, nowMs }: DryRunSources,
  { table, rows, rowsInAll = 0 }: Pick<Body, 'table' | 'rows' | 'rowsInAll'>,
  owner: string,
): Answer {
  const look = reasons.fresh();
  const { options } = table;
  const isSingle = table.file === null && rows.length === 1;
  const common: Omit<WaitingRun, 'id' | 'task' | 'order'> = {
    run: 1,
    table: NEW,
    owner,
    priority: options.priority,
    queuedAtMs: nowMs(),
    ask: options.ask,
    own: isSingle && options.ask.memoryBytes !== null ? { bytes: options.ask.memoryBytes, by: 'row' } : null,
    profile: profileOf(isSingle ? null : NEW, table.command),
    tableBytes: options.ask.memoryBytes,
    pin: table.machineId === null ? null : (nodeOf(table.machineId) ?? `machine ${table.machineId}`),
    person: owner,
    avoid: [],
    gpuOrder: null,
    hold: table.hold ? 'user' : null,
    dependencies: options.after.map(({ task, wanted }) => ({
      task,
      wanted,
      state: book.task(Number(task.slice(1)))?.state ?? 'lost',
    })),
    previousRun: null,
    notBefore: options.startAfterMs === null ? null : { atMs: options.startAfterMs, backoff: null },
  };
  let started = 0;
  /** Why the first that waits does: rows ask alike, so all after it wait for the same. */
  let waits: Planned | null = null;
  const waitFor = (reason: WaitingReason): Planned => {
    waits = { node: null, gpus: [], reason: reasons.text(reason), waiting: reason };
    return waits;
  };
  const next = (): Planned => {
    if (waits !== null) return waits;
    const { maxRunning } = table;
    if (maxRunning !== null && started >= maxRunning)
      return waitFor({
        kind: 'limit',
        limit: 'table',
        running: started,
        allowed: maxRunning,
        handStarted: 0,
      });
    const id = `row ${started + 1}`;
    const tried = look.tryOut({ ...common, id, task: id, order: Number.MAX_SAFE_INTEGER });
    if ('reason' in tried) return waitFor(tried.reason);
    started += 1;
    const { nodeName, gpus } = tried.start;
    return { node: nodeName, gpus: gpus.map(({ index }) => index), reason: null };
  };
  const plan = rows.map(({ key, runNum, needRunNum }) =>
    runNum >= needRunNum
      ? { key, node: null, gpus: [], reason: 'all its runs are done' }
      : { key, ...next() },
  );
  const isMore = rowsInAll > rows.filter(({ runNum, needRunNum }) => runNum < needRunNum).length;
  const afterThem = isMore ? next() : null;
  const runs = rows.reduce((sum, row) => sum + Math.max(row.runNum, row.needRunNum), 0);
  return {
    table: {
      // The number that it would get now.
      id: tableIdOf((book.tables()[0]?.number ?? 0) + 1),
      name: table.name,
      owner,
      file: table.file,
      fileWarning: null,
      fileTrouble: null,
      workingDirectory: table.workingDirectory,
      command: table.command,
      options,
      maxRunning: table.maxRunning,
      paused: null,
      gitCommit: table.gitCommit,
      gitDirty: table.gitDirty,
      createdAtMs: nowMs(),
      rows: rows.length,
      runs,
      counts: { [table.hold ? 'held' : 'queued']: rows.length },
      doneAtMs: null,
      doneErrorMs: null,
    },
    tasks: [],
    plan,
    // One that would start tells nothing of those after it.
    others: afterThem?.node === null ? afterThem : null,
  };
}
