/** Edits as they travel: rows that were added with their commands, and no message too long. */
import { MAX_MESSAGE_CHARACTERS, MAX_ROWS_PER_BATCH } from '../../model/limits.ts';
import type { TableFile } from '../../model/queue.ts';
import type { FileRow, SubmittedRow, TableEdits } from '../../protocol/tableSync.ts';
import { commandMaker } from '../../tables/command/rowCommand.ts';
import type { Edits } from '../../tables/merge.ts';
import { defaultName } from '../../tables/reserved.ts';

/** A quarter of what one message of the link may have. */
const PAGE_CHARACTERS = 1024 * 1024;

/** The rows that can be queued, and why others cannot, in words. */
export function addedRows(
  file: TableFile,
  columns: readonly string[],
  added: readonly FileRow[],
): { rows: SubmittedRow[]; warning: string | null } {
  const { commandSource } = file;
  if (added.length === 0) return { rows: [], warning: null };
  if (!commandSource) {
    return {
      rows: [],
      warning: `${added.length} rows were added, and it is not known what they are to run: submit the table again`,
    };
  }
  const rows: SubmittedRow[] = [];
  let warning: string | null = null;
  for (const row of added) {
    try {
      const { key, runNum, needRunNum, parameters } = row;
      rows.push({
        key,
        row: row.row,
        name: row.name ?? defaultName(row.row - 1),
        runNum,
        needRunNum,
        parameters,
        command: commandMaker(commandSource, columns)(row),
      });
    } catch (failure) {
      const words = failure instanceof Error ? failure.message : String(failure);
      warning ??= `row ${row.row} was added and is not queued: ${words}`.slice(0, MAX_MESSAGE_CHARACTERS);
    }
  }
  return { rows, warning };
}

/** Cuts edits into messages; a warning alone is a message too. */
export function editPages(
  table: string,
  { needRunNum, removed, returned }: Omit<Edits, 'added'>,
  added: readonly SubmittedRow[],
  warning: string | null,
): TableEdits[] {
  const pages: TableEdits[] = [];
  const page = (changes: Partial<TableEdits>): void => {
    pages.push({ table, added: [], needRunNum: [], removed: [], returned: [], warning, ...changes });
  };
  for (const rows of cut(added)) page({ added: rows });
  for (const edits of cut(needRunNum)) page({ needRunNum: edits });
  for (const keys of cut(removed)) page({ removed: keys });
  for (const keys of cut(returned)) page({ returned: keys });
  return pages;
}

function cut<Item>(items: readonly Item[]): Item[][] {
  const pieces: Item[][] = [];
  let piece: Item[] = [];
  let characters = 0;
  for (const item of items) {
    const more = JSON.stringify(item).length;
    if (piece.length > 0 && (piece.length === MAX_ROWS_PER_BATCH || characters + more > PAGE_CHARACTERS)) {
      pieces.push(piece);
      piece = [];
      characters = 0;
    }
    piece.push(item);
    characters += more;
  }
  if (piece.length > 0) pieces.push(piece);
  return pieces;
}
