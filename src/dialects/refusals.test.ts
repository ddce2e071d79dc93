import { expect, test } from 'vitest';
import { manualClock } from '../../test/support/manualClock.ts';
import type { DeedOfDialect } from './main.ts';
import { refusalTrail } from './refusals.ts';

const bed = () => {
  const clock = manualClock();
  const deeds: DeedOfDialect[] = [];
  const trail = refusalTrail({ write: (deed) => void deeds.push(deed) }, clock);
  const refuse = (from: string, reason = 'writing is off'): void =>
    trail.tell({ dialect: 'gpu-monitor', from, reason, on: 'gpu-monitor: POST /api/kill-processes' });
  return { clock, deeds, trail, refuse };
};

test('the first refusal of an address is on the trail at once, those of the minute after it as one line', () => {
  const { clock, deeds, refuse } = bed();
  refuse('10.0.0.7');
  expect(deeds).toEqual([
    {
      who: 'nobody',
      what: 'refused',
      on: 'gpu-monitor: POST /api/kill-processes',
      result: 'writing is off',
      from: '10.0.0.7',
      door: 'dialect',
    },
  ]);
  for (let time = 0; time < 5000; time += 1) refuse('10.0.0.7');
  refuse('10.0.0.7', 'unknown token');
  expect(deeds).toHaveLength(2);
  clock.pass(60_000);
  expect(deeds.slice(2)).toMatchObject([{ result: 'writing is off', times: 5000 }]);
  clock.pass(600_000);
  expect(deeds).toHaveLength(3);
  refuse('10.0.0.7');
  expect(deeds).toHaveLength(4);
});

test('a flood from everywhere fills no disk: what has no line of its own is counted', () => {
  const { clock, deeds, refuse } = bed();
  for (let time = 0; time < 30_000; time += 1) refuse(`10.0.${time >> 8}.${time & 255}`);
  clock.pass(60_000);
  expect(deeds).toHaveLength(21);
  expect(deeds.at(-1)).toMatchObject({ from: 'several', times: 29_980 });
});

test('what is counted is written at the stop', () => {
  const { deeds, trail, refuse } = bed();
  refuse('10.0.0.7');
  refuse('10.0.0.7');
  trail.stop();
  expect(deeds).toMatchObject([{}, { times: 1 }]);
});
