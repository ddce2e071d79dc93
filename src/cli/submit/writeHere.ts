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
): Promise<{ results: RowResult[]; isKeptUp: boolean | null }> {
  const results: RowResult[] = [];
  for (let offset = 0; ; offset += MAX_ROWS_PER_BATCH) {
    const page = await client.call('tableResults', {
      parameters: { id: table },
      query: { offset, limit: MAX_ROWS_PER_BATCH },
    });
    results.push(...page.results);
    if (offset + MAX_ROWS_PER_BATCH >= page.total) return { results, isKeptUp: page.isKeptUp };
  }
}

/** Writes all of it at once: the file is replaced once. Answers what is wrong, in words, else null. */
export async function writeHere(
  context: Pick<CommandContext, 'writeTable'>,
  file: TableFile,
  table: string,
  results: readonly RowResult[],
): Promise<string | null> {
  if (results.length === 0) return null;
  const { warning } = await context.writeTable({ table, file, revision: 0, results: [...results] });
  return warning;
}
