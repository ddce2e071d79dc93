/** Files that stay open save time, and never tell of a process that has ended, nor stay open for it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { createStatFiles, type StatFiles } from './statFiles.ts';

const releases: (() => unknown)[] = [];
afterEach(() => {
  for (const release of releases.splice(0).reverse()) release();
});

function start(root: string, mostOpen: number): StatFiles {
  const files = createStatFiles(root, mostOpen);
  releases.push(() => files.keepOnly(new Set()));
  return files;
}

async function startProgram() {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  await once(child, 'spawn');
  releases.push(() => child.kill('SIGKILL'));
  return { child, pid: child.pid ?? 0 };
}

/** How many of our descriptors lead to a process's stat. */
const openOf = (pid: number): number =>
  readdirSync('/proc/self/fd').filter((file) => {
    try {
      return readlinkSync(`/proc/self/fd/${file}`) === `/proc/${pid}/stat`;
    } catch {
      return false;
    }
  }).length;

test('a process that ends is told as gone, and its file is closed', async () => {
  const files = start('', 8);
  const { child, pid } = await startProgram();
  const first = files.read(pid);
  expect(first).toMatchObject({ name: 'sleep', parentPid: process.pid });
  expect(files.read(pid)?.startTicks).toBe(first?.startTicks);
  expect(openOf(pid)).toBe(1);
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(files.read(pid)).toBeNull();
  expect(openOf(pid)).toBe(0);
});

test('beyond the limit processes are told as well, with nothing left open, and who is not kept is closed', async () => {
  const files = start('', 2);
  const pids = [];
  for (const _ of [1, 2, 3]) pids.push((await startProgram()).pid);
  for (const _ of [1, 2]) for (const pid of pids) expect(files.read(pid)?.name).toBe('sleep');
  expect(pids.map(openOf)).toEqual([1, 1, 0]);
  files.keepOnly(new Set(pids.slice(1)));
  expect(pids.map(openOf)).toEqual([0, 1, 0]);
});

test('a pid that another process has by now is told as that one', () => {
  const root = mkdtempSync(join(tmpdir(), 'flowline-proc-'));
  releases.push(() => rmSync(root, { recursive: true }));
  const folder = join(root, 'proc', '50');
  mkdirSync(folder, { recursive: true });
  const path = join(folder, 'stat');
  const line = (startTicks: number) =>
    `50 (python) S 1 1 1 0 -1 4194304 0 0 0 0 0 0 0 0 20 0 1 0 ${startTicks} 1000 10 1844 1 1 0 0 0\n`;
  writeFileSync(path, line(5000));
  const files = start(root, 8);
  expect(files.read(50)?.startTicks).toBe(5000);
  // The open one has nothing to tell any more, and under its path lies another.
  renameSync(path, join(folder, 'ended'));
  truncateSync(join(folder, 'ended'));
  writeFileSync(path, line(9000));
  expect(files.read(50)?.startTicks).toBe(9000);
});
