import { expect, it } from 'vitest';
import { hasHiddenCharacters, visible } from '../../src/lib/displayText.ts';
import { en } from './en.ts';
import {
  clockTime,
  gib,
  gibOfWhole,
  gibShort,
  MISSING,
  percent,
  size,
  sizeOf,
  span,
  watts,
  whole,
} from './figures.ts';
import { languageOfBrowser } from './words.ts';
import { zh } from './zh.ts';

const GIB = 2 ** 30;
const plain = (text: string): string => text.replaceAll('\u2009', ' ');

it('says – for what is missing, and never 0', () => {
  expect([
    whole(null),
    percent(null),
    gib(null),
    gibShort(null),
    size(null),
    watts(null),
    span(en, null),
    clockTime(null, 0),
  ]).toEqual(Array(8).fill(MISSING));
});

it('keeps thousands apart', () => {
  expect(plain(whole(2520))).toBe('2 520');
  expect(plain(whole(1234567))).toBe('1 234 567');
});

it('says memory in GiB as briefly as is exact enough', () => {
  expect(gib(61 * GIB)).toBe('61.0');
  expect(gib(141.2 * GIB)).toBe('141');
  expect(gibShort(0.6 * GIB)).toBe('0.6');
  expect(gibShort(79.4 * GIB)).toBe('79');
});

it('never says that more is used than is there', () => {
  // An A100 of 40 GB, full: its whole was called 39 GiB beside 39.1 used.
  expect([gib(39.12 * GIB), gibOfWhole(39.4 * GIB)]).toEqual(['39.1', '39.4']);
  expect(gibOfWhole(80 * GIB)).toBe('80');
  for (let total = 0.5; total < 300; total += 0.37) {
    for (const used of [total, total - 0.01, total * 0.999])
      expect(Number(plain(gib(used * GIB)))).toBeLessThanOrEqual(Number(plain(gibOfWhole(total * GIB))));
  }
});

it('says a size in its own unit, and two in one', () => {
  expect(plain(size(612 * GIB))).toBe('612 GiB');
  expect(plain(size(5.1 * 1024 * GIB))).toBe('5.1 TiB');
  expect(plain(sizeOf(en, 5.1 * 1024 * GIB, 7.2 * 1024 * GIB))).toBe('5.1 of 7.2 TiB');
  expect(plain(sizeOf(zh, 612 * GIB, 1000 * GIB))).toBe('612 / 1 000 GiB');
});

it.each([
  [400, '0.4 s'],
  [47_000, '47 s'],
  [47 * 60_000, '47 min'],
  [(3 * 60 + 2) * 60_000, '3 h 02 min'],
  [29 * 3_600_000, '1 d 5 h'],
  [41 * 86_400_000, '41 d'],
])('%d ms is %s', (milliseconds, text) => {
  expect(plain(span(en, milliseconds))).toBe(text);
});

it('names the day of a time that is not today', () => {
  const now = new Date(2026, 10, 22, 14, 0).getTime();
  expect(clockTime(new Date(2026, 10, 22, 13, 17).getTime(), now)).toBe('13:17');
  expect(clockTime(new Date(2026, 10, 20, 13, 17, 5).getTime(), now, true)).toBe('2026-11-20 13:17:05');
});

it('makes control and direction characters visible', () => {
  expect(visible('a\u001b[31mb\u202e')).toBe('a␛[31mb<U+202E>');
  expect(!hasHiddenCharacters('甲机 lab-01')).toBe(true);
  expect(!hasHiddenCharacters('rm\n-rf')).toBe(false);
});

it('speaks the first of the browser’s languages that it knows', () => {
  expect(languageOfBrowser(['fr', 'zh-CN', 'en'])).toBe('zh');
  expect(languageOfBrowser(['fr'])).toBe('en');
});
