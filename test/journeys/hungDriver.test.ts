/** A driver that hangs for half a minute: told within 10 s, the rest of the machine goes on, back soon after it answers. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { imagineMachine } from '../support/imaginedMachines.ts';
import { whyNoStandIn } from '../support/standInLibrary.ts';
import { waitFor } from '../support/waitFor.ts';
import { type WatchedMachine, watchMachine } from '../support/watchedMachine.ts';

const whyNot = whyNoStandIn(process.env.CI === 'true');
const HANG_MS = 30_000;

describe.skipIf(whyNot !== null)(
  `a driver that hangs for 30 s${whyNot === null ? '' : `: ${whyNot}`}`,
  () => {
    const machine = imagineMachine(2, 2);
    let watched: WatchedMachine;
    beforeAll(async () => {
      watched = await watchMachine(machine);
      await watched.until('two GPUs', ({ gpus }) => gpus.length === 2);
    });
    afterAll(() => watched.end());

    test('is told within 10 s, stops nothing else, and is back within 15 s of its answering', async () => {
      const takenAtMs = new Set<number>();
      const look = setInterval(
        () =>
          void watched
            .node()
            .then((node) => node?.sample && takenAtMs.add(node.sample.takenAtMs))
            .catch(() => undefined),
        200,
      );
      machine.driver.behaviour = 'hanging';
      watched.apply();
      const hungAtMs = Date.now();
      const hung = await watched.until(
        'an unresponsive driver',
        ({ driver }) => driver.state === 'unresponsive',
        10_000,
      );
      expect(hung.driver.message).toContain('has not answered');
      // The last truth, with its age.
      expect(hung.gpus.map((gpu) => gpu.powerWatts)).toEqual([412.35, 412.35]);
      expect(hung.driver.answeredAtMs).toBeLessThan(hungAtMs + 1000);

      await waitFor('30 s to pass', () => Date.now() - hungAtMs > HANG_MS, HANG_MS + 5_000);
      const { driver } = await watched.until('a sample', () => true);
      expect(driver.state).toBe('unresponsive');
      machine.driver.behaviour = 'ok';
      watched.apply();
      const back = await watched.until('the driver back', (sample) => sample.driver.state === 'ok', 15_000);
      clearInterval(look);
      expect(back.driver.answeredAtMs).toBeGreaterThan(hungAtMs + HANG_MS);
      expect(widestGapMs([...takenAtMs])).toBeLessThan(4_000);
      expect(takenAtMs.size).toBeGreaterThan(HANG_MS / 2_000);
    });
  },
);

/** The longest time in which this machine's figures stood still. */
function widestGapMs(instantsMs: readonly number[]): number {
  const sorted = instantsMs.toSorted((a, b) => a - b);
  return Math.max(...sorted.slice(1).map((instant, place) => instant - (sorted[place] ?? instant)));
}
