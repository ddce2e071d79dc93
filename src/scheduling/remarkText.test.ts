import { describe, expect, test } from 'vitest';
import { EndRemark } from '../model/endRemark.ts';
import { Remark, Remarks } from '../model/remark.ts';
import { EndClass, RunState } from '../model/task.ts';
import { Trouble } from '../model/trouble.ts';
import { remarksText, remarkText, troubleText } from './remarkText.ts';
import { remarkWordsEn } from './remarkWordsEn.ts';
import { remarkWordsZh } from './remarkWordsZh.ts';

const GIB = 2 ** 30;

/** The kinds that a schema knows, unions within it too. */
function kindsOf(schema: unknown): string[] {
  const { options, shape } = schema as {
    options?: unknown[];
    shape?: { kind: { value: string } };
  };
  return options ? options.flatMap(kindsOf) : shape ? [shape.kind.value] : [];
}

describe('remarks', () => {
  test.each([
    ['en', remarkWordsEn],
    ['zh', remarkWordsZh],
  ] as const)('every kind has its words in %s', (_, words) => {
    expect(Object.keys(words.remark).sort()).toEqual([...new Set(kindsOf(Remark))].sort());
    expect(Object.keys(words.trouble).sort()).toEqual([...new Set(kindsOf(Trouble))].sort());
  });

  test('an end in the story says how, then why, then what comes next', () => {
    const remarks = Remarks.parse([
      { kind: 'ended', class: 'gpu_oom', signal: null, exitCode: 1 },
      {
        kind: 'next-promise',
        heldBytes: 8 * GIB,
        triedBytes: 2 * GIB,
        hadBytes: 8 * GIB,
        grownBytes: 10 * GIB,
        growth: 1.25,
        wantedBytes: 10 * GIB,
        beyond: { what: 'this-card', bytes: 9 * GIB },
      },
      { kind: 'again', waitMs: 90_000, retry: 1, budget: 3 },
    ]);
    expect(remarksText(remarks, null)).toBe(
      'ran out of GPU memory (exit code 1): Promised next time: the larger of 8.0 + 2.0 = 10.0 and 8.0 × 1.25 = 10.0 GiB: a bigger GPU than this one, which can give 9.0 GiB. Tried again in 1 min (retry 1 of 3).',
    );
    expect(remarksText(remarks, null, remarkWordsZh)).toBe(
      '显存不足（退出码 1）：下次预留：8.0 + 2.0 = 10.0 与 8.0 × 1.25 = 10.0 GiB 中较大者；这张卡只能给 9.0 GiB，需要更大的卡；1 分后重试（第 1 次，共 3 次）',
    );
  });

  test('what an earlier version recorded is told in the words that came with it', () => {
    expect(remarksText(null, 'killed (SIGKILL)', remarkWordsZh)).toBe('killed (SIGKILL)');
    expect(remarksText([], 'ended', remarkWordsZh)).toBeNull();
  });

  test('names from outside are harmless', () => {
    expect(remarkText({ kind: 'silent', node: 'a\u001b[2Jb' }, remarkWordsZh)).not.toContain('\u001b');
  });

  test.each(RunState.options)('how a task stands is said of %s in both languages', (state) => {
    expect(remarkText({ kind: 'state', state })).toMatch(/^(it|no GPU) /);
    expect(remarkText({ kind: 'state', state }, remarkWordsZh)).toMatch(/^现在：/);
  });

  test.each(EndClass.options)('an end by %s needs no English in Chinese', (endClass) => {
    const ended = { kind: 'ended', class: endClass, signal: null, exitCode: null } as const;
    expect(remarkText(ended, remarkWordsZh)).not.toMatch(/[a-z]/);
  });

  test('a remark that is not known here, of a newer agent, is no remark', () => {
    expect(EndRemark.safeParse({ kind: 'from-the-future' }).success).toBe(false);
  });
});

test('what keeps work from a card or node is said in both languages', () => {
  const strikes: Trouble = { kind: 'strikes', node: 'vega', attempts: 2, last: 'disk full' };
  expect(troubleText(strikes)).toBe(
    '2 attempts failed there without their own fault, the last: disk full (once that is mended: flowline nodes allow vega)',
  );
  expect(troubleText(strikes, remarkWordsZh)).toContain('flowline nodes allow vega');
  expect(
    troubleText(
      { kind: 'driver', state: 'unresponsive', message: 'has not answered for 9 s', remarks: null },
      remarkWordsZh,
    ),
  ).toBe('驱动无响应');
});
