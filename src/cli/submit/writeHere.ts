/** Writing into a table's file, as its owner, what its runs came to: where no agent does. */
import type { HubClient } from '../../client/hubClient.ts';
import { MAX_ROWS_PER_BATCH } from '../../model/limits.ts';
import type { TableFile } from '../../model/queue.ts';
import type { RowResult } from '../../protocol/tableSync.ts';
import type { CommandContext } from '../context.ts';

/** Of the rows that ran: nobody writes into the others. */
export async function resultsOf(
  client: HubClient,
  table: string,
): Promise<{ results: RowResult[]; isKeptUp: boolean | null; revision: number }> {
  const results: RowResult[] = [];
  // Of the first page: what changes while the others are asked for is not said to be written.
  let revision: number | null = null;
  for (let offset = 0; ; offset += MAX_ROWS_PER_BATCH) {
    const page = await client.call('tableResults', {
      parameters: { id: table },
      query: { offset, limit: MAX_ROWS_PER_BATCH },
    });
    results.push(...page.results);
    revision ??= page.revision;
    if (offset + MAX_ROWS_PER_BATCH >= page.total) return { results, isKeptUp: page.isKeptUp, revision };
  }
}

/** Writes all of it at once, and tells the hub. Answers what is wrong, in words, else null. */
export async function writeHere(
  context: Pick<CommandContext, 'writeTable'>,
  client: HubClient,
  file: TableFile,
  table: string,
  { results, revision }: { results: readonly RowResult[]; revision: number },
): Promise<string | null> {
  if (results.length > 0) {
    const { warning } = await context.writeTable({ table, file, revision, results: [...results] });
    if (warning !== null) return warning;
  }
  await client.call('tableWritten', { parameters: { id: table }, body: { revision } });
  return null;
}
