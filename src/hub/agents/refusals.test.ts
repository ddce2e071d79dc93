import { expect, test } from 'vitest';
import { manualClock } from '../../../test/support/manualClock.ts';
import { silentLog } from '../../io/log.ts';
import { refusals } from './refusals.ts';

function bed() {
  const clock = manualClock();
  const trail: string[] = [];
  const tell = refusals(
    clock,
    silentLog,
    (nodeId, _address, reason) => void trail.push(`${nodeId}: ${reason}`),
  );
  return { clock, trail, tell: (nodeId: string, reason: string) => tell(nodeId, '10.0.0.7', reason) };
}

test('the same of the same machine is told once a minute', () => {
  const { clock, trail, tell } = bed();
  for (const nodeId of ['atlas', 'atlas', 'vega']) tell(nodeId, 'malformed');
  clock.pass(59_999);
  tell('atlas', 'malformed');
  expect(trail).toEqual(['atlas: malformed', 'vega: malformed']);
  clock.pass(1);
  tell('atlas', 'malformed');
  expect(trail).toHaveLength(3);
});

test('a machine that finds a new reason each time fills no disk, and silences no other', () => {
  const { clock, trail, tell } = bed();
  for (let count = 0; count < 1000; count++) tell('atlas', `reason ${count}`);
  expect(trail).toHaveLength(20);
  tell('vega', 'malformed');
  expect(trail.at(-1)).toBe('vega: malformed');
  clock.pass(5000);
  for (let count = 0; count < 10; count++) tell('atlas', `another ${count}`);
  expect(trail).toHaveLength(22);
});
