import { expect, test } from 'vitest';
import { recorded } from '../../../test/support/recorded.ts';
import { UNKNOWN_HOST } from '../../model/host.ts';
import { systemText } from './system.ts';

test('the machine is one line of text, as there', () => {
  const theirs = recorded('flowline', 'system-info').text;
  const host = { ...UNKNOWN_HOST, kernel: /Linux (\S+),/.exec(theirs)?.[1] ?? null, cpuCores: 2 };
  expect(systemText({ ...host, memoryTotalBytes: Math.round(23.54 * 1024 ** 3) })).toBe(theirs);
  expect(systemText({ ...host, memoryTotalBytes: 64 * 1024 ** 3 })).toMatch(/Memory: 64\.0 GB$/);
});
