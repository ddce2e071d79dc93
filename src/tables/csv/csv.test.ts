import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { csvOf, tableCells } from '../../../test/support/tables.ts';
import type { GridEdit } from '../grid.ts';
import { editCsv } from './editCsv.ts';
import { readCsv } from './readCsv.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (edited: Uint8Array): string => new TextDecoder('utf-8', { ignoreBOM: true }).decode(edited);
const read = (text: string) => readCsv(bytes(text), { file: 'a.csv' });
const NOTHING: GridEdit = { addColumns: [], cells: new Map() };
const edit = (
  text: string,
  cells: Record<number, Record<string, string>>,
  addColumns: string[] = [],
): string =>
  textOf(
    editCsv(
      bytes(text),
      {
        addColumns,
        cells: new Map(
          Object.entries(cells).map(([row, texts]) => [Number(row), new Map(Object.entries(texts))]),
        ),
      },
      { file: 'a.csv' },
    ),
  );

describe('reading', () => {
  test('cells are texts as they stand: 001 and 1e5 are not measured, a blank is a blank', () => {
    const grid = read('seed,lr,note\n001,1e5,\n');
    expect(grid.columns).toEqual(['seed', 'lr', 'note']);
    expect(grid.rows).toEqual([{ cells: ['001', '1e5', ''], line: { unit: 'line', number: 2 } }]);
  });

  test('quotes hold separators, line ends and quotes', () => {
    expect(read('a,b\r\n"x, ""y""\nz",2\r\n').rows[0]?.cells).toEqual(['x, "y"\nz', '2']);
  });

  test('semicolons and tabs are told from the head', () => {
    expect(read('a;b;c\n1,5;2;3\n').rows[0]?.cells).toEqual(['1,5', '2', '3']);
    expect(read('a\tb\n1, 2\t3\n').rows[0]?.cells).toEqual(['1, 2', '3']);
  });

  test('blank lines and lines of separators are no rows, and lines are counted through them', () => {
    expect(read('\na,b\n\n,\n1,2\n"x\ny",3\n5,6').rows.map(({ line }) => line.number)).toEqual([5, 6, 8]);
  });

  test.each([
    ['utf-8', bytes('名字,v\n张三,1\n')],
    ['utf-8 with its mark', bytes('\ufeff名字,v\n张三,1\n')],
    [
      'gb18030',
      Uint8Array.of(0xc3, 0xfb, 0xd7, 0xd6, 0x2c, 0x76, 10, 0xd5, 0xc5, 0xc8, 0xfd, 0x2c, 0x31, 10),
    ],
    ['utf-16le', new Uint8Array(Buffer.from('\ufeff名字,v\n张三,1\n', 'utf16le'))],
    ['utf-16be', new Uint8Array(Buffer.from('\ufeff名字,v\n张三,1\n', 'utf16le').swap16())],
  ])('%s is told by its bytes', (_, content) => {
    const grid = readCsv(content, { file: 'a.csv' });
    expect(grid.columns).toEqual(['名字', 'v']);
    expect(grid.rows[0]?.cells).toEqual(['张三', '1']);
  });

  test.each([
    ['', /is empty/],
    ['a,b\n1,"2\n', /line 2: a quote is opened here and never closed/],
    ['a,b\n1,2,3\n', /a\.csv, row 1 \(line 2\): it has 3 cells, the head names 2 columns/],
  ])('%j is refused with the place and what to do', (text, words) => {
    expect(() => read(text)).toThrow(words);
  });

  test('bytes of no known encoding are refused', () => {
    expect(() => readCsv(Uint8Array.of(0x61, 10, 0xff, 0xff, 10), { file: 'a.csv' })).toThrow(
      /neither in UTF-8/,
    );
    expect(() => readCsv(Uint8Array.of(0x61, 0, 10, 0), { file: 'a.csv' })).toThrow(/zero bytes/);
  });

  test('long tables say how far they are', () => {
    const told: number[] = [];
    readCsv(bytes(`a\n${'1\n'.repeat(25_000)}`), { file: 'a.csv', progress: (rows) => told.push(rows) });
    expect(told).toEqual([10_000, 20_000]);
  });
});

describe('writing', () => {
  test('a cell is replaced between its neighbours, which stay as they were', () => {
    expect(edit('a,run_num,b\r\n "x" ,0,"1"\r\n', { 0: { run_num: '1' } })).toBe(
      'a,run_num,b\r\n "x" ,1,"1"\r\n',
    );
  });

  test('a quoted cell stays quoted', () => {
    expect(edit('"a","b"\n"1","2"\n', { 0: { b: '3' } })).toBe('"a","b"\n"1","3"\n');
  });

  test('under added columns every row has a cell, also where nothing is written into it', () => {
    expect(edit('a,b\n1,2\n3,4\n', { 0: { t: 'x' } }, ['s', 't'])).toBe('a,b,s,t\n1,2,,x\n3,4,,\n');
  });

  test('added columns stand at the end of each line, also of short and unfinished ones', () => {
    const cells = { 0: { s: 'x' }, 1: { s: 'y' }, 2: { s: 'a,b' } };
    expect(edit('a,b\n1,2\n3\n5,6', cells, ['s'])).toBe('a,b,s\n1,2,x\n3,,y\n5,6,"a,b"');
  });

  test.each(['utf-16le', 'utf-16be'] as const)('%s stays what it is', (encoding) => {
    const wide = (text: string): Uint8Array => {
      const le = Buffer.from(text, 'utf16le');
      return new Uint8Array(encoding === 'utf-16le' ? le : le.swap16());
    };
    const edited = editCsv(
      wide('\ufeff名,n\r\n张,0\r\n'),
      { addColumns: [], cells: new Map([[0, new Map([['n', '12']])]]) },
      { file: 'a.csv' },
    );
    expect([...edited]).toEqual([...wide('\ufeff名,n\r\n张,12\r\n')]);
  });

  test('gb18030 takes Chinese words in its own characters', () => {
    const content = Uint8Array.of(0xc3, 0xfb, 0x2c, 0x6e, 10, 0xd5, 0xc5, 0x2c, 0x30, 10);
    const edited = editCsv(
      content,
      { addColumns: [], cells: new Map([[0, new Map([['n', '机器😀']])]]) },
      { file: 'a.csv' },
    );
    expect(new TextDecoder('gb18030', { fatal: true }).decode(edited)).toBe('名,n\n张,机器?\n');
    expect([...edited.subarray(0, 8)]).toEqual([...content.subarray(0, 8)]);
  });
});

describe('properties', () => {
  test('any csv comes back byte for byte when nothing is changed', () => {
    fc.assert(
      fc.property(csvOf(tableCells()), ({ content }) => {
        const grid = readCsv(content, { file: 'a.csv' });
        expect([...editCsv(content, NOTHING, { file: 'a.csv' })]).toEqual([...content]);
        const same = new Map(
          grid.rows.map(({ cells }, row) => [
            row,
            new Map(cells.map((text, at) => [grid.columns[at] ?? '', text])),
          ]),
        );
        const again = readCsv(editCsv(content, { addColumns: [], cells: same }, { file: 'a.csv' }), {
          file: 'a.csv',
        });
        expect(again.rows.map(({ cells }) => cells)).toEqual(grid.rows.map(({ cells }) => cells));
      }),
    );
  });

  test('a cell survives whatever it holds', () => {
    fc.assert(
      fc.property(csvOf(tableCells()), ({ content, columns, rows }) => {
        const grid = readCsv(content, { file: 'a.csv' });
        expect(grid.columns).toEqual(columns);
        expect(grid.rows.map(({ cells }) => cells)).toEqual(rows);
      }),
    );
  });

  test('only the cells that were asked for differ, and hold what was asked', () => {
    fc.assert(
      fc.property(
        csvOf(tableCells()).chain((made) =>
          fc.record({
            made: fc.constant(made),
            row: fc.nat(made.rows.length - 1),
            column: fc.nat(made.columns.length - 1),
            text: fc.string({ unit: 'grapheme' }).filter((text) => !text.includes('\u0000')),
          }),
        ),
        ({ made, row, column, text }) => {
          const name = made.columns[column] ?? '';
          const edited = editCsv(
            made.content,
            { addColumns: [], cells: new Map([[row, new Map([[name, text]])]]) },
            { file: 'a.csv' },
          );
          const wanted = made.rows.map((cells, at) =>
            at === row ? cells.map((cell, place) => (place === column ? text : cell)) : cells,
          );
          const isBlank = (cells: string[]) => cells.every((cell) => cell === '');
          // In GB18030 a rare character of ours may be told as `?`.
          if (made.encoding !== 'gb18030' || /^[\x20-\x7e]*$/.test(text)) {
            expect(readCsv(edited, { file: 'a.csv' }).rows.map(({ cells }) => cells)).toEqual(
              wanted.filter((cells) => !isBlank(cells)),
            );
          }
          // What stands before and after the cell is the same, byte for byte.
          const { start, end } = made.cellBytes(row, column);
          const after = made.content.subarray(end);
          expect([...edited.subarray(0, start)]).toEqual([...made.content.subarray(0, start)]);
          expect([...edited.subarray(edited.length - after.length)]).toEqual([...after]);
        },
      ),
    );
  });
});

test('tables of the older scheduler are read as they are', () => {
  const grid = readCsv(readFileSync('test/support/olderTables/commands.csv'), { file: 'commands.csv' });
  expect(grid.columns).toEqual(['description', 'mycmd', 'run_num', 'need_run_num', 'name', 'cmd']);
  expect(grid.rows[2]?.cells[0]).toBe('小模型, 带逗号 "和引号"');
});
