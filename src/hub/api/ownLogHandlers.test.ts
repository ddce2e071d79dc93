import { expect, test } from 'vitest';
import { silentLog } from '../../io/log.ts';
import type { LogLine } from '../../io/logMemory.ts';
import type { Call } from './call.ts';
import { ownLogHandlers } from './ownLogHandlers.ts';

const LINES: LogLine[] = [
  { atMs: 1, level: 'info', message: 'a machine joined', facts: [['node', 'vega']] },
  { atMs: 2, level: 'warn', message: 'a node refused an attempt', facts: [['node', 'mira']] },
  { atMs: 3, level: 'error', message: 'could not write', facts: [['path', '/data']] },
];
const ask = (query: Partial<Call<'ownLog'>['query']>, lines: LogLine[] | null = LINES) =>
  ownLogHandlers({ log: { ...silentLog, ...(lines ? { recent: () => lines } : {}) } }).ownLog({
    query: { level: 'debug', query: '', limit: 500, ...query },
  } as Call<'ownLog'>);

test('tells the lines from a level on that have all the words, the newest of them', async () => {
  expect(await ask({})).toEqual({ lines: LINES, total: 3 });
  expect(await ask({ level: 'warn' })).toMatchObject({ total: 2 });
  expect(await ask({ query: 'NODE mira' })).toEqual({ lines: [LINES[1]], total: 1 });
  expect(await ask({ limit: 1 })).toEqual({ lines: [LINES[2]], total: 3 });
  expect(await ask({ limit: 0 })).toEqual({ lines: [], total: 3 });
});

test('a log that remembers nothing has no lines', async () => {
  expect(await ask({}, null)).toEqual({ lines: [], total: 0 });
});
