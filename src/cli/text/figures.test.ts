import { expect, test } from 'vitest';
import { wordsOf } from '../words/words.ts';
import { bar } from './bar.ts';
import { commandCell } from './commandCell.ts';
import { percent, ranges, size, span } from './figures.ts';
import { terminalOf } from './terminal.ts';

const GIB = 2 ** 30;

test('what is missing is a dash, never a zero', () => {
  expect([percent(null), size(null), span(wordsOf('en'), null)]).toEqual(['–', '–', '–']);
  expect([percent(0), size(0)]).toEqual(['0 %', '0 B']);
});

test('sizes have the unit that suits them', () => {
  expect([312 * 2 ** 20, 61 * GIB, 141 * GIB, 1843 * GIB].map(size)).toEqual([
    '312 MiB',
    '61.0 GiB',
    '141 GiB',
    '1.8 TiB',
  ]);
});

test('spans are told in both languages', () => {
  expect(span(wordsOf('en'), 11_520_000)).toBe('3 h 12 min');
  expect(span(wordsOf('zh'), 11_520_000)).toBe('3 小时 12 分');
});

test('runs of GPU indexes are drawn together', () => {
  expect(ranges([7, 0, 1, 2, 2, 4])).toBe('0-2, 4, 7');
});

test('a terminal shows a command without the folder of its program, a pipe the whole', () => {
  const process = { command: '/opt/conda/bin/python3.11 /home/u/train.py --lr 1', name: 'python3.11' };
  const cell = (terminalColumns: number | null) =>
    commandCell(process, terminalOf({ terminalColumns, environment: {} }));
  expect(cell(80)).toBe('python3.11 /home/u/train.py --lr 1');
  expect(cell(null)).toBe(process.command);
  expect(
    commandCell({ command: '', name: 'kworker/0:1' }, terminalOf({ terminalColumns: 80, environment: {} })),
  ).toBe('kworker/0:1');
});

test('a bar has its width, and a little is never drawn as nothing', () => {
  for (const share of [null, 0, 0.001, 0.37, 0.999, 1, 1.2]) {
    const { full, empty } = bar(share, 10);
    expect((full + empty).length).toBe(10);
  }
  expect(bar(0.001, 10).full).toBe('▏');
  expect(bar(0, 10).full).toBe('');
});
