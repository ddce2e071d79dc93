import { expect, test } from 'vitest';
import { fractionsUnder, pythonJson } from './python.ts';

const fractions = fractionsUnder(['free', 'last_seen'], ['max']);

test('a whole number under a name of fractions is written as one, at any depth; others stay', () => {
  expect(
    pythonJson({ free: 1, used: 1, inner: [{ free: -2, last_seen: null }, { free: 0 }] }, fractions),
  ).toBe('{"free":1.0,"used":1,"inner":[{"free":-2.0,"last_seen":null},{"free":0.0}]}');
});

test('what is a fraction already, or has an exponent, stays as it is', () => {
  expect(pythonJson({ free: 1.5, last_seen: 1e21, used: 2 }, fractions)).toBe(
    '{"free":1.5,"last_seen":1e+21,"used":2}',
  );
});

test('zero stays whole where it stands for nothing', () => {
  expect(pythonJson([{ max: 0 }, { max: 350 }, { max: -5 }], fractions)).toBe(
    '[{"max":0},{"max":350.0},{"max":-5.0}]',
  );
});

test('no text is taken for a number under a name, however it is written', () => {
  for (const text of ['{"free":1}', ',"free":1,', '\\",\\"free\\":1}', 'free":1', ',"free":1}\\', '"'])
    for (const holder of [{ text, free: 1 }, [text, { free: 1 }], { [text]: 1, free: 1 }]) {
      const encoded = pythonJson(holder, fractions);
      expect(JSON.parse(encoded)).toEqual(holder);
      expect(encoded.match(/1\.0/g)).toHaveLength(1);
    }
});

test('other scripts and control characters are escaped', () => {
  expect(pythonJson('显存 é 😀\u007f\n')).toBe('"\\u663e\\u5b58 \\u00e9 \\ud83d\\ude00\\u007f\\n"');
});
