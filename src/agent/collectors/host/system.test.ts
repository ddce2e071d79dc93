import { expect, test } from 'vitest';
import { parseOsName, parseUptime, readBootId } from './system.ts';

test('the operating system is called by its pretty name, quoted or not', () => {
  expect(parseOsName('NAME="Debian"\nPRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\n')).toBe(
    'Debian GNU/Linux 12 (bookworm)',
  );
  expect(parseOsName("PRETTY_NAME='Arch \\$ Linux'\n")).toBe('Arch $ Linux');
  expect(parseOsName('NAME=Fedora\n')).toBe('Fedora');
  expect(parseOsName('ID=x\n')).toBeNull();
});

test('uptime is in seconds', () => {
  expect(parseUptime('1020.23 1916.69\n')).toBe(1020.23);
  expect(parseUptime('')).toBeNull();
});

test('this boot has an id, a tree without one has none', () => {
  expect(readBootId()).toMatch(/^[0-9a-f-]{36}$/);
  expect(readBootId('/nowhere')).toBeNull();
});
