/** scheduling.md, part 1, defect 8: what the older scheduler did to tables, each of which must not come back. */
import fc from 'fast-check';
import { readXlsx as readWithLibrary, writeXlsx } from 'hucre/xlsx';
import { describe, expect, test } from 'vitest';
import { csvOf, tableCells } from '../../test/support/tables.ts';
import type { RowResult } from '../protocol/tableSync.ts';
import { commandMaker } from './command/rowCommand.ts';
import { isReserved } from './reserved.ts';
import { readTable, type TableFormat, writeResults } from './table.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (content: Uint8Array, format: TableFormat = 'csv') =>
  readTable(content, { file: `t.${format}`, format, resultColumns: [] });
const resultOf = (key: string, runNum = 1): RowResult => ({
  key,
  runNum,
  needRunNum: 1,
  state: 'succeeded',
  exitCode: 0,
  startedAtMs: null,
  endedAtMs: null,
  gpu: null,
  node: null,
});
const write = async (content: Uint8Array, results: RowResult[], format: TableFormat = 'csv') =>
  (
    await writeResults(content, {
      file: `t.${format}`,
      format,
      resultColumns: [],
      results,
      neededBefore: new Map(),
    })
  ).bytes;
const written = async (text: string, row: number): Promise<string> => {
  const { rows } = await read(bytes(text));
  return new TextDecoder().decode(await write(bytes(text), [resultOf(rows[row]?.key ?? '')]));
};

describe('defect 8: the table is damaged', () => {
  test('001 does not become 1.0, on the way to the command and in the file', async () => {
    const text = 'seed,run_num,need_run_num,name,cmd\n001,0,1,a,No command\n,0,1,b,No command\n';
    const { rows, columns } = await read(bytes(text));
    const make = commandMaker({ kind: 'words', words: ['p'] }, columns);
    expect(rows.map(make)).toEqual([
      { kind: 'argv', words: ['p', '--seed', '001'] },
      { kind: 'argv', words: ['p'] },
    ]);
    expect(await written(text, 0)).toBe(text.replace('001,0', '001,1'));
  });

  test('a blank does not become nan, and is not passed on', async () => {
    const text = 'lr,seed,run_num,need_run_num,name,cmd\n0.1,,0,1,a,No command\n';
    expect(await written(text, 0)).toBe('lr,seed,run_num,need_run_num,name,cmd\n0.1,,1,1,a,No command\n');
  });

  test('other sheets and formulas do not vanish', async () => {
    const content = await writeXlsx({
      sheets: [
        {
          name: 'runs',
          rows: [
            ['lr', 'run_num'],
            [0.1, 0],
          ],
        },
        {
          name: 'notes',
          rows: [['sum', null]],
          cells: new Map([['0,1', { formula: 'SUM(runs!B2:B9)', formulaResult: 0 }]]),
        },
      ],
    });
    const { rows } = await read(content, 'xlsx');
    const after = await readWithLibrary(await write(content, [resultOf(rows[0]?.key ?? '')], 'xlsx'));
    expect(after.sheets.map(({ name }) => name)).toEqual(['runs', 'notes']);
    expect(after.sheets[1]?.cells?.get('0,1')?.formula).toBe('SUM(runs!B2:B9)');
    expect(after.sheets[0]?.rows[1]?.slice(0, 2)).toEqual([0.1, 1]);
  });

  test('a blank run_num does not crash: it is 0', async () => {
    const text = 'lr,run_num\n0.1,\n';
    expect((await read(bytes(text))).rows[0]?.runNum).toBe(0);
  });

  test('columns that are missing are added as the older scheduler added them', async () => {
    expect(await written('lr\n0.1\n0.2\n', 1)).toBe(
      'lr,run_num,need_run_num,name,cmd\n0.1,0,1,Task:0,No command\n0.2,1,1,Task:1,No command\n',
    );
  });

  test('edits made meanwhile are not overwritten: rows are found where they are now', async () => {
    const { rows } = await read(bytes('lr\n1\n2\n3\n'));
    const now = 'note,lr,run_num,need_run_num,name,cmd\nnew,9,0,1,,\n,3,0,7,,\n,2,0,1,mine,\n';
    const results = rows.map(({ key }) => resultOf(key));
    expect(new TextDecoder().decode(await write(bytes(now), results))).toBe(
      'note,lr,run_num,need_run_num,name,cmd\nnew,9,0,1,,\n,3,1,7,,\n,2,1,1,mine,\n',
    );
  });

  test('any table: only run_num changes, and a second write changes nothing', async () => {
    await fc.assert(
      fc.asyncProperty(
        csvOf(
          tableCells().map(({ columns, rows }) => {
            const names = columns.filter((column) => !isReserved(column) && column !== 'x');
            return {
              columns: ['run_num', ...(names.length > 0 ? names : ['x']), 'need_run_num', 'name', 'cmd'],
              rows: rows.map((cells) => ['', ...cells.slice(0, Math.max(1, names.length)), '', '', '']),
            };
          }),
        ),
        async ({ content, rows: made }) => {
          fc.pre(made.every((cells) => cells.some((cell) => cell !== '')));
          const { rows } = await read(content);
          const results = rows.map(({ key }, row) => resultOf(key, row));
          const once = await write(content, results);
          const after = await read(once);
          expect(after.rows).toEqual(rows.map((row, at) => ({ ...row, runNum: at })));
          expect([...(await write(once, results))]).toEqual([...once]);
        },
      ),
      { numRuns: 60 },
    );
  });
});
