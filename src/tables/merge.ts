/** What somebody changed in a table's file while its rows were queued: known rows against the rows it has now. */
import type { FileRow, KeepTable, TableEdits } from '../protocol/tableSync.ts';

export type KnownRow = Omit<KeepTable['known'][number], 'key'>;
export interface Edits extends Pick<TableEdits, 'needRunNum' | 'removed' | 'returned'> {
  added: FileRow[];
}

/** A new row is a new task, another need_run_num more or fewer runs, a row that is gone is held and asked about. */
export function mergeEdits(known: ReadonlyMap<string, KnownRow>, rows: readonly FileRow[]): Edits {
  const edits: Edits = { added: [], needRunNum: [], removed: [], returned: [] };
  const present = new Set<string>();
  for (const row of rows) {
    present.add(row.key);
    const before = known.get(row.key);
    if (!before) edits.added.push(row);
    else {
      if (before.isRemoved) edits.returned.push(row.key);
      if (before.needRunNum !== row.needRunNum)
        edits.needRunNum.push({ key: row.key, needRunNum: row.needRunNum });
    }
  }
  for (const [key, { isRemoved }] of known) if (!isRemoved && !present.has(key)) edits.removed.push(key);
  return edits;
}

/** True where nothing was changed. */
export const isUnchanged = ({
  added,
  needRunNum,
  removed,
  returned,
}: Record<'added' | 'needRunNum' | 'removed' | 'returned', readonly unknown[]>): boolean =>
  added.length + needRunNum.length + removed.length + returned.length === 0;
