import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { harmlessLog } from './logText.ts';

const all = (text: string, inColour = true): string => harmlessLog(inColour)(text);

describe('output of a program for a terminal', () => {
  test('keeps colours, tabs, lines and carriage returns', () => {
    expect(all('\u001b[1;31mred\u001b[0m\tx\r50 %\n')).toBe('\u001b[1;31mred\u001b[0m\tx\r50 %\n');
  });

  test('drops titles, clipboards, cursor moves and clearing', () => {
    expect(all('a\u001b]0;title\u0007b\u001b]52;c;aGk=\u001b\\c\u001b[2Jd\u001b[10;1He\u001bcf')).toBe(
      'abcdef',
    );
  });

  test('drops colours too where nobody would see them', () => {
    expect(all('\u001b[31mred\u001b[0m', false)).toBe('red');
  });

  test('drops 8-bit control characters and bells', () => {
    expect(all('a\u0007b\u009b31mc\u0000')).toBe('ab31mc');
  });

  test('a sequence that a chunk cuts in two is still known', () => {
    const write = harmlessLog(true);
    expect(write('a\u001b]0;ti') + write('tle\u0007b\u001b[3') + write('1mc')).toBe('ab\u001b[31mc');
  });

  test('nothing but colours is left of any text, however it is cut', () => {
    const piece = fc.constantFrom(
      '\u001b',
      '[',
      ']',
      '0',
      ';',
      'm',
      'H',
      '\u0007',
      '\\',
      'x',
      '\n',
      '\u009b',
      'P',
    );
    fc.assert(
      fc.property(fc.array(fc.array(piece, { maxLength: 12 }), { maxLength: 6 }), (chunks) => {
        const write = harmlessLog(true);
        const written = chunks.map((chunk) => write(chunk.join(''))).join('');
        expect(written.replaceAll(/\u001b\[[0-9;:]*m/g, '')).not.toMatch(
          /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/,
        );
      }),
    );
  });
});
