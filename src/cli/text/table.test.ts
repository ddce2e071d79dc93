import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { paint } from './paint.ts';
import { type Column, table } from './table.ts';
import { widthOf } from './width.ts';

const plain = paint(false);
const COLUMNS: Column[] = [
  { title: 'machine' },
  { title: 'PID', align: 'right' },
  { title: 'for', rarity: 1 },
  { title: 'RAM', rarity: 2 },
  { title: 'command', cutTo: 10 },
];
const row = ['atlas', '4711', '3 h', '12.0 GiB', 'python train.py --data imagenet --epochs 90'];

describe('a table', () => {
  test('columns stand under each other where characters are wide', () => {
    const text = table(
      [{ title: '机器' }, { title: 'PID', align: 'right' }],
      [
        ['甲机', '7'],
        ['atlas', '4711'],
      ],
      {
        columns: null,
        paint: plain,
      },
    );
    expect(text).toBe('机器    PID\n甲机      7\natlas  4711');
  });

  test('a column that may not grow leaves room to those behind it, in a terminal', () => {
    const columns: Column[] = [{ title: 'name', most: 8 }, { title: 'why' }];
    const rows = [
      ['一二三四五六', 'memory'],
      ['short', 'x'],
    ];
    expect(table(columns, rows, { columns: 80, paint: plain })).toBe(
      'name      why\n一二三…   memory\nshort     x',
    );
    expect(table(columns, rows, { columns: null, paint: plain })).toContain('一二三四五六  memory');
  });

  test('rarer columns go first, then the command is cut', () => {
    const text = table(COLUMNS, [row], { columns: 36, paint: plain });
    expect(text).toBe('machine   PID  for  command\natlas    4711  3 h  python train.py…');
  });

  test('columns that may be cut are cut before one goes, the widest most', () => {
    const columns: Column[] = [
      { title: 'alias', cutTo: 6, rarity: 1 },
      { title: 'model', cutTo: 12 },
      { title: 'CPU', rarity: 2 },
    ];
    const cells = [['lab-4090-02', '4× RTX 4090 24 GB', '10 %']];
    expect(table(columns, cells, { columns: 30, paint: plain }).split('\n')[1]).toBe(
      'lab-409…  4× RTX 4090 2…  10 %',
    );
    expect(table(columns, cells, { columns: 24, paint: plain }).split('\n')[1]).toBe(
      'lab-409…  4× RTX 4090 2…',
    );
  });

  test('of columns as rare as each other the one further right goes first, and no more than must', () => {
    const columns: Column[] = [
      { title: 'name' },
      { title: 'CPU', rarity: 1 },
      { title: 'address', rarity: 1 },
    ];
    expect(table(columns, [['atlas', '10 %', '10.20.4.11']], { columns: 15, paint: plain })).toBe(
      'name   CPU\natlas  10 %',
    );
  });

  test('a pipe gets every character', () => {
    expect(table(COLUMNS, [row], { columns: null, paint: plain })).toContain('--epochs 90');
  });

  test('a column without anything in it is left out', () => {
    expect(table(COLUMNS, [['atlas', '', '', '', 'x']], { columns: null, paint: plain })).toBe(
      'machine  command\natlas    x',
    );
  });

  test('control characters cannot move the cursor or colour the screen', () => {
    const text = table([{ title: 'name' }], [['\u001b[2Jgone\nnext\u202e']], { columns: null, paint: plain });
    expect(text).toBe('name\n␛[2Jgone␊next<U+202E>');
  });

  test('colours take no room', () => {
    const cell = [{ text: 'free', style: 'good' as const }];
    const text = table([{ title: 'a' }, { title: 'b' }], [[cell, 'x']], {
      columns: null,
      paint: paint(true),
    });
    expect(text.split('\n')[1]).toBe('\u001b[32mfree\u001b[0m  x');
  });

  test('no line is wider than the terminal, whatever is in it', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.constantFrom('显存不足', 'é̂', '👩‍👩‍👧'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.tuple(text, text, text, text, text), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 20, max: 120 }),
        (rows, columns) => {
          for (const line of table(COLUMNS, rows, { columns, paint: plain }).split('\n')) {
            expect(widthOf(line)).toBeLessThanOrEqual(columns);
          }
        },
      ),
    );
  });
});
