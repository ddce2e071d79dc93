import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { GridEdit } from '../grid.ts';
import { editJson } from './editJson.ts';
import { readJson } from './readJson.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const read = (text: string) => readJson(bytes(text), { file: 'a.json' });
const edit = (
  text: string,
  cells: Record<number, Record<string, string>>,
  addColumns: string[] = [],
): string =>
  new TextDecoder('utf-8', { ignoreBOM: true }).decode(
    editJson(bytes(text), editOf(cells, addColumns), { file: 'a.json' }),
  );
const editOf = (cells: Record<number, Record<string, string>>, addColumns: string[]): GridEdit => ({
  addColumns,
  cells: new Map(Object.entries(cells).map(([row, texts]) => [Number(row), new Map(Object.entries(texts))])),
});

describe('reading', () => {
  test('a value is its literal text, a string what it says, null and a missing key are blank', () => {
    const grid = read(
      '[{"lr": 1.0, "id": 12345678901234567890, "on": true, "s": "001", "n": null}, {"x": [1, {"a": "]"}]}]',
    );
    expect(grid.columns).toEqual(['lr', 'id', 'on', 's', 'n', 'x']);
    expect(grid.rows.map(({ cells }) => cells)).toEqual([
      ['1.0', '12345678901234567890', 'true', '001', '', ''],
      ['', '', '', '', '', '[1, {"a": "]"}]'],
    ]);
  });

  test.each([
    ['{"a": 1}', /a\.json, line 1: is not an array/],
    ['[{"a": 1},\n 2]', /row 2 \(line 2\): it is not an object/],
    ['[{"a": 1,}]', /is no JSON/],
    ['[{"a": NaN}]', /is no JSON/],
    ['', /is empty/],
  ])('%j is refused with the place', (text, words) => expect(() => read(text)).toThrow(words));
});

describe('writing', () => {
  test('only the value changes, and stays a number or a string as it was', () => {
    const text = '\ufeff[\r\n\t{ "run_num" :0 , "lr":1.0},\r\n\t{"run_num": "0"}\r\n]\r\n';
    expect(edit(text, { 0: { run_num: '1' }, 1: { run_num: '2' } })).toBe(
      text.replace(':0 ,', ':1 ,').replace('"0"', '"2"'),
    );
  });

  test('what is added is laid out like what is there', () => {
    expect(
      edit('[\n    {\n        "a": 1,\n        "b": 2\n    }\n]', { 0: { status: 'x', exit_code: '3' } }, [
        'exit_code',
        'status',
      ]),
    ).toBe(
      '[\n    {\n        "a": 1,\n        "b": 2,\n        "exit_code": 3,\n        "status": "x"\n    }\n]',
    );
    expect(edit('[{"a":1},{}]', { 0: { s: '' }, 1: { s: 'y' } }, ['s'])).toBe(
      '[{"a":1,"s":null},{"s": "y"}]',
    );
  });

  test('a table of the older scheduler comes back byte for byte but for its run_num', () => {
    const content = readFileSync('test/support/olderTables/sweep.json');
    const grid = readJson(content, { file: 'sweep.json' });
    expect(grid.rows).toHaveLength(40);
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
    expect(editJson(content, editOf({}, []), { file: 'sweep.json' })).toEqual(new Uint8Array(content));
    const edited = Buffer.from(
      editJson(content, editOf({ 3: { run_num: '1' } }, []), { file: 'sweep.json' }),
    );
    const rows = JSON.parse(content.toString()) as Record<string, unknown>[];
    expect(JSON.parse(edited.toString())).toEqual(
      rows.map((row, at) => (at === 3 ? { ...row, run_num: 1 } : row)),
    );
    expect(edited.length).toBe(content.length);
  });
});

test('any array of objects survives, in any layout, with any value put into it', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((key) => key === key.trim() && key !== ''),
          fc.jsonValue(),
          { noNullPrototype: true },
        ),
        {
          minLength: 1,
          maxLength: 5,
        },
      ),
      fc.constantFrom(undefined, 1, 4, '\t'),
      fc.string({ unit: 'grapheme' }),
      (objects, space, text) => {
        const content = bytes(JSON.stringify(objects, null, space));
        const nothing = editJson(content, editOf({}, []), { file: 'a.json' });
        expect([...nothing]).toEqual([...content]);
        const edited = editJson(content, editOf({ 0: { '新 "x"': text } }, ['新 "x"']), { file: 'a.json' });
        expect(JSON.parse(new TextDecoder().decode(edited))).toEqual(
          (JSON.parse(JSON.stringify(objects)) as object[]).map((object, at) =>
            at === 0 ? { ...object, '新 "x"': text === '' ? null : text } : object,
          ),
        );
      },
    ),
  );
});
