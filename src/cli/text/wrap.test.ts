import { describe, expect, test } from 'vitest';
import { widthOf } from './width.ts';
import { wrapWords } from './wrap.ts';

describe('a sentence in lines', () => {
  test('is broken at its spaces', () => {
    expect(wrapWords('GPU 1: 12 GiB short', 12)).toEqual(['GPU 1: 12', 'GiB short']);
  });

  test('in Chinese is broken between characters, never before a mark, and no line is too wide', () => {
    const text = 'GPU 0：显存还差 12 GiB（空闲 30，需要 42；alice 占用 18），正在等待';
    const lines = wrapWords(text, 20);
    expect(lines.every((line) => widthOf(line) <= 22)).toBe(true);
    expect(lines.some((line) => /^[，；：）]/.test(line))).toBe(false);
    expect(lines.join('').replaceAll(' ', '')).toBe(text.replaceAll(' ', ''));
  });
});
