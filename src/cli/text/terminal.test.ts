import { expect, test } from 'vitest';
import { languageOf, terminalOf } from './terminal.ts';

const painted = (terminalColumns: number | null, environment: Record<string, string>): string =>
  terminalOf({ terminalColumns, environment }).paint('x', 'bad');

test('colours are for terminals, and not where NO_COLOR is set or the terminal is dumb', () => {
  expect(painted(80, {})).toBe('\u001b[31mx\u001b[0m');
  expect(painted(80, { NO_COLOR: '' })).toBe('\u001b[31mx\u001b[0m');
  expect(painted(80, { NO_COLOR: '1' })).toBe('x');
  expect(painted(80, { TERM: 'dumb' })).toBe('x');
  expect(painted(null, {})).toBe('x');
});

test('LC_ALL decides the language before LANG', () => {
  expect(languageOf({ LANG: 'zh_CN.UTF-8' })).toBe('zh');
  expect(languageOf({ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' })).toBe('en');
  expect(languageOf({ LANG: 'en_US.UTF-8', LC_MESSAGES: 'zh_TW' })).toBe('zh');
  expect(languageOf({})).toBe('en');
});

test('a pipe has no width, unless COLUMNS names one as `watch` does', () => {
  expect(terminalOf({ terminalColumns: null, environment: {} }).columns).toBeNull();
  expect(terminalOf({ terminalColumns: null, environment: { COLUMNS: '132' } }).columns).toBe(132);
  expect(terminalOf({ terminalColumns: null, environment: { COLUMNS: 'wide' } }).columns).toBeNull();
  expect(terminalOf({ terminalColumns: 0, environment: {} }).columns).toBe(80);
});
