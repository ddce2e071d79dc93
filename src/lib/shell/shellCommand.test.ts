import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shellCommand } from './shellCommand.ts';

test('plain words stay plain, others are quoted', () => {
  expect(shellCommand(['docker', 'exec', '-it', "it's $HOME", 'sh'])).toBe(
    "docker exec -it 'it'\\''s $HOME' sh",
  );
});

test('a name that could mislead a terminal gives no command', () => {
  for (const name of ['a\nrm -rf /', 'a\u001b[31m', 'a\u202eb', 'a\u0000']) {
    expect(shellCommand(['screen', '-r', name])).toBeNull();
  }
});

test('a real shell reads any words back unchanged', () => {
  const word = fc.string({ unit: 'grapheme-ascii', minLength: 1 });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 5 }), (words) => {
      const command = shellCommand(['printf', '%s\\0', ...words]) ?? '';
      expect(execFileSync('sh', ['-c', command]).toString().split('\0').slice(0, -1)).toEqual(words);
    }),
    { numRuns: 40 },
  );
});
