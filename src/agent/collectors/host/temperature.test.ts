import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findTemperatureInputs, readTemperature } from './temperature.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'flowline-hwmon-'));
});
afterEach(() => rmSync(root, { recursive: true }));

function write(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    const file = join(root, 'sys/class/hwmon', path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
}

test('the hottest of two packages is told, cores and disks are not asked', () => {
  write({
    'hwmon0/name': 'nvme\n',
    'hwmon0/temp1_input': '90000\n',
    'hwmon1/name': 'coretemp\n',
    'hwmon1/temp1_label': 'Package id 0\n',
    'hwmon1/temp1_input': '51000\n',
    'hwmon1/temp2_label': 'Core 0\n',
    'hwmon1/temp2_input': '77000\n',
    'hwmon2/name': 'coretemp\n',
    'hwmon2/temp1_label': 'Package id 1\n',
    'hwmon2/temp1_input': '48500\n',
  });
  const inputs = findTemperatureInputs(root);
  expect(inputs).toHaveLength(2);
  expect(readTemperature(inputs)).toBe(51);
});

test('AMD’s die is preferred to its control value, which may have an offset', () => {
  write({
    'hwmon0/name': 'k10temp\n',
    'hwmon0/temp1_label': 'Tctl\n',
    'hwmon0/temp1_input': '77000\n',
    'hwmon0/temp2_label': 'Tdie\n',
    'hwmon0/temp2_input': '50000\n',
  });
  expect(readTemperature(findTemperatureInputs(root))).toBe(50);
});

test('an ARM board without labels has its first input', () => {
  write({ 'hwmon0/name': 'cpu_thermal\n', 'hwmon0/temp1_input': '47250\n' });
  expect(readTemperature(findTemperatureInputs(root))).toBe(47.25);
});

test('no sensor, a vanished sensor and an impossible value are null', () => {
  expect(readTemperature(findTemperatureInputs(root))).toBeNull();
  expect(readTemperature([join(root, 'gone')])).toBeNull();
  write({ 'hwmon0/name': 'k10temp\n', 'hwmon0/temp1_input': '-273150\n' });
  expect(readTemperature(findTemperatureInputs(root))).toBeNull();
});
