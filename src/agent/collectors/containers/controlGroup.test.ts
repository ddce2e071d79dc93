import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  createUseReader,
  parseControlGroups,
  usedMemoryBytes,
  usedProcessorMicroseconds,
} from './controlGroup.ts';

const id = 'ab'.repeat(32);
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flowline-cgroup-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

test('each controller is found in the version that has it', () => {
  expect(parseControlGroups(`0::/system.slice/docker-${id}.scope/init.scope\n`, id)).toEqual({
    memory: { version: 2, path: `/system.slice/docker-${id}.scope` },
    processor: { version: 2, path: `/system.slice/docker-${id}.scope` },
  });
  expect(parseControlGroups(`4:memory:/docker/${id}\n2:cpu,cpuacct:/docker/${id}/x\n0::/\n`, id)).toEqual({
    memory: { version: 1, path: `/docker/${id}` },
    processor: { version: 1, path: `/docker/${id}` },
  });
  expect(parseControlGroups('', id)).toEqual({ memory: null, processor: null });
});

test('memory is told without the file cache that was not used lately', () => {
  expect(usedMemoryBytes('1000\n', 'anon 5\ninactive_file 300\n')).toBe(700);
  expect(usedMemoryBytes('1000\n', 'inactive_file 1\ntotal_inactive_file 400\n')).toBe(600);
  expect(usedMemoryBytes('', '')).toBeNull();
  fc.assert(
    fc.property(fc.nat(), fc.nat(), (used, cached) => {
      expect(usedMemoryBytes(`${used}`, `inactive_file ${cached}\n`)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('processor time has one unit in both versions', () => {
  expect(usedProcessorMicroseconds('usage_usec 1500\nuser_usec 1\n', 2)).toBe(1500);
  expect(usedProcessorMicroseconds('1500000\n', 1)).toBe(1500);
  expect(usedProcessorMicroseconds('', 1)).toBeNull();
});

test.each([
  [
    'version 2',
    {
      'sys/fs/cgroup/cgroup.controllers': 'cpu memory\n',
      [`sys/fs/cgroup/docker/${id}/memory.current`]: '5000\n',
      [`sys/fs/cgroup/docker/${id}/memory.stat`]: 'inactive_file 1000\n',
      'proc/7/cgroup': `0::/docker/${id}\n`,
    },
    `sys/fs/cgroup/docker/${id}/cpu.stat`,
    (microseconds: number) => `usage_usec ${microseconds}\n`,
  ],
  [
    'a hybrid: memory in version 1, the processor in version 2',
    {
      [`sys/fs/cgroup/memory/docker/${id}/memory.usage_in_bytes`]: '5000\n',
      [`sys/fs/cgroup/memory/docker/${id}/memory.stat`]: 'total_inactive_file 1000\n',
      'proc/7/cgroup': `4:memory:/docker/${id}\n0::/docker/${id}\n`,
    },
    `sys/fs/cgroup/unified/docker/${id}/cpu.stat`,
    (microseconds: number) => `usage_usec ${microseconds}\n`,
  ],
  [
    'version 1',
    {
      [`sys/fs/cgroup/memory/docker/${id}/memory.usage_in_bytes`]: '5000\n',
      [`sys/fs/cgroup/memory/docker/${id}/memory.stat`]: 'total_inactive_file 1000\n',
      'proc/7/cgroup': `4:memory:/docker/${id}\n3:cpu,cpuacct:/docker/${id}\n`,
    },
    `sys/fs/cgroup/cpuacct/docker/${id}/cpuacct.usage`,
    (microseconds: number) => `${microseconds * 1000}\n`,
  ],
])('what a container uses is read from %s', (_, files, processorFile, text) => {
  let nowMs = 0;
  write({ ...files, [processorFile]: text(1_000_000) });
  const reader = createUseReader(root, () => nowMs);
  expect(reader.read({ id, pid: 7 })).toEqual({ memoryUsedBytes: 4000, cpuPercent: null });
  nowMs += 10_000;
  write({ [processorFile]: text(21_000_000) });
  expect(reader.read({ id, pid: 7 }).cpuPercent).toBe(200);
});

test('a container whose groups are gone has no figures, not zeros', () => {
  const reader = createUseReader(root);
  expect(reader.read({ id, pid: 7 })).toEqual({ memoryUsedBytes: null, cpuPercent: null });
  expect(reader.read({ id, pid: null })).toEqual({ memoryUsedBytes: null, cpuPercent: null });
});
