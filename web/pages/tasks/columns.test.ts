import { expect, it } from 'vitest';
import type { Task } from '../../../src/protocol/taskApi.ts';
import { NARROW_PX, parameterColumns } from './columns.ts';

const row = (parameters: [string, string][]): Task => ({ parameters }) as unknown as Task;

it('shows columns in the order of the file, figures apart from words', () => {
  const { shown, left } = parameterColumns([
    row([
      ['model', 'vit_l'],
      ['lr', '1e-4'],
    ]),
    row([
      ['model', 'cnn'],
      ['lr', '3e-4'],
    ]),
  ]);
  expect(shown.map(({ name, isFigure }) => [name, isFigure])).toEqual([
    ['model', false],
    ['lr', true],
  ]);
  expect(left).toBe(0);
});

it('leaves out first what is the same in every row', () => {
  const many = Array.from({ length: 12 }, (_, place): [string, string] => [`constant${place}`, 'abcdef']);
  const { shown, left } = parameterColumns([row([...many, ['seed', '1']]), row([...many, ['seed', '2']])]);
  expect(shown.map(({ name }) => name)).toContain('seed');
  expect(shown.length + left).toBe(13);
  expect(left).toBeGreaterThan(0);
});

it('shows fewer of them where there is less room', () => {
  const rows = ['1', '2'].map((value) =>
    row(Array.from({ length: 9 }, (_, place): [string, string] => [`column${place}`, `${value}${place}`])),
  );
  expect(parameterColumns(rows, NARROW_PX).shown.length).toBeLessThan(parameterColumns(rows).shown.length);
  expect(parameterColumns(rows, NARROW_PX).shown.length).toBeGreaterThan(0);
});
