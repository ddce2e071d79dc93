/**
 * kill -9 of hub, agent, both, and of the wrapper of an attempt, at moments that seeds choose, under load: no acknowledged
 * submit or completion is lost, never do two attempts of a run live, every exit code is right, the table is always whole.
 * `npm run soak` plays 1,000 seeds and goes on where it was cut off; FLOWLINE_SEEDS=17 or 17-20 plays some again.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { type Pair, startPair } from '../support/killNine/pair.ts';
import { describeRound, type Played, play, roundOf, verify } from '../support/killNine/round.ts';
import { skipWithout } from '../support/needs.ts';
import { waitFor } from '../support/waitFor.ts';

const isSoak = process.env.FLOWLINE_SOAK === 'true';
const SEEDS = isSoak ? 1000 : 50;
/** Played together, by two hubs with an agent each: the next begin with empty queues. */
const SEEDS_PER_TEST = 50;
const LANES = 2;
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
  const groups = range(0, Math.ceil(seeds.length / SEEDS_PER_TEST) - 1).map((group) =>
    seeds.slice(group * SEEDS_PER_TEST, (group + 1) * SEEDS_PER_TEST),
  );
  let pairs: Pair[] = [];
  afterEach(async () => {
    await Promise.all(pairs.map((pair) => pair.end()));
    pairs = [];
  });

  test.each(groups.map((group) => ({ group, from: group[0], to: group.at(-1) })))(
    'seeds $from to $to lose nothing, and run nothing twice',
    async ({ group, to }) => {
      console.log(group.map((seed) => describeRound(roundOf(seed))).join('\n'));
      const problems = await Promise.all(
        range(0, LANES - 1).map(async (lane) => {
          const pair = await startPair();
          pairs.push(pair);
          return playAll(
            pair,
            group.filter((_, place) => place % LANES === lane),
          );
        }),
      );
      expect(problems.flat()).toEqual([]);
      if (!isSoak) return;
      mkdirSync(join(DONE, '..'), { recursive: true });
      writeFileSync(DONE, String(to));
      if (to === SEEDS) rmSync(DONE);
    },
    1_800_000,
  );
});

/** One seed after the other; what is wrong once all of it is over. */
async function playAll(pair: Pair, seeds: readonly number[]): Promise<string[]> {
  const played: Played[] = [];
  for (const seed of seeds) {
    played.push(await play(pair, roundOf(seed)));
    // Somebody looked at the machine, whose wrappers died without a fault of its own.
    await pair.forgive();
  }
  // Those whose wrapper was killed are tried again half a minute later.
  await waitFor(
    'all of it to be over',
    async () => {
      const { counts } = await pair.client().call('queue');
      return Object.entries(counts).every(([state, count]) => count === 0 || /succeeded|failed/.test(state));
    },
    180_000,
  );
  const problems: string[] = [];
  for (const one of played) problems.push(...(await verify(pair, one)));
  if (pair.cards.denials() > 0)
    problems.push(`${pair.cards.denials()} payloads found no memory on their card`);
  return problems;
}
