import { describe, expect, test } from 'vitest';
import type { Task } from '../../../../src/protocol/taskApi.ts';
import { putOn, stepFrom } from './moves.ts';

/** t0 runs, t1 to t5 wait, t6 waits in a lower band, t7 is over. */
const rows = [0, 1, 2, 3, 4, 5, 6, 7].map(
  (place) =>
    ({
      id: `t${place}`,
      state: place === 0 ? 'running' : place === 7 ? 'succeeded' : place === 3 ? 'held' : 'queued',
      priority: place === 6 ? -5 : 0,
    }) as Task,
);
const rowAt = (place: number): Task | null => rows[place] ?? null;
const moved = (...ids: string[]) => ({ ids, priority: 0 });

describe('a row that is dropped', () => {
  test('goes before the one on whose upper half it is, or behind it', () => {
    expect(putOn(rowAt, 2, 'upper', moved('t4'))).toEqual({ before: 't2' });
    expect(putOn(rowAt, 3, 'lower', moved('t4'))).toEqual({ behind: 't3' });
  });

  test.each([0, 6, 7, 8])(
    'goes nowhere on row %i: it runs, is over, has another priority or is not here',
    (place) => expect(putOn(rowAt, place, 'upper', moved('t4'))).toBeNull(),
  );

  test('on itself changes nothing; several gather where one of them stands', () => {
    expect(putOn(rowAt, 4, 'upper', moved('t4'))).toBeNull();
    expect(putOn(rowAt, 2, 'upper', moved('t2', 't3'))).toEqual({ before: 't4' });
    expect(putOn(rowAt, 5, 'upper', moved('t2', 't5'))).toEqual({ behind: 't4' });
    expect(putOn(rowAt, 2, 'lower', moved('t1', 't2', 't3', 't4', 't5'))).toBeNull();
  });
});

describe('one step', () => {
  test('up is before the row above the first of them, down behind the one below the last', () => {
    expect(stepFrom(rowAt, [4], -1, moved('t4'))).toEqual({ before: 't3' });
    expect(stepFrom(rowAt, [2, 3], 1, moved('t2', 't3'))).toEqual({ behind: 't4' });
  });

  test('goes no further than the first and the last of a priority', () => {
    expect(stepFrom(rowAt, [1], -1, moved('t1'))).toBeNull();
    expect(stepFrom(rowAt, [5], 1, moved('t5'))).toBeNull();
  });
});
