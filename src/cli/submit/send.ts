/**
 * Sends a table to the hub in batches. A request that was not answered is sent again with the same key (the first) or
 * the same number (the others): the hub answers it as it did then, so nothing is queued twice.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { z } from 'zod';
import { type HubClient, HubFailure } from '../../client/hubClient.ts';
import { MAX_ROWS_BODY_BYTES, MAX_ROWS_PER_BATCH } from '../../model/limits.ts';
import type { Table } from '../../model/queue.ts';
import type { SubmittedRow, tableApi } from '../../protocol/tableApi.ts';
import type { RowTask } from '../../protocol/tableSync.ts';
import type { PreparedSubmit } from './prepare.ts';

/** Room for the environment and what stands around the rows. */
const BATCH_BYTES = MAX_ROWS_BODY_BYTES / 2;
const TRIES = 5;

export interface SentTable {
  table: Table;
  tasks: z.output<typeof RowTask>[];
  /** Whether an agent keeps the table's file up; null: it has none, or that is not known yet. */
  isKeptUp: boolean | null;
}

/** Queues everything; `progress` is told after each batch how many rows the hub has. */
export async function sendTable(
  client: HubClient,
  { table, rows }: PreparedSubmit,
  progress: (rows: number) => void,
): Promise<SentTable> {
  const batches = batchesOf(rows);
  const [first = [], ...more] = batches;
  const headers = { 'idempotency-key': randomUUID() };
  let sent: SentTable = await again(() =>
    client.call('submitTable', {
      headers,
      body: { table, rows: first, isComplete: more.length === 0, rowsInAll: rowsToRun(rows), dryRun: false },
    }),
  );
  const tasks = [...sent.tasks];
  let count = first.length;
  progress(count);
  for (const [index, batch] of more.entries()) {
    sent = await again(() =>
      client.call('addRows', {
        parameters: { id: sent.table.id },
        body: { batch: index + 1, rows: batch, isComplete: index === more.length - 1 },
      }),
    );
    tasks.push(...sent.tasks);
    count += batch.length;
    progress(count);
  }
  return { table: sent.table, tasks, isKeptUp: sent.isKeptUp };
}

/** What would happen to the rows: to each of a first batch, and to all others, which ask the same (`tableApi.submitTable`). */
export async function planTable(client: HubClient, { table, rows }: PreparedSubmit): Promise<Plan> {
  const [first = []] = batchesOf(rows);
  return client.call('submitTable', {
    body: { table, rows: first, isComplete: true, rowsInAll: rowsToRun(rows), dryRun: true },
  });
}

export type Plan = Pick<z.output<typeof tableApi.submitTable.response>, 'plan' | 'others'>;

const rowsToRun = (rows: readonly SubmittedRow[]): number =>
  rows.filter(({ runNum, needRunNum }) => runNum < needRunNum).length;

/** Rows as they travel: so many at a time, and so many bytes. */
export function batchesOf(rows: readonly SubmittedRow[]): SubmittedRow[][] {
  const batches: SubmittedRow[][] = [];
  let batch: SubmittedRow[] = [];
  let bytes = 0;
  for (const row of rows) {
    // A character is three bytes at most in UTF-8 for each unit, and JSON's escapes are rare.
    const rowBytes = JSON.stringify(row).length * 3;
    if (batch.length > 0 && (batch.length === MAX_ROWS_PER_BATCH || bytes + rowBytes > BATCH_BYTES)) {
      batches.push(batch);
      batch = [];
      bytes = 0;
    }
    batch.push(row);
    bytes += rowBytes;
  }
  if (batch.length > 0) batches.push(batch);
  return batches;
}

/** A request whose answer was lost on the way is repeated; a hub that says no is not. */
async function again<Answer>(request: () => Promise<Answer>): Promise<Answer> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await request();
    } catch (failure) {
      const isLost = failure instanceof HubFailure && failure.code === 'hub-not-reached';
      // The first try tells whether there is a hub at all; who typed a wrong address hears it at once.
      if (!isLost || tries === TRIES || /ECONNREFUSED|ENOTFOUND/.test(failure.message)) throw failure;
      await delay(250 * 2 ** tries);
    }
  }
}
