import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { Host } from '../../../model/host.ts';
import type { HostSource } from '../sources.ts';
import { type HostSourceOptions, startHostSource } from './hostSource.ts';

const mountChild = {
  file: process.execPath,
  args: [
    '--input-type=module',
    '-e',
    `import { runMountChild } from '${new URL('./mountChild.ts', import.meta.url).href}'; runMountChild();`,
  ],
};

let root: string;
let nowMs: number;
let source: HostSource | null;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flowline-host-'));
  nowMs = 1_000_000;
  source = null;
});
afterEach(async () => {
  await source?.stop();
  rmSync(root, { recursive: true });
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
}

function start(options: Partial<HostSourceOptions> = {}): HostSource {
  source = startHostSource({
    mountChild,
    root,
    readClockMs: () => nowMs,
    readAddresses: () => new Map([['eth0', ['10.0.0.7']]]),
    ...options,
  });
  return source;
}

function writeCounters(busy: number, idle: number, received: number): void {
  write('proc/stat', `cpu  ${busy} 0 0 ${idle} 0 0 0 0 0 0\ncpu0 1 2 3 4\n`);
  write('proc/net/dev', `x\ny\n  eth0: ${received} 1 0 0 0 0 0 0 ${received * 2} 1 0 0 0 0 0 0\n`);
}

test('this machine is read, and fits the model', async () => {
  const host = await start({ root: '/', readClockMs: () => performance.now() }).read();
  expect(Host.parse(host)).toEqual(host);
  expect(host.cpuPercent).not.toBeNull();
  expect(host.memoryTotalBytes).toBeGreaterThan(0);
});

test('an empty tree is a machine of which nothing is known, not one of zeros', async () => {
  const host = await start({ readAddresses: () => new Map() }).read();
  expect(
    Object.values(host)
      .flat()
      .every((value) => value === null),
  ).toBe(true);
});

test('rates are made between readings, and a clock that jumped has none', async () => {
  writeCounters(100, 100, 1000);
  const host = start();
  writeCounters(150, 150, 3000);
  nowMs += 1000;
  const first = await host.read();
  expect(first.cpuPercent).toBe(50);
  expect(first.networks[0]).toEqual({
    interface: 'eth0',
    addresses: ['10.0.0.7'],
    receiveBytesPerSecond: 2000,
    transmitBytesPerSecond: 4000,
  });
  writeCounters(250, 150, 4000);
  nowMs -= 50_000;
  const jumped = await host.read();
  expect(jumped.cpuPercent).toBeNull();
  expect(jumped.networks[0]?.receiveBytesPerSecond).toBeNull();
});

test('asked twice at once, the second answer repeats the first one’s rates', async () => {
  writeCounters(100, 100, 1000);
  const host = start();
  writeCounters(150, 150, 3000);
  nowMs += 1000;
  const first = await host.read();
  nowMs += 3;
  expect((await host.read()).cpuPercent).toBe(first.cpuPercent);
});
