import { expect, test } from 'vitest';
import { logMemory } from './logMemory.ts';

test('keeps the newest lines, oldest first', () => {
  let nowMs = 0;
  const memory = logMemory(() => nowMs);
  for (nowMs = 1; nowMs <= 9000; nowMs += 1) memory.note('info', { place: nowMs }, 'a line');
  const lines = memory.lines();
  expect(lines).toHaveLength(2000);
  expect(lines[0]?.atMs).toBe(7001);
  expect(lines.at(-1)).toEqual({ atMs: 9000, level: 'info', message: 'a line', facts: [['place', '9000']] });
});

test('cuts what is long, and tells objects and failures as text', () => {
  const memory = logMemory(() => 1);
  memory.note('error', { failure: new Error('no'), list: [1, 2], long: 'x'.repeat(5000) }, 'y'.repeat(5000));
  const [line] = memory.lines();
  expect(line?.message).toHaveLength(1000);
  expect(line?.facts).toEqual([
    ['failure', 'Error: no'],
    ['list', '[1,2]'],
    ['long', 'x'.repeat(1000)],
  ]);
});
