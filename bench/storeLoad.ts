/** The process that bench/store.ts measures: works a task book of its own folder, then says its figures as one line. */
import { openTaskBook } from '../src/hub/tasks/book/openTaskBook.ts';
import type { TaskBook } from '../src/hub/tasks/book/taskBook.ts';
import { systemClock } from '../src/io/clock.ts';
import { openLog } from '../src/io/log.ts';
import { MAX_ROWS_PER_BATCH } from '../src/model/limits.ts';
import { from, given, row, said, submit, verdict } from '../test/support/bookBed.ts';
import { percentile, rounded } from './support/figures.ts';
import { memoryOf } from './support/processCost.ts';

/** What it says. */
export interface StoreCost {
  rows: number;
  /** Rows of a table in batches as commands send them, each answered after its commit. */
  submitsPerSecond: number;
  /** Single rows, so many waiting for their commit at once. */
  singleSubmitsPerSecond: number;
  /** Lease, report that it runs, report of its end: three commits each, so many attempts at once. */
  completionsPerSecond: number;
  /** Slowest of 100 from a report to its acknowledgement, while others come. */
  acknowledgedP95Ms: number;
  loadMs: number;
  /** A page of tasks in the queue's order, and one that looks for a word in all cells; p95 of 20. */
  listP95Ms: number;
  searchP95Ms: number;
  /** Of the whole process, thread of the database included, before the first row and with all of them queued. */
  emptyMiB: number;
  queuedMiB: number;
}

const AT_ONCE = 256;
const COMPLETIONS = 5000;
const SINGLES = 5000;

if (import.meta.main) {
  const [folder = '.', rows = '100000'] = process.argv.slice(2);
  console.log(JSON.stringify(await work(folder, Number(rows))));
}

async function work(folder: string, rows: number): Promise<StoreCost> {
  const open = (): Promise<TaskBook> =>
    openTaskBook({ dataFolder: folder, clock: systemClock, log: openLog('error') });
  let book = await open();
  const emptyMiB = settledMiB();
  const submitsPerSecond = await submitTable(book, rows);
  await book.stop();
  const startedAtMs = performance.now();
  book = await open();
  const loadMs = performance.now() - startedAtMs;
  const queuedMiB = settledMiB();
  const page = { sort: 'order', descending: false, offset: 0, limit: 200 } as const;
  const listP95Ms = await p95(20, () => book.list(page));
  const searchP95Ms = await p95(20, () => book.list({ ...page, query: 'resnet lr:0.0421' }));
  const singleSubmitsPerSecond = await submitSingles(book);
  const { completionsPerSecond, acknowledgedP95Ms } = await complete(book);
  await book.stop();
  return {
    rows,
    submitsPerSecond: rounded(submitsPerSecond),
    singleSubmitsPerSecond: rounded(singleSubmitsPerSecond),
    completionsPerSecond: rounded(completionsPerSecond),
    acknowledgedP95Ms: rounded(acknowledgedP95Ms),
    loadMs: rounded(loadMs),
    listP95Ms: rounded(listP95Ms),
    searchP95Ms: rounded(searchP95Ms),
    emptyMiB: rounded(emptyMiB),
    queuedMiB: rounded(queuedMiB),
  };
}

/** Private memory after what is garbage was let go. */
function settledMiB(): number {
  globalThis.gc?.();
  return memoryOf(process.pid).privateMiB;
}

async function submitTable(book: TaskBook, rows: number): Promise<number> {
  const startedAtMs = performance.now();
  const { table } = book.createTable(submit([], { isComplete: false }));
  for (let from = 1, batch = 1; from <= rows; from += MAX_ROWS_PER_BATCH, batch += 1) {
    const count = Math.min(MAX_ROWS_PER_BATCH, rows - from + 1);
    const more = Array.from({ length: count }, (_, index) => row(from + index));
    book.addRows(table.number, batch, more, from + count > rows);
    await book.durable();
  }
  return rows / ((performance.now() - startedAtMs) / 1000);
}

async function submitSingles(book: TaskBook): Promise<number> {
  const startedAtMs = performance.now();
  await atOnce(AT_ONCE, SINGLES, async (index) => {
    book.createTable(submit([row(index + 1)]));
    await book.durable();
  });
  return SINGLES / ((performance.now() - startedAtMs) / 1000);
}

async function complete(book: TaskBook) {
  const acknowledgedMs: number[] = [];
  const waiting = [...book.inState('queued')].map((task) => task.number);
  const startedAtMs = performance.now();
  await atOnce(AT_ONCE, COMPLETIONS, async (index) => {
    const lease = book.lease(waiting[index] ?? 0, given({ nodeId: `node-${index % 8}` }));
    if (!lease) throw new Error('the bench ran out of rows');
    await book.durable();
    const node = from(`node-${index % 8}`);
    book.report(node, said(lease, 'running', 1), () => verdict());
    await book.durable();
    const saidAtMs = performance.now();
    book.report(node, said(lease, 'ended', 2), () => verdict());
    await book.durable();
    acknowledgedMs.push(performance.now() - saidAtMs);
  });
  return {
    completionsPerSecond: COMPLETIONS / ((performance.now() - startedAtMs) / 1000),
    acknowledgedP95Ms: percentile(acknowledgedMs, 95),
  };
}

async function atOnce(many: number, count: number, act: (index: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      next += 1;
      await act(next - 1);
    }
  };
  await Promise.all(Array.from({ length: many }, worker));
}

async function p95(times: number, act: () => Promise<unknown>): Promise<number> {
  const tookMs: number[] = [];
  for (let count = 0; count < times; count += 1) {
    const startedAtMs = performance.now();
    await act();
    tookMs.push(performance.now() - startedAtMs);
  }
  return percentile(tookMs, 95);
}
