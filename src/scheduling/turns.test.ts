import { describe, expect, test } from 'vitest';
import { estimateEnd, estimateStarts, runsAhead } from './turns.ts';

describe('runs that come before a row', () => {
  const row = (number: number, place: number, priority = 0, left = 1) => ({ number, place, priority, left });
  const rows = [row(1, 10), row(2, 5, 0, 3), row(3, 7), row(4, 20, 5), row(5, 1, -5), row(6, 30, 0, 0)];
  const ahead = (...numbers: number[]) =>
    Object.fromEntries(
      runsAhead(
        rows.filter(({ number }) => numbers.includes(number)),
        rows,
        ({ left }) => left,
      ),
    );

  test('are those of higher priority, then of lower places, with all the runs that their rows want', () => {
    expect(ahead(1, 2, 3, 4, 5, 6)).toEqual({ 4: 0, 2: 1, 3: 4, 1: 5, 6: 6, 5: 6 });
    expect(ahead(1)).toEqual({ 1: 5 });
    expect(ahead()).toEqual({});
  });
});

describe('when a waiting run starts', () => {
  const table = { durationSeconds: [100, 100], runningSinceMs: [0, -60_000] };

  test('is not told where nothing of its kind ever ended, or nothing runs', () => {
    expect(estimateStarts({ ...table, durationSeconds: [] }, 0)).toBeNull();
    expect(estimateStarts({ ...table, runningSinceMs: [] }, 0)).toBeNull();
  });

  test('is when those that run come free, one after another, and then round by round', () => {
    const starts = estimateStarts(table, 0);
    const startsIn = [0, 1, 2, 3, 4].map((ahead) => starts?.(ahead)?.doneAtMs);
    expect(startsIn).toEqual([40_000, 100_000, 140_000, 200_000, 240_000]);
  });

  test('is not told for who takes the place of one that is late: it may end any moment, and may not', () => {
    const starts = estimateStarts({ ...table, runningSinceMs: [-150_000, 0] }, 0);
    const startsIn = [0, 1, 2].map((ahead) => starts?.(ahead)?.doneAtMs ?? null);
    expect(startsIn).toEqual([null, 100_000, 150_000]);
  });

  test('has no error from a single run, and one that grows with the rounds else', () => {
    expect(estimateStarts({ ...table, durationSeconds: [100] }, 0)?.(0)?.errorMs).toBeNull();
    const known = estimateStarts({ ...table, durationSeconds: [90, 110] }, 0);
    const [soon, late] = [0, 40].map((ahead) => known?.(ahead)?.errorMs ?? 0);
    expect(soon).toBeGreaterThan(0);
    expect(late).toBeGreaterThan(3 * (soon ?? 0));
  });

  test('is within twice its error of what happens, for lengths that differ', () => {
    // A fixed sequence: lengths between 50 and 150 s.
    const lengths = Array.from({ length: 200 }, (_, place) => 50 + ((place * 7919) % 101));
    const slots = lengths.slice(40, 44).map((seconds) => seconds * 1000);
    for (const [ahead, seconds] of lengths.slice(44).entries()) {
      const next = slots.indexOf(Math.min(...slots));
      const known = { durationSeconds: lengths.slice(0, 40), runningSinceMs: [0, 0, 0, 0] };
      const estimate = estimateStarts(known, 0)?.(ahead);
      const offMs = Math.abs((estimate?.doneAtMs ?? Number.NaN) - (slots[next] ?? 0));
      expect(offMs).toBeLessThan(2 * (estimate?.errorMs ?? 0));
      slots[next] = (slots[next] ?? 0) + seconds * 1000;
    }
  });

  test('and its end is as much later as such runs take', () => {
    expect(estimateEnd({ doneAtMs: 1000, errorMs: 3000 }, [96, 104])).toEqual({
      doneAtMs: 101_000,
      errorMs: Math.round(Math.hypot(3000, Math.sqrt(32) * 1000)),
    });
    expect(estimateEnd({ doneAtMs: 1000, errorMs: null }, [96, 104])).toMatchObject({ errorMs: null });
    expect(estimateEnd({ doneAtMs: 1000, errorMs: 1 }, [])).toBeNull();
  });
});
