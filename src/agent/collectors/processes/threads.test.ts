import { afterEach, beforeEach, expect, test } from 'vitest';
import { imagineMachineRoot, type MachineRoot } from '../../../../test/support/imaginedMachineRoot.ts';
import { isOver, readThreadCount } from './threads.ts';

let root: MachineRoot;
beforeEach(async () => {
  root = await imagineMachineRoot();
});
afterEach(() => root.remove());

test('the threads of somebody who is in a thousand groups are counted: they are told behind all of these', async () => {
  const groups = Array.from({ length: 1000 }, (_, place) => 1_000_000_000 + place).join(' ');
  await root.file('/proc/7/status', `Name:\tpython\nState:\tZ (zombie)\nGroups:\t${groups} \nThreads:\t2\n`);
  expect(readThreadCount(root.path, 7)).toBe(2);
  expect(isOver({ state: 'Z' }, () => readThreadCount(root.path, 7))).toBe(false);
});
