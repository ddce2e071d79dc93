/** A line that a run prints, on its way through wrapper, agent, hub and page: none of them imagined. */
import { describe, expect, test } from 'vitest';
import { withoutChromium } from '../support/browser.ts';
import { measureLogLines } from '../support/logLines.ts';

const LINES = 40;

describe.skipIf(withoutChromium)('a line of a real run', () => {
  test('is on the page within 300 ms, most of them', async () => {
    const { latenciesMs, complaints } = await measureLogLines(LINES);
    const sorted = latenciesMs.toSorted((a, b) => a - b);
    const middle = sorted[LINES / 2] ?? Number.NaN;
    console.log(
      `${LINES} lines: ${middle.toFixed(0)} ms in the middle, ${sorted.at(-1)?.toFixed(0)} ms at most`,
    );
    // Before the clock that measures: a line cannot be seen before it was printed.
    expect(sorted[0]).toBeGreaterThan(0);
    expect(middle).toBeLessThan(300);
    expect(complaints).toEqual([]);
  }, 90_000);
});
