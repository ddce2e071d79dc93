import fc from 'fast-check';
import { expect, test } from 'vitest';
import { faultyLine } from './jsonFault.ts';

test('JSON has no fault', () => {
  fc.assert(
    fc.property(fc.json(), fc.constantFrom('', '\n  '), (text, end) => faultyLine(end + text + end) === null),
  );
});

test.each([
  ['{\n  "slaves": [\n    1,\n  ]\n}\n', 4],
  ['{\n  // a note\n  "a": 1\n}', 2],
  ['{\n  "a": 1\n  "b": 2\n}', 3],
  ["{\n  'a': 1\n}", 2],
  ['{"a": 1}}', 1],
  ['{\n"a": 1\n', 2],
  ['{"a":\n01}', 2],
  ['', 1],
])('%j is faulty in line %i', (text, line) => {
  expect(faultyLine(text)).toBe(line);
});
