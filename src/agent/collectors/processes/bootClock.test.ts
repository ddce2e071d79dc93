import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createBootClock, readKernelConstants } from './bootClock.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flowline-boot-'));
  mkdirSync(join(root, 'proc'));
  writeFileSync(join(root, 'proc/uptime'), '1000.00 900.00\n');
});
afterEach(() => rmSync(root, { recursive: true }));

test('the boot does not move with the clock’s small corrections, and does when the clock was set', () => {
  let nowMs = 5_000_000;
  let clockMs = 0;
  const readBootedAtMs = createBootClock(
    root,
    () => nowMs,
    () => clockMs,
  );
  expect(readBootedAtMs()).toBe(4_000_000);
  clockMs += 20_000;
  nowMs += 700;
  expect(readBootedAtMs()).toBe(4_000_000);
  clockMs += 20_000;
  nowMs += 3_600_000;
  expect(readBootedAtMs()).toBe(7_600_700);
});

test('the kernel tells its page size and ticks', () => {
  const { pageBytes, ticksPerSecond } = readKernelConstants();
  expect([4096, 16_384, 65_536]).toContain(pageBytes);
  expect(ticksPerSecond).toBe(100);
});
