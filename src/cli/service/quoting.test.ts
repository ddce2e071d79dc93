/** What is written into a unit is read back by systemd's own rules, told here a second time, from the manual. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandWord, plainPath, programWord, settingWord, UnquotableWord } from './quoting.ts';

/** systemd.syntax(7): words apart by whitespace, quotes, C escapes; then specifiers (systemd.unit(5)). */
function readWords(line: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote: string | null = null;
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? '';
    if (character === '\\') {
      const [whole = '', hex] = /^\\(?:x([0-9a-f]{2})|[abfnrtv\\"'s])/.exec(line.slice(at)) ?? [];
      if (whole === '') throw new Error(`unknown escape at ${line.slice(at)}`);
      const named: Record<string, string> = { n: '\n', t: '\t', r: '\r', s: ' ' };
      word =
        (word ?? '') +
        (hex ? String.fromCharCode(Number.parseInt(hex, 16)) : (named[whole[1] ?? ''] ?? whole[1]));
      at += whole.length - 1;
    } else if (quote !== null) {
      if (character === quote) quote = null;
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/[ \t\n\r]/.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + character;
  }
  if (quote !== null) throw new Error('an open quote');
  if (word !== null) words.push(word);
  return words.map((read) =>
    read.replaceAll(/%(.)/gs, (_, letter: string) => (letter === '%' ? '%' : `<specifier ${letter}>`)),
  );
}

/** systemd.service(5), COMMAND LINES: `$$` is a dollar; `$NAME`, alone, and `${NAME}` are variables. */
const expandVariables = (word: string): string =>
  word.replaceAll(/\$(\$|\{[^}]*\}|[A-Za-z_]\w*)/g, (_, what: string) => (what === '$' ? '$' : '<variable>'));

const anyWord = fc
  .oneof(
    fc.string({ unit: 'grapheme' }),
    fc.string({ unit: 'binary-ascii' }),
    fc
      .array(
        fc.constantFrom(
          '%',
          '%%',
          '$',
          `$\{HOME}`,
          '$HOME',
          '"',
          "'",
          '\\',
          '\\n',
          ';',
          '#',
          ' ',
          '\n',
          '\t',
          '-',
        ),
      )
      .map((parts) => parts.join('')),
  )
  .filter((word) => !word.includes('\0') && !/\p{Noncharacter_Code_Point}/u.test(word));

describe('words of a unit', () => {
  test('a command line is read back word by word as it was', () => {
    fc.assert(
      fc.property(fc.array(anyWord, { maxLength: 6 }), (words) => {
        const line = words.map(commandWord).join(' ');
        expect(line).not.toContain('\n');
        expect(readWords(line).map(expandVariables)).toEqual(words);
      }),
      { numRuns: 2000 },
    );
  });

  test('a setting and the program are read back as they were, without variables', () => {
    fc.assert(
      fc.property(anyWord, (word) => {
        expect(readWords(settingWord(word))).toEqual([word]);
        expect(readWords(programWord(word))).toEqual([word]);
      }),
    );
  });

  test('a lone semicolon, which would begin another command, and an empty word are quoted', () => {
    expect(commandWord(';')).toBe('";"');
    expect(commandWord('')).toBe('""');
    expect(commandWord('100% of $HOME')).toBe('"100%% of $$HOME"');
    expect(commandWord('--listen=[::1]:3569')).toBe('"--listen=[::1]:3569"');
  });

  test.each(['a\0b', 'half \ud800', 'no character \uffff'])('%j is refused', (word) => {
    expect(() => commandWord(word)).toThrow(UnquotableWord);
  });

  test('a path where systemd knows no quoting keeps its percent sign, and one with a space is refused', () => {
    expect(plainPath('/data/50%')).toBe('/data/50%%');
    expect(() => plainPath('/my data')).toThrow('has a space');
  });
});
