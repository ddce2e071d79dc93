import { describe, expect, test } from 'vitest';
import { fill } from '../lib/fill.ts';
import { readTemplate } from './command/template.ts';
import { readCsv } from './csv/readCsv.ts';
import { problemsZh, problemZh } from './problemsZh.ts';
import { readTable } from './table.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const thrown = (act: () => unknown): Parameters<typeof problemZh>[0] => {
  try {
    act();
  } catch (problem) {
    return problem as Parameters<typeof problemZh>[0];
  }
  throw new Error('nothing was wrong');
};

describe('what is wrong with a table, in Chinese', () => {
  test('has its place and its figures', () => {
    const problem = thrown(() => readCsv(bytes('lr,seed\n1,2\n1,2,3\n'), { file: 'sweep.csv' }));
    expect(problem.message).toBe('sweep.csv, row 2 (line 3): it has 3 cells, the head names 2 columns');
    expect(problemZh(problem)).toEqual({
      what: 'sweep.csv，第 2 行（文件第 3 行）：有 3 个单元格，而表头只有 2 列',
      hint: '含分隔符的单元格请加引号，或给该列命名',
    });
  });

  test('names the cell of a reserved column', async () => {
    const reading = { file: 'a.csv', format: 'csv', resultColumns: [] } as const;
    const problem = await readTable(bytes('run_num,lr\nmany,1\n'), reading).catch((failure) => failure);
    expect(problemZh(problem).what).toBe(
      'a.csv，第 1 行（文件第 2 行），列 run_num："many" 不是 0 到 100000 的整数',
    );
  });

  test('points into a command, whose braces are its own', () => {
    const problem = thrown(() => readTemplate('prog {lr} {see}', ['lr']));
    expect(problem.message).toBe('there is no column {see}\n  prog {lr} {see}\n            ^^^^^');
    expect(problemZh(problem).what).toBe('没有列 {see}\n  prog {lr} {see}\n            ^^^^^');
    expect(problemZh(problem).hint).toContain('{{see}}');
  });

  test('keeps every place of the English sentence', () => {
    const places = (text: string): string[] => [...new Set(text.match(/\{\w+\}/g))].sort();
    // Not a place but an example, which is told in Chinese.
    for (const [english, chinese] of Object.entries(problemsZh))
      expect(
        places(chinese).filter((each) => each !== '{列名}'),
        english,
      ).toEqual(places(english).filter((each) => each !== '{column}' || chinese.includes(each)));
  });
});

test('a place without a figure stays: users write braces too', () => {
  expect(fill('{rows} of {column}', { rows: 3 })).toBe('3 of {column}');
});
