import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { parseProcessStat } from '../processText.ts';
import { createIdentityReader } from './identity.ts';

const roots: string[] = [];
afterEach(() => {
  for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

const statOf = (pid: number, parentPid: number) =>
  `${pid} (x) S ${parentPid} 1 1 0 -1 0 0 0 0 0 0 0 0 0 20 0 1 0 5 1000 10 1844 1 1 0 0 0\n`;

/** A /proc in which every process started the next: 1, 2, 3 … */
function makeChain(length: number): string {
  const root = mkdtempSync(join(tmpdir(), 'flowline-proc-'));
  roots.push(root);
  for (let pid = 1; pid <= length; pid++) {
    mkdirSync(join(root, 'proc', String(pid)), { recursive: true });
    writeFileSync(join(root, 'proc', String(pid), 'stat'), statOf(pid, pid - 1));
  }
  return root;
}

function readIdentity(root: string, pid: number, deepestTree?: number) {
  const stat = parseProcessStat(statOf(pid, pid - 1));
  if (stat === null) throw new Error('no stat');
  return createIdentityReader(root, deepestTree)(pid, stat);
}

test('a process is followed to the first one, however deep it nested itself', () => {
  const { ancestorPids } = readIdentity(makeChain(300), 300);
  expect(ancestorPids).toHaveLength(299);
  expect(ancestorPids?.at(-1)).toBe(1);
});

test('a tree that cannot be followed is said to be so, not cut', () => {
  expect(readIdentity(makeChain(30), 30, 28).ancestorPids).toBeNull();
  expect(readIdentity(makeChain(30), 30, 29).ancestorPids).toHaveLength(29);
});

test('one that hangs in the kernel is not asked for its arguments: the question could hang with it', () => {
  const root = makeChain(2);
  writeFileSync(join(root, 'proc', '2', 'cmdline'), 'python\0train.py\0');
  expect(readIdentity(root, 2).argv).toEqual(['python', 'train.py']);
  const stat = parseProcessStat(statOf(2, 1).replace(') S ', ') D '));
  expect(stat && createIdentityReader(root)(2, stat).argv).toEqual([]);
});

test('arguments and uids that may not be read are none', () => {
  expect(readIdentity(makeChain(2), 2)).toEqual({ uids: null, argv: [], ancestorPids: [1] });
});
