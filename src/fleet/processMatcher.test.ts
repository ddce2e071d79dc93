import { expect, test } from 'vitest';
import { createProcessMatcher } from './processMatcher.ts';

const process = {
  pid: 4211,
  name: 'python',
  command: 'python Train.py --lr 1',
  user: 'root',
  owner: 'alice',
  container: 'zk-notebook',
};
const finds = (query: string) => createProcessMatcher(query)(process);

test('every word must be found, in whichever field and case', () => {
  expect(finds('ALICE train')).toBe(true);
  expect(finds('alice 4211')).toBe(true);
  expect(finds('root notebook')).toBe(true);
  expect(finds('alice eval')).toBe(false);
});

test('a pid is found whole, not by its beginning', () => {
  expect(finds('4211')).toBe(true);
  expect(finds('42')).toBe(false);
});

test('an empty query finds everything, and unknown fields match nothing', () => {
  expect(finds('  ')).toBe(true);
  expect(
    createProcessMatcher('null')({
      pid: 1,
      name: null,
      command: null,
      user: null,
      owner: null,
      container: null,
    }),
  ).toBe(false);
});
