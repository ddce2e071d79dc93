import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { hasHiddenCharacters, shellQuote, visible } from './displayText.ts';

describe('visible', () => {
  test.each([
    ['a\u001b[31mred', 'a␛[31mred'],
    ['two\nlines', 'two␊lines'],
    ['rm\u202e gnp.exe', 'rm<U+202E> gnp.exe'],
    ['pass\u00adword', 'pass<U+00AD>word'],
    ['tag\u{e0041}', 'tag<U+E0041>'],
    ['训练 ünïcode 🚀', '训练 ünïcode 🚀'],
  ])('%j is shown as %j', (text, shown) => {
    expect(visible(text)).toBe(shown);
  });

  test('what was made visible hides nothing any more', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(hasHiddenCharacters(visible(text))).toBe(false);
      }),
    );
  });
});

test('a quoted word is one word to a shell', () => {
  expect(shellQuote('train.py')).toBe('train.py');
  expect(shellQuote("it's $(rm -rf ~)")).toBe("'it'\\''s $(rm -rf ~)'");
  expect(shellQuote('')).toBe("''");
});
