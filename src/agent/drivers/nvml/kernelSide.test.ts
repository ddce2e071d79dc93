/** A card is told by vendor and class; where the bus cannot be seen, there may be one. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { mayHaveNvidiaCard } from './kernelSide.ts';

const bus = mkdtempSync(join(tmpdir(), 'flowline-pci-'));
afterAll(() => rmSync(bus, { recursive: true, force: true }));

function plug(address: string, vendor: string, deviceClass: string): void {
  mkdirSync(join(bus, address));
  writeFileSync(join(bus, address, 'vendor'), `${vendor}\n`);
  writeFileSync(join(bus, address, 'class'), `${deviceClass}\n`);
}

test("another maker's card and NVIDIA's sound device are none, and its 3D controller is one", () => {
  expect(mayHaveNvidiaCard(bus)).toBe(false);
  plug('0000:00:02.0', '0x8086', '0x030000');
  plug('0000:17:00.1', '0x10de', '0x040300');
  expect(mayHaveNvidiaCard(bus)).toBe(false);
  plug('0000:18:00.0', '0x10de', '0x030200');
  expect(mayHaveNvidiaCard(bus)).toBe(true);
});

test('a bus that cannot be seen may have one', () => {
  expect(mayHaveNvidiaCard('/nowhere')).toBe(true);
});
