/**
 * kill -9 of hub, agent, both, and of the wrapper of an attempt, at moments that seeds choose, under load: no acknowledged
 * submit or completion is lost, never do two attempts of a run live, every exit code is right, the table is always whole.
 * `npm run soak` plays 1,000 seeds and goes on where it was cut off; FLOWLINE_SEEDS=17 or 17-20 plays some again.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { type Pair, startPair } from '../support/killNine/pair.ts';
import { describeRound, type Played, play, roundOf, verify } from '../support/killNine/round.ts';
import { skipWithout } from '../support/needs.ts';
import { waitFor } from '../support/waitFor.ts';

const isSoak = process.env.FLOWLINE_SOAK === 'true';
const SEEDS = isSoak ? 1000 : 50;
/** A hub and an agent for so many: the next begin with an empty queue. */
const SEEDS_PER_PAIR = 25;
/** Of a soak: the last seed that was found well. */
const DONE = join(import.meta.dirname, '..', '..', 'build', 'soak-kill-nine');

function wantedSeeds(): number[] {
  const [first, last] = (process.env.FLOWLINE_SEEDS ?? '')
    .split('-')
    .filter((word) => word !== '')
    .map(Number);
  if (first !== undefined) return range(first, last ?? first);
  const done = isSoak && existsSync(DONE) ? Number(readFileSync(DONE, 'utf8')) : 0;
  return range(done + 1, SEEDS);
}

const range = (from: number, to: number): number[] =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, place) => from + place);

describe.skipIf(skipWithout('gcc', 'flock'))('kill -9 at any moment', () => {
  const seeds = wantedSeeds();
  const groups = range(0, Math.ceil(seeds.length / SEEDS_PER_PAIR) - 1).map((group) =>
    seeds.slice(group * SEEDS_PER_PAIR, (group + 1) * SEEDS_PER_PAIR),
  );
  let pair: Pair | null = null;
  afterAll(() => pair?.end());

  test.each(groups.map((group) => ({ group, from: group[0], to: group.at(-1) })))(
    'seeds $from to $to lose nothing, and run nothing twice',
    async ({ group, to }) => {
      await pair?.end();
      pair = null;
      console.log(group.map((seed) => describeRound(roundOf(seed))).join('\n'));
      const own = await startPair();
      pair = own;
      const played: Played[] = [];
      for (const seed of group) {
        played.push(await play(own, roundOf(seed)));
        // Somebody looked at the machine, whose wrappers died without a fault of its own.
        const [node] = (await own.client().call('nodes')).nodes;
        await own.client().call('changeNode', { parameters: { id: node?.id ?? '' }, body: { mayRun: true } });
      }
      // Those whose wrapper was killed are tried again half a minute later.
      await waitFor(
        'all of it to be over',
        async () => {
          const { counts } = await own.client().call('queue');
          return Object.entries(counts).every(
            ([state, count]) => count === 0 || /succeeded|failed/.test(state),
          );
        },
        180_000,
      );
      const problems: string[] = [];
      for (const one of played) problems.push(...(await verify(own, one)));
      expect(problems).toEqual([]);
      expect(own.cards.denials()).toBe(0);
      if (isSoak) {
        mkdirSync(join(DONE, '..'), { recursive: true });
        writeFileSync(DONE, String(to));
        if (to === SEEDS) rmSync(DONE);
      }
    },
    isSoak ? 1_800_000 : 900_000,
  );
});
