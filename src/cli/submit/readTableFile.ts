/** The table that a submit names: opened by its owner's own process, read, and described for its keeper. */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { NotOurFile, readOwnedFile } from '../../io/ownedFile.ts';
import type { TableFile } from '../../model/queue.ts';
import type { FileRow } from '../../protocol/tableSync.ts';
import { TableProblem } from '../../tables/problem.ts';
import { type ResultColumn, resultColumnsIn } from '../../tables/reserved.ts';
import { formatOf, readTable } from '../../tables/table.ts';
import { wrongUsage } from '../context.ts';
import type { SubmitProblems } from '../words/submitProblems.ts';

/** A million rows of a hundred characters; what is larger is hardly meant as a table. */
export const MAX_TABLE_FILE_BYTES = 256 * 2 ** 20;

export interface ReadTableFile {
  file: TableFile;
  columns: string[];
  rows: FileRow[];
}

export interface TableFileRequest {
  /** As it was typed. */
  named: string;
  sheet: string | null;
  /** Columns to be kept up beside run_num. */
  results: readonly ResultColumn[];
  machineId: string;
  uid: number;
  progress(rows: number): void;
  /** Words for what is wrong with it. */
  problems: SubmitProblems;
}

/**
 * Reads it.
 * @throws CommandFailure where it cannot be opened or understood
 */
export async function readTableFile(request: TableFileRequest): Promise<ReadTableFile> {
  const { named, sheet, machineId, uid, progress } = request;
  try {
    const format = formatOf(named);
    // Links on the way are the user's own business here; from now on the file itself is meant.
    const path = await realpath(resolve(process.cwd(), named));
    const { bytes } = await readOwnedFile(path, { uid: null, maxBytes: MAX_TABLE_FILE_BYTES });
    const reading = { file: named, format, sheet, progress };
    const first = await readTable(bytes, { ...reading, resultColumns: request.results });
    const writesColumns = keptUp(first.columns, request.results);
    const { columns, rows } =
      writesColumns.length === request.results.length
        ? first
        : await readTable(bytes, { ...reading, resultColumns: writesColumns });
    if (rows.length === 0)
      throw new TableProblem(
        { file: named, sheet: first.sheet },
        'has no rows',
        'its first line names the columns; the rows come below',
      );
    return {
      file: { path, format, sheet: first.sheet, machineId, uid, writesColumns },
      columns,
      rows,
    };
  } catch (failure) {
    throw asCommandFailure(failure, named, request.problems);
  }
}

/**
 * A table that we kept up before has our columns: they are results again, not parameters. `gpu`, `node` and `status`
 * alone may be somebody's parameters.
 */
function keptUp(columns: readonly string[], asked: readonly ResultColumn[]): ResultColumn[] {
  const there = resultColumnsIn(columns);
  const isOurs = there.some(
    (column) => column === 'exit_code' || column === 'started_at' || column === 'ended_at',
  );
  return isOurs ? [...new Set([...asked, ...there])] : [...asked];
}

function asCommandFailure(failure: unknown, named: string, problems: SubmitProblems): unknown {
  if (failure instanceof TableProblem) return wrongUsage(problems.problem(failure));
  if (failure instanceof NotOurFile) return wrongUsage(problems.notOurFile(failure));
  const code = failure instanceof Error && 'code' in failure ? String(failure.code) : null;
  if (code === 'ENOENT') return wrongUsage(problems.noSuchFile(named));
  if (code === 'EACCES' || code === 'EPERM') return wrongUsage(problems.mayNotRead(named));
  return failure;
}
