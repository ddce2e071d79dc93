import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { attemptOf } from '../../../test/support/olderScheduler.ts';
import { recordedBody, shapeOf } from '../../../test/support/recorded.ts';
import {
  fileBody,
  logName,
  logNames,
  outputLines,
  ownLine,
  parseLogName,
  sizeText,
  wantedLines,
} from './logs.ts';

describe('logs', () => {
  test.each(['42.out', '42.err', '42.1.2.out', '1.100000.7.err'])(
    '%s means the output of a run, and back',
    (name) => {
      const log = parseLogName(name);
      expect(log && logName(log)).toBe(name);
    },
  );

  test.each([
    '../../etc/passwd',
    '42.out/../../x',
    '..%2f42.out',
    '/etc/passwd',
    '0.out',
    '42.log',
    '42.1.out',
    '42.out\n',
    't42.out',
    '42.OUT',
    '',
    '1e3.out',
  ])('%j means none', (name) => {
    expect(parseLogName(name)).toBeNull();
  });

  test('no name but ours means anything', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9./\\]{0,12}(out|err)$/)), (name) => {
        const log = parseLogName(name);
        if (log !== null) expect(logName(log)).toBe(name);
      }),
    );
  });

  test('of a task are its newest attempt by its number, those before it by theirs, none that never ran', () => {
    const attempts = [
      attemptOf({ run: 1, number: 1 }),
      attemptOf({ run: 1, number: 2 }),
      attemptOf({ run: 2, number: 1, startedAtMs: null }),
    ];
    expect(logNames('t42', attempts).map(logName)).toEqual(['42.out', '42.err', '42.1.1.out', '42.1.1.err']);
  });

  test('are listed as the older FlowLine listed its own', () => {
    const theirs = recordedBody('flowline', 'log-list-later') as { files: unknown[] };
    const ours = { files: [fileBody('42.out', 1234, 1_795_345_280_000)] };
    expect(shapeOf(ours)).toEqual(shapeOf({ files: theirs.files.slice(0, 1) }));
    expect(ours.files[0]).toMatchObject({
      size: '1.2KB',
      lastModified: expect.stringMatching(/^\d{4}(-\d\d){2} \d\d(:\d\d){2}$/),
    });
  });

  test.each([
    [0, '0B'],
    [293, '293B'],
    [1024, '1.0KB'],
    [1_048_575, '1.0MB'],
    [1_258_291, '1.2MB'],
    [5 * 1024 ** 4, '5120.0GB'],
  ])('%d bytes are %s', (bytes, text) => {
    expect(sizeText(bytes)).toBe(text);
  });

  test('have the shape of the older ones, line by line', () => {
    const theirs = recordedBody('flowline', 'log-program') as { lines: unknown[] };
    const own = ownLine({ atMs: 1_795_345_246_000, level: 'warn', message: 'away', facts: [['node', 'a']] });
    expect(own).toMatchObject({ level: 'WARNING', message: 'away node=a' });
    expect(shapeOf([own])).toEqual(shapeOf(theirs.lines.slice(1)));
    expect(shapeOf(outputLines('a\n', false, 5))).toEqual(shapeOf(theirs.lines.slice(1)));
  });

  test('end with the last lines, a progress bar as it stood last', () => {
    const messages = (text: string, isCut: boolean, most: number): string[] =>
      outputLines(text, isCut, most).map(({ message }) => message);
    expect(messages('one\ntwo\nthree\n', false, 2)).toEqual(['two', 'three']);
    expect(messages('ne\ntwo\nthree', true, 100)).toEqual(['two', 'three']);
    expect(messages('10%\r20%\r\nx\r\n', false, 100)).toEqual(['20%', 'x']);
    expect(messages('', false, 100)).toEqual([]);
    expect(messages('a\nb\n', false, 0)).toEqual(['a', 'b']);
  });

  test.each([
    ['5', 5],
    [undefined, 100],
    ['-3', 100],
    [['1', '2'], 100],
    ['999999999', 10_000],
  ])('maxLines=%j are %d', (text, lines) => {
    expect(wantedLines(text)).toBe(lines);
  });
});
