import { describe, expect, test } from 'vitest';
import { describeFleet } from './fleet.ts';
import { type Happening, isHappening, isPresent } from './scenario.ts';

const passing: Happening = {
  machine: 'deneb',
  what: 'leaves',
  fromSeconds: 10,
  untilSeconds: 30,
  everySeconds: 100,
};

describe('what happens to the imagined fleet', () => {
  test.each([
    [9, false],
    [10, true],
    [29, true],
    [30, false],
    [109, false],
    [110, true],
    [130, false],
  ])('a thing that passes and comes back: after %i s %s', (seconds, expected) => {
    expect(isHappening(passing, seconds)).toBe(expected);
    expect(isPresent([passing], seconds)).toBe(!expected);
  });

  test('what happens once does not come back, what stays stays', () => {
    expect(isHappening({ ...passing, everySeconds: null }, 110)).toBe(false);
    expect(isHappening({ ...passing, untilSeconds: null }, 1e6)).toBe(true);
  });

  test('names machines and cards that exist, and what passes is over before it comes back', () => {
    const { plans, happenings } = describeFleet(400, 'seed');
    expect(happenings.length).toBeGreaterThan(6);
    for (const happening of happenings) {
      const plan = plans.find(({ id }) => id === happening.machine);
      expect(plan, happening.machine).toBeDefined();
      if (happening.what === 'loses-gpu') expect(happening.gpu).toBeLessThan(plan?.cards?.[0] ?? 0);
      const { fromSeconds, untilSeconds, everySeconds } = happening;
      if (untilSeconds !== null) expect(untilSeconds).toBeGreaterThan(fromSeconds);
      if (everySeconds !== null) expect((untilSeconds ?? 0) - fromSeconds).toBeLessThan(everySeconds);
    }
  });
});
