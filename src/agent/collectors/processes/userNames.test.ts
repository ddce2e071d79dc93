import { expect, test } from 'vitest';
import { createUserNames } from './userNames.ts';

test('root is root, and a uid without a login stays a number', async () => {
  const names = createUserNames();
  await names.settle([0, 3_999_999_999], 5000);
  expect(names.nameOf(0)).toBe('root');
  expect(names.nameOf(3_999_999_999)).toBe('3999999999');
});

test('each uid is asked once, also one without a name', async () => {
  const asked: number[] = [];
  const names = createUserNames(async (uid) => {
    asked.push(uid);
    return uid === 1 ? 'alice' : null;
  });
  await names.settle([1, 2], 1000);
  await names.settle([1, 2], 1000);
  expect([names.nameOf(1), names.nameOf(2)]).toEqual(['alice', '2']);
  expect(asked).toEqual([1, 2]);
});

test('a directory that hangs delays nobody longer than asked, and its late answer is used', async () => {
  const { promise, resolve } = Promise.withResolvers<string>();
  const names = createUserNames(() => promise);
  await names.settle([7], 10);
  expect(names.nameOf(7)).toBe('7');
  resolve('bob');
  await names.settle([7], 1000);
  expect(names.nameOf(7)).toBe('bob');
});
