import { expect, test } from 'vitest';
import { isTooDeep, parseJson } from './json.ts';

const isDeep = (text: string): boolean => isTooDeep(new TextEncoder().encode(text));
const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);

test('what is no JSON is undefined', () => {
  expect([parseJson('{"a":1}'), parseJson('{'), parseJson('')]).toEqual([{ a: 1 }, undefined, undefined]);
});

test('sixty-four in each other are enough, side by side there may be any number', () => {
  expect([isDeep(nested(64)), isDeep(nested(65)), isDeep('{"a":'.repeat(65))]).toEqual([false, true, true]);
  expect(isDeep(`[${Array(1000).fill('[{}]').join(',')}]`)).toBe(false);
});

test('brackets in a text are none, also behind a quote that is escaped', () => {
  expect(isDeep(JSON.stringify([`"${'['.repeat(100)}`, '\\', `\\"${'{'.repeat(100)}`]))).toBe(false);
  expect(isDeep(`["\\\\",${nested(64)}]`)).toBe(true);
});
