/** What holds over many decisions: nobody is starved, and everybody has his share. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  GIB,
  imaginedInput,
  imaginedNode,
  imaginedRun,
  liveAfter,
} from '../../test/support/imaginedFacts.ts';
import type { LiveAttempt, Reservation } from './facts.ts';
import { plan } from './plan.ts';

test('a big run starts although small ones are submitted for ever', () => {
  const small = fc.record({
    gib: fc.integer({ min: 1, max: 40 }),
    lastsRounds: fc.integer({ min: 1, max: 6 }),
  });
  const scenario = fc.record({
    smalls: fc.array(small, { minLength: 3, maxLength: 12 }),
    gpus: fc.integer({ min: 1, max: 3 }),
    bigGib: fc.option(fc.integer({ min: 60, max: 77 })),
    arrivesAt: fc.integer({ min: 0, max: 8 }),
  });
  fc.assert(
    fc.property(scenario, ({ smalls, gpus, bigGib, arrivesAt }) => {
      const node = imaginedNode('n', 3);
      const input = imaginedInput([node]);
      let live: { attempt: LiveAttempt; endsAt: number }[] = [];
      let reservation: Reservation | null = null;
      let number = 1;
      const length = new Map<string, number>();
      for (let round = 0; round < 60; round++) {
        live = live.filter(({ endsAt }) => endsAt > round);
        // More than fit, each round.
        for (const { gib, lastsRounds } of smalls) {
          number += 1;
          const run = imaginedRun(number, { bytes: gib * GIB, profile: 'small' });
          length.set(run.id, lastsRounds);
          input.lineup.set(run);
        }
        if (round === arrivesAt) {
          // Submitted after thousands of small ones of the same person, and moved to the front by its band's order.
          const bytes = bigGib === null ? null : bigGib * GIB;
          input.lineup.set(imaginedRun(1, { gpus, bytes, order: 0, profile: 'big' }));
        }
        const attempts = live.map(({ attempt }) => attempt);
        const decided = plan({ ...input, nowMs: round * 1000, live: attempts, reservation });
        reservation = decided.reservation;
        for (const start of decided.starts) {
          input.lineup.remove(start.run.id);
          if (start.run.id === 't1.1') {
            // It waits for one that had room kept before it, and then for those that ran, at most.
            expect(round - arrivesAt).toBeLessThanOrEqual(12);
            return;
          }
          live.push({
            attempt: liveAfter(start, round * 1000),
            endsAt: round + (length.get(start.run.id) ?? 1),
          });
        }
      }
      expect.unreachable('the big run never started');
    }),
    { numRuns: 200 },
  );
});

test('room is not wasted meanwhile: cards that the big one does not need go on being used', () => {
  const input = imaginedInput([imaginedNode('n', 4)], [imaginedRun(1, { gpus: 2, bytes: 70 * GIB })]);
  for (let number = 2; number < 20; number++) input.lineup.set(imaginedRun(number, { bytes: 30 * GIB }));
  const live = ['n-0', 'n-1', 'n-2', 'n-3'].map((uuid, place) => ({
    ...liveAfter({
      run: imaginedRun(100 + place),
      node: 'n',
      nodeName: 'n',
      gpus: [{ uuid, index: place, promisedBytes: 40 * GIB }],
      isWarmUp: false,
    }),
  }));
  const { starts, reservation } = plan({ ...input, live });
  expect(reservation?.uuids).toHaveLength(2);
  const used = new Set(starts.flatMap(({ gpus }) => gpus.map(({ uuid }) => uuid)));
  expect(used.size).toBe(2);
  for (const uuid of reservation?.uuids ?? []) expect(used.has(uuid)).toBe(false);
});

test('two people who always want more have the cards half and half, over time', () => {
  const input = imaginedInput([imaginedNode('n', 4)]);
  const used = new Map([
    ['alice', 0],
    ['bob', 0],
  ]);
  let number = 0;
  for (let round = 0; round < 100; round++) {
    // Alice submits ten times as much, and first.
    for (let each = 0; each < 10; each++)
      input.lineup.set(imaginedRun(++number, { queuedAtMs: round * 1000 }));
    input.lineup.set(imaginedRun(++number, { owner: 'bob', queuedAtMs: round * 1000 }));
    input.lineup.set(imaginedRun(++number, { owner: 'bob', queuedAtMs: round * 1000 }));
    const usage = { gpuSeconds: used, handStartedGpus: new Map() };
    for (const { run } of plan({ ...input, nowMs: round * 1000, usage }).starts) {
      input.lineup.remove(run.id);
      used.set(run.owner, (used.get(run.owner) ?? 0) + 3600);
    }
  }
  expect(used.get('alice')).toBe(used.get('bob'));
});
