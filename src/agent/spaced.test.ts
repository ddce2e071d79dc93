import { expect, test } from 'vitest';
import { manualClock } from '../../test/support/manualClock.ts';
import { spaced } from './spaced.ts';

const settled = () => new Promise((resolve) => setImmediate(resolve));

test('those who ask while it waits share one, which begins after they asked', async () => {
  const clock = manualClock();
  let begun = 0;
  const work = spaced(250, clock, async () => ++begun);
  expect(await work.ask()).toBe(1);
  const many = Array.from({ length: 100 }, () => work.ask());
  await settled();
  expect(begun).toBe(1);
  clock.pass(249);
  await settled();
  expect(begun).toBe(1);
  clock.pass(1);
  expect(new Set(await Promise.all(many))).toEqual(new Set([2]));
});

test('it never runs twice at once, however long it takes', async () => {
  const clock = manualClock();
  const ends: (() => void)[] = [];
  const work = spaced(250, clock, () => new Promise<void>((resolve) => ends.push(resolve)));
  const first = work.ask();
  await settled();
  const second = work.ask();
  clock.pass(10_000);
  await settled();
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await first;
  await settled();
  expect(ends).toHaveLength(2);
  ends[1]?.();
  await second;
});

test('one that fails is told to who asked for it, and the next begins as ever', async () => {
  const clock = manualClock();
  let isBroken = true;
  const work = spaced(250, clock, async () => {
    if (isBroken) throw new Error('broken');
    return 'whole';
  });
  await expect(work.ask()).rejects.toThrow('broken');
  isBroken = false;
  const next = work.ask();
  await settled();
  clock.pass(250);
  expect(await next).toBe('whole');
});

test('what waits when it is stopped does not begin', async () => {
  const clock = manualClock();
  let begun = 0;
  const work = spaced(250, clock, async () => ++begun);
  await work.ask();
  void work.ask();
  work.stop();
  clock.pass(10_000);
  await settled();
  expect(begun).toBe(1);
});

test('what waits for one that still runs does not begin either, nor what is asked for later', async () => {
  const clock = manualClock();
  let begun = 0;
  let end = () => {};
  const work = spaced(250, clock, () => {
    begun++;
    return new Promise<void>((resolve) => {
      end = resolve;
    });
  });
  const first = work.ask();
  void work.ask();
  await settled();
  clock.pass(250);
  work.stop();
  end();
  await first;
  await settled();
  void work.ask();
  await settled();
  expect(begun).toBe(1);
});
