import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hasHiddenCharacters } from '../../lib/displayText.ts';
import { jsonText } from './json.ts';

test('whatever a process calls itself, a terminal obeys nothing of it, and a parser reads it back', () => {
  expect(jsonText({ name: 'a\u009b31m\u202egnp' })).toBe('{\n  "name": "a\\u009b31m\\u202egnp"\n}');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      const text = jsonText({ name });
      expect(hasHiddenCharacters(text.replaceAll('\n', ''))).toBe(false);
      expect(JSON.parse(text)).toEqual({ name });
    }),
  );
  expect(hasHiddenCharacters(jsonText(['\u{e0041}\u{e007f}']).replaceAll('\n', ''))).toBe(false);
});
