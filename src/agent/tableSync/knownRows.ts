/** What the hub has of a table's rows, as the keeper believes it: told in pages, changed by edits that the hub took. */
import type { KeepTable, TableEdits } from '../../protocol/tableSync.ts';
import type { KnownRow } from '../../tables/merge.ts';

export interface KnownRows {
  rows: Map<string, KnownRow>;
  /** False until the last page came. */
  isComplete: boolean;
  /** Takes a page; true where it was the last. */
  learn(page: Pick<KeepTable, 'known' | 'isLast'>): boolean;
  /** The hub took these edits. */
  take(edits: TableEdits): void;
}

/** Nothing is known yet. */
export function knownRows(): KnownRows {
  let pages: Map<string, KnownRow> | null = null;
  const known: KnownRows = {
    rows: new Map(),
    isComplete: false,
    learn(page) {
      pages ??= new Map();
      for (const { key, ...row } of page.known) pages.set(key, row);
      if (!page.isLast) return false;
      known.rows = pages;
      known.isComplete = true;
      pages = null;
      return true;
    },
    take({ added, needRunNum, removed, returned }) {
      for (const row of added) known.rows.set(row.key, { needRunNum: row.needRunNum, isRemoved: false });
      for (const edit of needRunNum) change(edit.key, { needRunNum: edit.needRunNum });
      for (const key of removed) change(key, { isRemoved: true });
      for (const key of returned) change(key, { isRemoved: false });
    },
  };
  const change = (key: string, changes: Partial<KnownRow>): void => {
    const row = known.rows.get(key);
    if (row) known.rows.set(key, { ...row, ...changes });
  };
  return known;
}
