import { expect, test } from 'vitest';
import { bareSample } from '../../test/support/samples.ts';
import { freshBody, keptBySample } from './freshBody.ts';

test('who asks within a moment gets the same bytes; later ones, or after a jump of the clock, new ones', () => {
  let nowMs = 10_000;
  let encoded = 0;
  const body = freshBody(
    () => [],
    () => {
      encoded += 1;
      return Buffer.from(String(encoded));
    },
    () => nowMs,
  );
  const first = body();
  nowMs += 249;
  expect(body()).toBe(first);
  nowMs += 1;
  expect(String(body())).toBe('2');
  nowMs -= 5000;
  expect(String(body())).toBe('3');
});

test('the text of a sample is made once, and of another anew', () => {
  let encoded = 0;
  const text = keptBySample(({ hostname }) => {
    encoded += 1;
    return `${hostname} ${encoded}`;
  });
  const sample = bareSample('a', 1);
  expect([text(sample), text(sample), text({ ...sample })]).toEqual(['a 1', 'a 1', 'a 2']);
});
