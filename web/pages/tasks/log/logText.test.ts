import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type LogLine, logParser, MAX_LINE_CHARACTERS } from './logText.ts';

const read = (...pieces: string[]): LogLine[] => {
  const parser = logParser();
  const lines = pieces.flatMap((piece) => parser.feed(piece));
  const open = parser.open();
  return open ? [...lines, open] : lines;
};
const texts = (...pieces: string[]): string[] => read(...pieces).map((line) => line.text);

describe('a log', () => {
  it('is its lines', () => {
    expect(texts('one\ntwo\n\nfour')).toEqual(['one', 'two', '', 'four']);
    expect(texts('dos\r\nlines\r\n')).toEqual(['dos', 'lines']);
  });

  it('keeps colours, by name, by number and by parts', () => {
    const colour = (text: string) => read(text)[0]?.spans.map((span) => [span.text, span.style.colour]);
    expect(colour('\u001b[31mERROR\u001b[0m x')).toEqual([
      ['ERROR', 'red'],
      [' x', null],
    ]);
    expect(colour('\u001b[1;92mok\u001b[39m.')).toEqual([
      ['ok', 'green'],
      ['.', null],
    ]);
    expect(colour('\u001b[38;5;196mred\u001b[38;2;10;20;240mblue\u001b[38;5;240mgrey')).toEqual([
      ['red', 'red'],
      ['blue', 'blue'],
      ['grey', null],
    ]);
    expect(colour('\u001b[48;5;1mground\u001b[m')).toEqual([['ground', null]]);
  });

  it('shows a progress bar as one line, as it stands', () => {
    expect(texts(' 10 %|#    |\r 20 %|##   |\r\u001b[K 9 %\n')).toEqual([' 9 %']);
    expect(texts('100 left\r 99 left')).toEqual([' 99 left']);
    expect(texts('abc\b\bX')).toEqual(['aXc']);
  });

  it('takes out titles, clipboards, cursor moves and links', () => {
    expect(
      texts(
        '\u001b]0;owned\u0007a\u001b]52;c;ZXZpbA==\u001b\\b\u001b[2J\u001b[9;9Hc\u001bPq#0\u001b\\d\u009b31me\u009dx\u009cf\u001b(Bg',
      ),
    ).toEqual(['abcdefg']);
  });

  it('lets a sequence that never ends take no more than its line', () => {
    expect(texts('a\u001b]0;never ended\nb\u001b[31;31;31\nc')).toEqual(['a', 'b', 'c']);
  });

  it('makes visible what hides or reorders', () => {
    expect(texts('a\u202eb\u200bc')).toEqual(['a<U+202E>b<U+200B>c']);
    expect(texts('<img src=x onerror=alert(1)>')).toEqual(['<img src=x onerror=alert(1)>']);
  });

  it('cuts a line that nobody reads, and says how much', () => {
    const [line] = read(`${'x'.repeat(MAX_LINE_CHARACTERS + 7)}\n`);
    expect(line?.text.endsWith(' … 7 more characters')).toBe(true);
  });

  it.each([
    'ERROR worker 3: truncated',
    'Traceback (most recent call last):',
    'ValueError: loss is nan',
    'torch.OutOfMemoryError: CUDA out of memory. Tried',
    '[2026-11-25 10:00] [ERROR] x',
    '2026-11-25 10:00 ERROR x',
  ])('%j reads like an error', (text) => expect(read(text)[0]?.isError).toBe(true));

  it.each(['no errors', 'error rate 0.2', 'epoch 3 loss 0.1', 'ErrorBudget left'])('%j does not', (text) =>
    expect(read(text)[0]?.isError).toBe(false),
  );

  const hostile = fc.string({
    unit: fc.oneof(
      fc.constantFrom(
        '\u001b',
        '[',
        ']',
        '\u0007',
        '\r',
        '\n',
        '\b',
        '\t',
        'm',
        'K',
        ';',
        '3',
        '\u009b',
        '\u009d',
        '\u202e',
        '\\',
        'P',
        '界',
      ),
      fc.string({ minLength: 1, maxLength: 1, unit: 'binary' }),
    ),
    maxLength: 200,
  });

  it('is the same wherever its pieces end', () => {
    fc.assert(
      fc.property(hostile, fc.array(fc.nat(200), { maxLength: 6 }), (text, cuts) => {
        const characters = [...text];
        const at = [...new Set([0, ...cuts, characters.length])]
          .filter((cut) => cut <= characters.length)
          .sort((a, b) => a - b);
        const pieces = at.slice(1).map((to, place) => characters.slice(at[place], to).join(''));
        expect(read(...pieces)).toEqual(read(text));
      }),
    );
  });

  it('never lets a control character through, and has as many lines as line ends', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        const parser = logParser();
        const lines = parser.feed(text);
        expect(lines).toHaveLength(text.split('\n').length - 1);
        for (const line of [...lines, parser.open()])
          expect(line?.text ?? '').not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u200b-\u200f]/);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves plain text alone', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[ -~]{0,80}$/)), (lines) => {
        expect(texts(lines.map((line) => `${line}\n`).join(''))).toEqual(lines);
      }),
    );
  });
});
