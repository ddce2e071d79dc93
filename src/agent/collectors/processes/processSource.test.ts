import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { isHidden } from './hidden.ts';
import { createProcessReader } from './processReader.ts';
import { startProcessSource } from './processSource.ts';

const releases: (() => unknown)[] = [];
afterEach(async () => {
  for (const release of releases.splice(0).reverse()) await release();
});

function start(options: Parameters<typeof startProcessSource>[0] = {}) {
  const source = startProcessSource(options);
  releases.push(source.stop);
  return source;
}

/** A real process that lives until the test is over. */
async function startProgram(
  file: string,
  args: string[],
  options: { cwd?: string; argv0?: string } = {},
): Promise<ChildProcess & { pid: number }> {
  const child = spawn(file, args, { stdio: 'ignore', ...options });
  await new Promise((resolve) => child.once('spawn', resolve));
  releases.push(() => child.kill('SIGKILL'));
  return Object.assign(child, { pid: child.pid ?? 0 });
}

test('a real process is told with its command masked, its folder, user, parent and start', async () => {
  const before = Date.now();
  const child = await startProgram('sleep', ['60'], { cwd: '/usr', argv0: '--token=abc' });
  const facts = (await start().inspect([child.pid])).get(child.pid);
  expect(facts).toMatchObject({
    pid: child.pid,
    name: 'sleep',
    command: '--token=*** 60',
    workingDirectory: '/usr',
    uid: process.getuid?.(),
    parentPid: process.pid,
    containerId: null,
  });
  expect(facts?.executable).toMatch(/\/(sleep|coreutils|busybox)$/);
  expect(facts?.ancestorPids[0]).toBe(process.pid);
  expect(facts?.ancestorPids.at(-1)).toBe(1);
  expect(facts?.hostMemoryBytes).toBeGreaterThan(0);
  expect(Math.abs((facts?.startedAtMs ?? 0) - before)).toBeLessThan(3000);
});

test('a pid that is gone is left out and hides no other', async () => {
  const found = await start().inspect([process.pid, 2 ** 30]);
  expect([...found.keys()]).toEqual([process.pid]);
});

test('a program that replaces itself is told anew at once', async () => {
  const source = start();
  const shell = spawn('sh', ['-c', 'read line; exec sleep 61'], { stdio: ['pipe', 'ignore', 'ignore'] });
  releases.push(() => shell.kill('SIGKILL'));
  const pid = shell.pid ?? 0;
  expect((await source.inspect([pid])).get(pid)?.command).toContain('read line');
  shell.stdin?.end('go\n');
  await vi.waitFor(async () => expect((await source.inspect([pid])).get(pid)?.command).toBe('sleep 61'), {
    timeout: 5000,
  });
});

test('a program that replaces itself by one of the same name is told anew at once too', async () => {
  const source = start();
  const shell = spawn('sh', ['-c', 'read line; exec sh -c "read other; exit"'], {
    stdio: ['pipe', 'ignore', 'ignore'],
  });
  releases.push(() => shell.kill('SIGKILL'));
  const pid = shell.pid ?? 0;
  expect((await source.inspect([pid])).get(pid)?.command).toContain('read line');
  shell.stdin?.write('go\n');
  await vi.waitFor(
    async () => expect((await source.inspect([pid])).get(pid)?.command).toBe('sh -c read other; exit'),
    { timeout: 5000 },
  );
});

test('a busy process shows the core it uses, and its start does not jitter', async () => {
  const source = start();
  const child = await startProgram(process.execPath, ['-e', 'for (;;) ;']);
  const first = (await source.inspect([child.pid])).get(child.pid);
  expect(first?.cpuPercent).toBeNull();
  await vi.waitFor(
    async () => {
      const facts = (await source.inspect([child.pid])).get(child.pid);
      expect(facts?.cpuPercent).toBeGreaterThan(20);
      expect(facts?.startedAtMs).toBe(first?.startedAtMs);
    },
    { timeout: 10_000, interval: 250 },
  );
});

test('every process of the machine is found, soon for who asks first', async () => {
  const child = await startProgram('sleep', ['60']);
  const source = start();
  const started = performance.now();
  const all = await source.all();
  expect(performance.now() - started).toBeLessThan(3000);
  expect(all.map(({ pid }) => pid)).toEqual(expect.arrayContaining([1, process.pid, child.pid]));
  expect(all.some(({ pid }) => pid === 2 && all.some(({ name }) => name === 'kthreadd'))).toBe(false);
  expect(all.find(({ pid }) => pid === 1)?.user).toBe('root');
});

test('a process that was ended from here is not found any more, from the answer on', async () => {
  const child = await startProgram('sleep', ['63']);
  const source = start({ ownPid: 2 ** 30 });
  const pids = async () => (await source.all()).map(({ pid }) => pid);
  expect(await pids()).toContain(child.pid);
  const [facts] = (await source.inspect([child.pid])).values();
  const target = { pid: child.pid, startedAtMs: facts?.startedAtMs ?? null };
  const [result] = await source.kill([target], { may: 'everyone' }, 5000);
  expect(result?.outcome).toBe('done');
  expect(await pids()).not.toContain(child.pid);
});

test('a stopped source lets nobody wait', async () => {
  const source = startProcessSource();
  await source.stop();
  await source.all();
});

function writeProcess(root: string, pid: number, stat: string): string {
  const folder = join(root, 'proc', String(pid));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'stat'), stat);
  return folder;
}

function makeRoot(): string {
  const root = mkdtempSync(join(tmpdir(), 'flowline-proc-'));
  releases.push(() => rmSync(root, { recursive: true }));
  mkdirSync(join(root, 'proc'));
  writeFileSync(join(root, 'proc/uptime'), '1000.00 900.00\n');
  return root;
}

const stat = (pid: number, state: string, startTicks: number, usedTicks = 0) =>
  `${pid} (python) ${state} 0 1 1 0 -1 4194304 0 0 0 0 ${usedTicks} 0 0 0 20 0 1 0 ${startTicks} 1000 10 1844 1 1 0 0 0\n`;

function makeReader(root: string, clock: { nowMs: number }, looksAtModules = false) {
  const userNames = { nameOf: String, settle: async () => {} };
  return createProcessReader({
    root,
    userNames,
    rememberMs: 10_000,
    looksAtModules,
    readBootedAtMs: () => 4_000_000,
    readClockMs: () => clock.nowMs,
  });
}

test('what may not be read is null, and the rest is told', () => {
  const root = makeRoot();
  writeProcess(root, 50, stat(50, 'S', 5000));
  expect(makeReader(root, { nowMs: 0 }).read(50)).toEqual({
    pid: 50,
    name: 'python',
    command: null,
    executable: null,
    workingDirectory: null,
    pythonEnvironment: null,
    uid: null,
    user: null,
    startedAtMs: 4_000_000 + 50_000,
    cpuPercent: null,
    hostMemoryBytes: expect.any(Number),
    parentPid: null,
    ancestorPids: [],
    containerId: null,
  });
});

test('arguments of a process that hangs in the kernel are not asked for; known ones are kept', () => {
  const root = makeRoot();
  const clock = { nowMs: 0 };
  const reader = makeReader(root, clock);
  const folder = writeProcess(root, 50, stat(50, 'D', 5000));
  writeFileSync(join(folder, 'cmdline'), 'python\0a.py\0');
  symlinkSync('/opt/miniconda3/bin/python3', join(folder, 'exe'));
  expect(reader.read(50)).toMatchObject({ command: null, executable: '/opt/miniconda3/bin/python3' });
  writeProcess(root, 50, stat(50, 'S', 5000));
  expect(reader.read(50)).toMatchObject({ command: 'python a.py', pythonEnvironment: 'base' });
  writeProcess(root, 50, stat(50, 'D', 5000));
  writeFileSync(join(folder, 'cmdline'), 'would\0hang\0');
  clock.nowMs += 20_000;
  expect(reader.read(50)?.command).toBe('python a.py');
});

test('of one whose first thread ended all is kept that was known of it: nothing can be read any more', () => {
  const root = makeRoot();
  const clock = { nowMs: 0 };
  const reader = makeReader(root, clock);
  const folder = writeProcess(root, 50, stat(50, 'S', 5000));
  writeFileSync(join(folder, 'cmdline'), 'python\0a.py\0');
  symlinkSync('/opt/miniconda3/bin/python3', join(folder, 'exe'));
  reader.read(50);
  writeProcess(root, 50, stat(50, 'Z', 5000));
  writeFileSync(join(folder, 'cmdline'), '');
  rmSync(join(folder, 'exe'));
  for (let second = 0; second < 40; second++) {
    clock.nowMs += 1000;
    expect(reader.read(50)).toMatchObject({
      command: 'python a.py',
      executable: '/opt/miniconda3/bin/python3',
      pythonEnvironment: 'base',
    });
  }
});

test('a python’s loaded modules are looked at until they tell its environment, a few times only', () => {
  const root = makeRoot();
  const clock = { nowMs: 0 };
  const reader = makeReader(root, clock, true);
  const start = (pid: number) => {
    const folder = writeProcess(root, pid, stat(pid, 'S', 5000));
    writeFileSync(join(folder, 'cmdline'), 'python\0train.py\0');
    symlinkSync('/usr/bin/python3.11', join(folder, 'exe'));
    return (modules: string) => writeFileSync(join(folder, 'maps'), `1-2 r-xp 0 0:0 1 ${modules}\n`);
  };
  const [load, loadLate] = [start(50), start(51)];
  const environment = (pid: number) => reader.read(pid)?.pythonEnvironment;
  expect(environment(50)).toBeNull();
  load('/home/a/.venv/lib/python3.11/site-packages/torch/lib/libtorch.so');
  clock.nowMs += 60_000;
  expect(environment(50)).toBe('/home/a/.venv');
  for (let minute = 0; minute < 6; minute++) {
    environment(51);
    clock.nowMs += 60_000;
  }
  loadLate('/home/a/.venv/lib/python3.11/site-packages/torch/lib/libtorch.so');
  clock.nowMs += 60_000;
  expect(environment(51)).toBeNull();
});

test('loaded modules are looked at of the few on GPUs, and never for the whole machine’s list', async () => {
  const root = makeRoot();
  const folder = writeProcess(root, 50, stat(50, 'S', 5000));
  writeFileSync(join(folder, 'cmdline'), 'python\0train.py\0');
  // Only a process whose status has its number is none of its threads.
  writeFileSync(join(folder, 'status'), 'Name:\tpython\nTgid:\t50\n');
  symlinkSync('/usr/bin/python3.11', join(folder, 'exe'));
  writeFileSync(
    join(folder, 'maps'),
    '1-2 r-xp 0 0:0 1 /home/a/.venv/lib/python3.11/site-packages/torch/x.so\n',
  );
  const source = start({ root });
  expect((await source.all()).map((facts) => [facts.pid, facts.pythonEnvironment])).toEqual([[50, null]]);
  expect((await source.inspect([50])).get(50)?.pythonEnvironment).toBe('/home/a/.venv');
});

test('workers that were first seen together are not all looked at again in one reading', () => {
  const root = makeRoot();
  const clock = { nowMs: 0 };
  const reader = makeReader(root, clock);
  const pids = Array.from({ length: 64 }, (_, index) => 100 + index);
  const title = (pid: number, text: string) =>
    writeFileSync(join(writeProcess(root, pid, stat(pid, 'S', 5000)), 'cmdline'), `${text}\0`);
  for (const pid of pids) title(pid, 'old');
  for (const pid of pids) reader.read(pid);
  for (const pid of pids) title(pid, 'new');
  let renewed = 0;
  for (let second = 1; second <= 15; second++) {
    clock.nowMs += 1000;
    const now = pids.filter((pid) => reader.read(pid)?.command === 'new').length;
    expect(now - renewed).toBeLessThan(12);
    renewed = now;
  }
  expect(renewed).toBe(64);
});

test('a reused pid begins anew: nothing of the one before it is told', () => {
  const root = makeRoot();
  const clock = { nowMs: 0 };
  const reader = makeReader(root, clock);
  const folder = writeProcess(root, 50, stat(50, 'S', 5000, 100));
  writeFileSync(join(folder, 'cmdline'), 'old\0');
  reader.read(50);
  clock.nowMs += 1000;
  writeProcess(root, 50, stat(50, 'S', 5000, 150));
  expect(reader.read(50)).toMatchObject({ command: 'old', cpuPercent: 50 });
  clock.nowMs += 1000;
  writeProcess(root, 50, stat(50, 'S', 9000, 160));
  writeFileSync(join(folder, 'cmdline'), 'new\0');
  expect(reader.read(50)).toMatchObject({ command: 'new', cpuPercent: null });
});

test('a process that is there and not in /proc is hidden; one that is in it, or nowhere, is not', () => {
  expect(isHidden(makeRoot(), process.pid)).toBe(true);
  expect(isHidden('', process.pid)).toBe(false);
  expect(isHidden(makeRoot(), 2 ** 30)).toBe(false);
  expect(isHidden(makeRoot(), 9_999_999_999)).toBe(false);
});
