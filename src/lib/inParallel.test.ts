import { expect, test } from 'vitest';
import { inParallel } from './inParallel.ts';

test('results come in the order of the items, and never more than so many are under way', async () => {
  let underWay = 0;
  let most = 0;
  const results = await inParallel([5, 1, 4, 2, 3, 0], 2, async (ticks) => {
    underWay++;
    most = Math.max(most, underWay);
    for (let i = 0; i < ticks; i++) await Promise.resolve();
    underWay--;
    return ticks * 10;
  });
  expect(results).toEqual([50, 10, 40, 20, 30, 0]);
  expect(most).toBe(2);
});

test('the first that fails is told, and nothing is asked for nobody', async () => {
  await expect(inParallel([1], 4, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(await inParallel([], 4, async () => 1)).toEqual([]);
});
