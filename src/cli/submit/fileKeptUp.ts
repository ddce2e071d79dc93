/**
 * After a wait: is it in the file what the runs came to? The owner's agent writes it within a second or two; where no
 * agent runs as the owner on this machine, the waiting command is the owner's process and writes it itself.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { HubClient } from '../../client/hubClient.ts';
import { readOwnedFile } from '../../io/ownedFile.ts';
import { MAX_ROWS_PER_BATCH } from '../../model/limits.ts';
import type { Table, TableFile } from '../../model/queue.ts';
import type { RowResult } from '../../protocol/tableSync.ts';
import type { Task } from '../../protocol/taskApi.ts';
import { writeResults } from '../../tables/table.ts';
import type { CommandContext } from '../context.ts';
import { MAX_TABLE_FILE_BYTES } from './readTableFile.ts';
import type { SentTable } from './send.ts';

const PATIENCE_MS = 6000;
const LOOK_EACH_MS = 250;

/** Resolves when the file is up to date; answers what is wrong with it, in words, else null. */
export async function fileKeptUp(
  context: Pick<CommandContext, 'writeTable'>,
  client: HubClient,
  file: TableFile | null,
  { table, tasks }: SentTable,
): Promise<string | null> {
  if (!file) return null;
  const results = await resultsOf(client, table, tasks);
  const untilMs = performance.now() + PATIENCE_MS;
  while (performance.now() < untilMs) {
    if (await isInFile(file, results)) return null;
    const { fileWarning } = await client.call('table', { parameters: { id: table.id } });
    if (fileWarning !== null) break;
    await delay(LOOK_EACH_MS);
  }
  return writeHere(context, file, table, results);
}

/** True where putting the results into the file would change nothing. */
async function isInFile(file: TableFile, results: readonly RowResult[]): Promise<boolean> {
  try {
    const { bytes } = await readOwnedFile(file.path, { uid: null, maxBytes: MAX_TABLE_FILE_BYTES });
    const { isChanged } = await writeResults(bytes, {
      file: file.path,
      format: file.format,
      sheet: file.sheet,
      resultColumns: file.writesColumns,
      known: results.map(({ key }) => key),
      results,
      neededBefore: new Map(),
    });
    return !isChanged;
  } catch {
    // Somebody is writing it, or it is damaged: the keeper says so.
    return false;
  }
}

/** Of the rows that ran: nobody writes into the others. */
async function resultsOf(client: HubClient, { id }: Table, tasks: SentTable['tasks']): Promise<RowResult[]> {
  const keys = new Map(tasks.map(({ key, task }) => [task, key]));
  const results: RowResult[] = [];
  for (let offset = 0; ; offset += MAX_ROWS_PER_BATCH) {
    const page = await client.call('tasks', { query: { table: id, offset, limit: MAX_ROWS_PER_BATCH } });
    for (const task of page.tasks) {
      const key = keys.get(task.id);
      if (key !== undefined && task.attempts.length > 0) results.push(resultOf(key, task));
    }
    if (offset + MAX_ROWS_PER_BATCH >= page.total) return results;
  }
}

function resultOf(key: string, { runNum, needRunNum, state, attempts }: Task): RowResult {
  const last = attempts.at(-1);
  return {
    key,
    runNum,
    needRunNum,
    state,
    exitCode: last?.exitCode ?? null,
    startedAtMs: last?.startedAtMs ?? null,
    endedAtMs: last?.endedAtMs ?? null,
    gpu: last ? last.gpus.map(({ index }) => index).join(',') || null : null,
    node: last?.node ?? null,
  };
}

async function writeHere(
  context: Pick<CommandContext, 'writeTable'>,
  file: TableFile,
  { id }: Table,
  results: readonly RowResult[],
): Promise<string | null> {
  let warning: string | null = null;
  for (let from = 0; from < results.length; from += MAX_ROWS_PER_BATCH) {
    const written = await context.writeTable({
      table: id,
      file,
      revision: 0,
      results: results.slice(from, from + MAX_ROWS_PER_BATCH),
    });
    warning = written.warning;
  }
  return warning;
}
