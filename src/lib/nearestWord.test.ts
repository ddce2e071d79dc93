import { expect, test } from 'vitest';
import { nearestWord } from './nearestWord.ts';

const WORDS = ['dialect', 'host', 'port', 'alias', 'password', 'passwordFile', 'interval', 'timeout'];

test.each([
  ['hots', 'host'],
  ['prot', 'port'],
  ['Host', 'host'],
  ['dialekt', 'dialect'],
  ['intervall', 'interval'],
  ['time_out', 'timeout'],
  ['passwordfile', 'passwordFile'],
  ['password_file', 'passwordFile'],
])('by %s is meant %s', (slip, meant) => {
  expect(nearestWord(slip, WORDS)).toBe(meant);
});

test.each(['colour', 'ip', '', 'x'.repeat(10_000)])('by %s nothing of it is meant', (slip) => {
  expect(nearestWord(slip, WORDS)).toBeNull();
});
