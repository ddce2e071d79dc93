/**
 * What a row is recognised by when its file was sorted, rows were deleted or added: the text of its `id` cell, or a hash
 * of its parameter cells. Rows that are alike are numbered (`…#2`); which of them is which does not matter then.
 *
 * An `id` column that names rows is told from one that is just a parameter (the subject, say) when the table is first
 * read: it names rows if every row has one and no two are the same. Later the keys that are known tell.
 */

/** Keys made of an id begin with this; a hash is hexadecimal and never does. */
const ID = 'id=';
const MAX_ID_CHARACTERS = 100;

export interface KeyedCells {
  /** Parameters by column, blank ones left out; a command of the row's own counts as one. */
  cells: readonly (readonly [column: string, text: string])[];
  /** Text of the `id` column; null where there is none or it is blank. */
  id: string | null;
}

/** The keys of a table's rows, in their order. */
export function keysOf(rows: readonly KeyedCells[], known: Iterable<string> | null): string[] {
  const byId = idsNameRows(rows, known);
  const seen = new Map<string, number>();
  return rows.map(({ cells, id }) => {
    const key = byId && id !== null ? idKey(id) : hashOf(cells);
    const times = (seen.get(key) ?? 0) + 1;
    seen.set(key, times);
    return times === 1 ? key : `${key}#${times}`;
  });
}

function idsNameRows(rows: readonly KeyedCells[], known: Iterable<string> | null): boolean {
  if (known) {
    let hasAny = false;
    for (const key of known) {
      if (key.startsWith(ID)) return true;
      hasAny = true;
    }
    if (hasAny) return false;
  }
  const ids = new Set<string>();
  for (const { id } of rows) {
    if (id === null || ids.has(id)) return false;
    ids.add(id);
  }
  return ids.size > 0;
}

const idKey = (id: string): string => (id.length <= MAX_ID_CHARACTERS ? `${ID}${id}` : `${ID}${hash106(id)}`);

/** Columns may change places without making another row of it. */
function hashOf(cells: readonly (readonly [string, string])[]): string {
  const sorted = [...cells].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  return hash106(sorted.map(([column, text]) => `${column}\u0000${text}`).join('\u0001'));
}

/** Two hashes of 53 bits (after cyrb53): a million rows have two alike once in 10^19. Against nobody: the table is its owner's. */
const hash106 = (text: string): string => hash53(text, 0x9e3779b9) + hash53(text, 0x85ebca6b);

function hash53(text: string, seed: number): string {
  let low = 0xdeadbeef ^ seed;
  let high = 0x41c6ce57 ^ seed;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    low = Math.imul(low ^ code, 2654435761);
    high = Math.imul(high ^ code, 1597334677);
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return (2 ** 32 * (2097151 & high) + (low >>> 0)).toString(16).padStart(14, '0');
}
