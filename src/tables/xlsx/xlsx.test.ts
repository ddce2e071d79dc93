import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import type { WriteSheet } from 'hucre';
import { readXlsx as readWithLibrary, writeXlsx } from 'hucre/xlsx';
import { describe, expect, test } from 'vitest';
import { awkwardText } from '../../../test/support/tables.ts';
import type { GridEdit } from '../grid.ts';
import { editXlsx } from './editXlsx.ts';
import { readXlsx } from './readXlsx.ts';
import { editSheetXml } from './sheetXml.ts';
import { openZip } from './zip.ts';

const OPTIONS = { file: 'a.xlsx' };
const book = (...sheets: WriteSheet[]): Promise<Uint8Array> => writeXlsx({ sheets });
const editOf = (cells: Record<number, Record<string, string>>, addColumns: string[] = []): GridEdit => ({
  addColumns,
  cells: new Map(Object.entries(cells).map(([row, texts]) => [Number(row), new Map(Object.entries(texts))])),
});
const partsOf = async (bytes: Uint8Array): Promise<Map<string, string>> => {
  const zip = openZip(bytes);
  const parts = new Map<string, string>();
  for (const name of zip.names) parts.set(name, Buffer.from((await zip.read(name)) ?? []).toString('latin1'));
  return parts;
};

describe('reading', () => {
  test('cells are texts: 001 stays, numbers are their shortest text, a date is what is shown', async () => {
    const grid = await readXlsx(
      await book({
        name: 'runs',
        rows: [
          ['code', 'lr', 'big', 'when', 'on', 'blank'],
          ['001', 1e-5, 12345678, new Date(Date.UTC(2026, 0, 5)), true, null],
          ['x', 0.1, -2, null, false, ' a '],
        ],
        cells: new Map([['1,3', { style: { numFmt: 'yyyy/mm/dd' } }]]),
      }),
      OPTIONS,
    );
    expect(grid.sheet).toBe('runs');
    expect(grid.rows).toEqual([
      {
        cells: ['001', '0.00001', '12345678', '2026/01/05', 'True', ''],
        line: { unit: 'sheet row', number: 2 },
      },
      { cells: ['x', '0.1', '-2', '', 'False', ' a '], line: { unit: 'sheet row', number: 3 } },
    ]);
  });

  test('a small file that would unpack to gigabytes is refused before that', async () => {
    const bytes = Buffer.from(await book({ name: 's', rows: [['lr'], [1]] }));
    // The unpacked size of the first file, in the archive's directory.
    bytes.writeUInt32LE(600 * 2 ** 20, bytes.indexOf('PK\x01\x02', 'latin1') + 24);
    await expect(readXlsx(bytes, OPTIONS)).rejects.toThrow(/unpacked it has 60\d MiB, and at most 512/);
  });

  test('numbers that are filled up with zeros are told as shown', async () => {
    const content = await book({
      name: 's',
      rows: [['seed'], [7]],
      cells: new Map([['1,0', { style: { numFmt: '000' } }]]),
    });
    expect((await readXlsx(content, OPTIONS)).rows[0]?.cells).toEqual(['007']);
  });

  test('a formula is what it came to; one without a result is told where and what to do', async () => {
    const withFormula = (formulaResult: number | null) =>
      book({
        name: 's',
        rows: [['lr'], [null]],
        cells: new Map([['1,0', { formula: '1/4', ...(formulaResult === null ? {} : { formulaResult }) }]]),
      });
    expect((await readXlsx(await withFormula(0.25), OPTIONS)).rows[0]?.cells).toEqual(['0.25']);
    await expect(readXlsx(await withFormula(null), OPTIONS)).rejects.toThrow(
      /a\.xlsx, sheet "s", sheet row 2, column lr: the cell has a formula whose result is not in the file/,
    );
  });

  test('a sheet is taken by its name, else the first; a wrong name is told with those there are', async () => {
    const content = await book({ name: 'one', rows: [['a'], [1]] }, { name: '二', rows: [['b'], [2]] });
    expect((await readXlsx(content, OPTIONS)).columns).toEqual(['a']);
    expect((await readXlsx(content, { ...OPTIONS, sheet: '二' })).columns).toEqual(['b']);
    await expect(readXlsx(content, { ...OPTIONS, sheet: 'x' })).rejects.toMatchObject({
      hint: 'sheets: one, 二',
    });
  });

  test('blank rows are no rows', async () => {
    const content = await book({ name: 's', rows: [[null], ['a', 'b'], [null, null], [1, 2]] });
    expect((await readXlsx(content, OPTIONS)).rows).toEqual([
      { cells: ['1', '2'], line: { unit: 'sheet row', number: 4 } },
    ]);
  });

  test('what is no xlsx is told', async () => {
    await expect(readXlsx(Buffer.from('a,b\n'), OPTIONS)).rejects.toThrow(/cannot be read as \.xlsx/);
  });
});

describe('writing', () => {
  const older = readFileSync('test/support/olderTables/sweep.xlsx');

  test('a table of the older scheduler: every other part is the same bytes, and in the sheet all but the cells', async () => {
    const grid = await readXlsx(older, OPTIONS);
    expect(grid.rows).toHaveLength(60);
    expect(grid.rows[0]?.cells).toEqual([
      'rotate_mnist',
      'cnn',
      'GST',
      '2',
      '1',
      '0',
      '1',
      'Task:0',
      'No command',
    ]);
    const edited = await editXlsx(older, editOf({ 0: { run_num: '1' }, 59: { run_num: '12' } }), OPTIONS);
    const [before, after] = [await partsOf(older), await partsOf(edited)];
    const sheet = 'xl/worksheets/sheet1.xml';
    expect(after.get(sheet)).toBe(
      before
        .get(sheet)
        ?.replace('<c r="F2" t="n"><v>0</v></c>', '<c r="F2"><v>1</v></c>')
        .replace('<c r="F61" t="n"><v>0</v></c>', '<c r="F61"><v>12</v></c>'),
    );
    before.delete(sheet);
    after.delete(sheet);
    expect(after).toEqual(before);
  });

  test('columns that are added look like the head beside them, and another reader finds all', async () => {
    const edited = await editXlsx(
      older,
      editOf({ 0: { status: 'failed', exit_code: '3' }, 1: { status: 'a<b>&"\u0007_x0041_' } }, [
        'status',
        'exit_code',
      ]),
      OPTIONS,
    );
    const [sheet] = (await readWithLibrary(edited, { readStyles: true })).sheets;
    expect(sheet?.rows[0]?.slice(-2)).toEqual(['status', 'exit_code']);
    expect(sheet?.cells?.get('0,9')?.style).toEqual(sheet?.cells?.get('0,8')?.style);
    expect(sheet?.rows[1]?.slice(-2)).toEqual(['failed', 3]);
    expect((await readXlsx(edited, OPTIONS)).rows[1]?.cells.slice(-2)).toEqual(['a<b>&"\u0007_x0041_', '']);
  });

  test('a cell with a formula is left alone', () => {
    const xml = '<sheetData><row r="1"><c r="A1" s="2"><f>B1</f><v>1</v></c></row></sheetData>';
    expect(editSheetXml(xml, new Map([[0, new Map([[0, 7]])]]), 9)).toBe(xml);
  });

  test('rows and cells without numbers, with prefixes, and widths that are told', () => {
    const xml =
      '<x:worksheet><x:dimension ref="A1:B2"/><x:sheetData><x:row><x:c/></x:row><x:row spans="1:2" ht="9"><x:c s="1"><x:v>1</x:v></x:c><x:c/></x:row></x:sheetData></x:worksheet>';
    expect(
      editSheetXml(
        xml,
        new Map([
          [
            1,
            new Map<number, string | number>([
              [1, 5],
              [3, 'x'],
            ]),
          ],
        ]),
        0,
      ),
    ).toBe(
      '<x:worksheet><x:dimension ref="A1:D2"/><x:sheetData><x:row><x:c/></x:row><x:row ht="9"><x:c s="1"><x:v>1</x:v></x:c><x:c r="B2"><x:v>5</x:v></x:c><x:c r="D2" t="inlineStr"><x:is><x:t xml:space="preserve">x</x:t></x:is></x:c></x:row></x:sheetData></x:worksheet>',
    );
  });

  test('a cell survives whatever it holds, and its neighbours do', async () => {
    await fc.assert(
      fc.asyncProperty(awkwardText(), awkwardText(), async (beside, text) => {
        const content = await book({
          name: 's',
          rows: [
            ['a', 'b'],
            [beside === '' ? 'x' : beside, 'old'],
          ],
        });
        const before = (await readXlsx(content, OPTIONS)).rows[0]?.cells[0];
        const edited = await editXlsx(content, editOf({ 0: { b: text } }), OPTIONS);
        expect((await readXlsx(edited, OPTIONS)).rows[0]?.cells).toEqual([before, text]);
      }),
      { numRuns: 60 },
    );
  });
});
