/**
 * `NAME.flowline.csv`: where results go while a table cannot be written, because it is read-only, damaged or gone. A row
 * for each, known by the key; what it holds is put into the table once that can be written, and the sidecar goes.
 */
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { readFileIfThere, writeFileAtomically } from '../../io/atomicFile.ts';
import { RunState } from '../../model/task.ts';
import type { FileRow, RowResult } from '../../protocol/tableSync.ts';
import { readCsv } from '../../tables/csv/readCsv.ts';
import { cellRaw } from '../../tables/csv/scan.ts';
import type { Grid } from '../../tables/grid.ts';
import { resultText } from '../../tables/results.ts';

export interface Sidecar {
  /** What an earlier keeper left, and where; null where there is none. */
  load(): Promise<{ place: string; results: RowResult[] } | null>;
  /** Writes all results; answers where. @throws the operating system's error where it can be written nowhere */
  save(results: Iterable<RowResult>, rows: ReadonlyMap<string, FileRow>): Promise<string>;
  remove(): Promise<void>;
}

const FIGURES = [
  'key',
  'row',
  'name',
  'run_num',
  'need_run_num',
  'status',
  'exit_code',
  'started_at',
  'ended_at',
  'gpu',
  'node',
  'started_at_ms',
  'ended_at_ms',
] as const;

/** @param folder where it goes when the table's own folder cannot be written; null: nowhere */
export function sidecarOf(path: string, folder: string | null): Sidecar {
  const name = `${basename(path)}.flowline.csv`;
  const places = [join(dirname(path), name), ...(folder === null ? [] : [join(folder, name)])];
  return {
    async load() {
      for (const place of places) {
        const text = await readFileIfThere(place).catch(() => null);
        if (text !== null) return { place, results: resultsIn(text, place) };
      }
      return null;
    },
    async save(results, rows) {
      const text = sidecarText(results, rows);
      let problem: unknown = null;
      for (const place of places) {
        try {
          if (place !== places[0]) await mkdir(dirname(place), { recursive: true, mode: 0o700 });
          await writeFileAtomically(place, text, 0o600);
          return place;
        } catch (failure) {
          problem ??= failure;
        }
      }
      throw problem;
    },
    async remove() {
      for (const place of places) await rm(place, { force: true }).catch(() => undefined);
    },
  };
}

/** For people and their spreadsheets: with a mark for UTF-8, and no text that would be taken for a formula. */
function sidecarText(results: Iterable<RowResult>, rows: ReadonlyMap<string, FileRow>): string {
  const lines = [FIGURES.join(',')];
  for (const result of results) {
    const row = rows.get(result.key);
    const cells = [
      result.key,
      row ? String(row.row) : '',
      harmless(row?.name ?? ''),
      String(result.runNum),
      String(result.needRunNum),
      ...(['status', 'exit_code', 'started_at', 'ended_at', 'gpu', 'node'] as const).map((column) =>
        harmless(resultText(column, result)),
      ),
      result.startedAtMs === null ? '' : String(result.startedAtMs),
      result.endedAtMs === null ? '' : String(result.endedAtMs),
    ];
    lines.push(cells.map((cell) => cellRaw(cell, 0x2c, false)).join(','));
  }
  return `\ufeff${lines.join('\n')}\n`;
}

const harmless = (text: string): string => (/^[=+\-@]/.test(text) ? `'${text}` : text);

function resultsIn(text: string, file: string): RowResult[] {
  let grid: Grid;
  try {
    grid = readCsv(new TextEncoder().encode(text), { file });
  } catch {
    return [];
  }
  return grid.rows.flatMap(({ cells }): RowResult[] => {
    const cell = (column: (typeof FIGURES)[number]): string => cells[grid.columns.indexOf(column)] ?? '';
    const figure = (column: (typeof FIGURES)[number]): number | null =>
      /^\d+$/.test(cell(column)) ? Number(cell(column)) : null;
    const state = RunState.safeParse(cell('status'));
    const runNum = figure('run_num');
    const needRunNum = figure('need_run_num');
    if (!state.success || runNum === null || needRunNum === null || cell('key') === '') return [];
    return [
      {
        key: cell('key'),
        runNum,
        needRunNum,
        state: state.data,
        exitCode: figure('exit_code'),
        startedAtMs: figure('started_at_ms'),
        endedAtMs: figure('ended_at_ms'),
        gpu: cell('gpu') || null,
        node: cell('node').replace(/^'/, '') || null,
      },
    ];
  });
}
