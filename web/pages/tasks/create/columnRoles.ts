/**
 * What each column of a table is to be: told by its name first (src/tables/reserved.ts), and by the reader where the name
 * does not tell. Applied to rows that were read already. Pure.
 */
import type { FileRow } from '../../../../src/protocol/tableSync.ts';

export type ColumnRole = 'parameter' | 'name' | 'runNum' | 'needRunNum' | 'command' | 'ignored';

/** Roles that a reader may give a column that is no reserved one. */
export const GIVEN_ROLES: readonly ColumnRole[] = ['parameter', 'name', 'needRunNum', 'command', 'ignored'];

const RESERVED: Record<string, ColumnRole> = {
  run_num: 'runNum',
  need_run_num: 'needRunNum',
  name: 'name',
  cmd: 'command',
};

/** The role that a column's own name gives it; null where it gives none. */
export const reservedRole = (column: string): ColumnRole | null => RESERVED[column] ?? null;

/** The rows as they are to be queued. A number of runs that is none counts as one. */
export function withRoles(rows: readonly FileRow[], roles: ReadonlyMap<string, ColumnRole>): FileRow[] {
  const given = [...roles].filter(([, role]) => role !== 'parameter');
  if (given.length === 0) return [...rows];
  return rows.map((row) => {
    const changed: FileRow = {
      ...row,
      parameters: row.parameters.filter(([column]) => (roles.get(column) ?? 'parameter') === 'parameter'),
    };
    for (const [column, role] of given) {
      const text = row.parameters.find(([name]) => name === column)?.[1];
      if (text === undefined) continue;
      if (role === 'name') changed.name = text.slice(0, 256);
      if (role === 'command') changed.command = text;
      if (role === 'needRunNum') changed.needRunNum = runsOf(text);
    }
    return changed;
  });
}

function runsOf(text: string): number {
  const value = Number(text);
  return Number.isInteger(value) && value >= 0 && value <= 100_000 ? value : 1;
}
