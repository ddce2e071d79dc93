import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { xidZh } from './zh/xid.ts';

test('every Xid that an agent knows in words is known in Chinese', () => {
  const agent = readFileSync(join(import.meta.dirname, '../../src/agent/drivers/xid.ts'), 'utf8');
  const codes = [...agent.matchAll(/^ {2}(\d+): '/gm)].map(([, code]) => Number(code));
  expect(codes.length).toBeGreaterThan(20);
  expect(codes.filter((code) => xidZh(code) === null)).toEqual([]);
  expect(xidZh(9999)).toBeNull();
});
