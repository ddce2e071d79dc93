/**
 * After a wait: is it in the file what the runs came to? The owner's agent writes it within a second or two; where no
 * agent runs as the owner on this machine, the waiting command is the owner's process and writes it itself.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { HubClient } from '../../client/hubClient.ts';
import { readOwnedFile } from '../../io/ownedFile.ts';
import type { TableFile } from '../../model/queue.ts';
import type { RowResult } from '../../protocol/tableSync.ts';
import { writeResults } from '../../tables/table.ts';
import type { CommandContext } from '../context.ts';
import { MAX_TABLE_FILE_BYTES } from './readTableFile.ts';
import { resultsOf, writeHere } from './writeHere.ts';

const PATIENCE_MS = 6000;
const LOOK_EACH_MS = 250;

/** Resolves when the file is up to date; answers what is wrong with it, in words, else null. */
export async function fileKeptUp(
  context: Pick<CommandContext, 'writeTable'>,
  client: HubClient,
  file: TableFile | null,
  table: string,
): Promise<string | null> {
  if (!file) return null;
  const came = await resultsOf(client, table);
  const { results, isKeptUp } = came;
  const untilMs = performance.now() + PATIENCE_MS;
  while (isKeptUp !== false && performance.now() < untilMs) {
    if (await isInFile(file, results)) return null;
    const { fileWarning } = await client.call('table', { parameters: { id: table } });
    if (fileWarning !== null) break;
    await delay(LOOK_EACH_MS);
  }
  return writeHere(context, client, file, table, came);
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
