/** Queues rows: the first of them with the table, the others in numbered batches, so that a lost answer can be asked for again. */
import type { CommandSource } from '../../../../src/model/command.ts';
import { MAX_ROWS_PER_BATCH } from '../../../../src/model/limits.ts';
import type { SubmittedRow, SubmittedTable } from '../../../../src/protocol/tableApi.ts';
import type { FileRow } from '../../../../src/protocol/tableSync.ts';
import { askHub, type HubAnswer } from '../../../live/hub.ts';
import type { ReadEntries } from './entries.ts';
import { toldProblem } from './toldProblem.ts';

/** Rows with their commands, or the first that cannot have one. */
export type MadeRows =
  | { ok: true; rows: SubmittedRow[]; commandText: string }
  | { ok: false; message: string; hint: string };

/** Makes each row's command. The reading of templates comes with the tables, as a part of its own. */
export async function makeRows(
  source: CommandSource,
  columns: readonly string[],
  rows: readonly FileRow[],
  language: string,
): Promise<MadeRows> {
  const [{ commandMaker, sourceText }, { CommandProblem }, { defaultName }] = await Promise.all([
    import('../../../../src/tables/command/rowCommand.ts'),
    import('../../../../src/tables/command/problem.ts'),
    import('../../../../src/tables/reserved.ts'),
  ]);
  try {
    const commandOf = commandMaker(source, columns);
    return {
      ok: true,
      commandText: sourceText(source),
      rows: rows.map((row) => ({
        key: row.key,
        row: row.row,
        name: row.name ?? defaultName(row.row - 1),
        runNum: row.runNum,
        needRunNum: row.needRunNum,
        parameters: row.parameters,
        command: commandOf(row),
      })),
    };
  } catch (problem) {
    if (problem instanceof CommandProblem) {
      const { what, hint } = await toldProblem(problem, language);
      return { ok: false, message: what, hint };
    }
    throw problem;
  }
}

/**
 * What makes the commands, from a line that was typed: a template, or its words with the columns appended as flags.
 * `null` where columns cannot be appended, because a shell reads the line.
 */
export async function sourceOf(line: string, appends: boolean): Promise<CommandSource | null> {
  if (!appends) return { kind: 'template', template: line };
  const { splitTemplate } = await import('../../../../src/tables/command/split.ts');
  const { words, needsShell } = splitTemplate(line.trim(), () => false);
  if (needsShell) return null;
  return {
    kind: 'words',
    words: words.map(({ pieces }) =>
      pieces.map((piece) => ('text' in piece ? piece.text : `{${piece.placeholder}}`)).join(''),
    ),
  };
}

/**
 * Without a file, since this browser's is not the hub's to write results to, and without an owner: that is whoever
 * asks.
 */
export function submittedTable(
  name: string,
  commandText: string,
  { options, maxRunning, directory, environment }: ReadEntries,
  hold: boolean,
): SubmittedTable {
  return {
    name,
    owner: null,
    file: null,
    command: commandText,
    options,
    maxRunning,
    hold,
    workingDirectory: directory,
    environment,
    machineId: null,
    gpuOrder: null,
    gitCommit: null,
    gitDirty: null,
  };
}

/** What would happen to the rows, of which the first batch is asked about. */
export const tryTable = (table: SubmittedTable, rows: readonly SubmittedRow[]) =>
  askHub('submitTable', {
    body: {
      table,
      rows: rows.slice(0, MAX_ROWS_PER_BATCH),
      isComplete: true,
      rowsInAll: rowsToRun(rows),
      dryRun: true,
    },
  });

const rowsToRun = (rows: readonly SubmittedRow[]): number =>
  rows.filter(({ runNum, needRunNum }) => runNum < needRunNum).length;

/** Queues all rows; answers the id of the first task and of the table. */
export async function queueTable(
  table: SubmittedTable,
  rows: readonly SubmittedRow[],
  idempotencyKey: string,
  onProgress: (done: number) => void,
): Promise<HubAnswer<{ table: string; firstTask: string | null }>> {
  const first = rows.slice(0, MAX_ROWS_PER_BATCH);
  const isComplete = first.length === rows.length;
  const answer = await askHub('submitTable', {
    headers: { 'idempotency-key': idempotencyKey },
    body: { table, rows: first, isComplete, rowsInAll: rowsToRun(rows) },
  });
  if (!answer.ok) return answer;
  const { id } = answer.value.table;
  onProgress(first.length);
  for (let from = first.length, batch = 1; from < rows.length; batch += 1) {
    const part = rows.slice(from, from + MAX_ROWS_PER_BATCH);
    from += part.length;
    const more = await askHub('addRows', {
      parameters: { id },
      body: { batch, rows: part, isComplete: from >= rows.length },
    });
    if (!more.ok) return more;
    onProgress(from);
  }
  return { ok: true, value: { table: id, firstTask: answer.value.tasks[0]?.task ?? null } };
}

/** Names one submit, so that asking twice queues once. Also over plain http, where the browser makes no UUID. */
export function newIdempotencyKey(): string {
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}
