/** Cards that runs share: fifty at once, unknown needs, and one that wants all of it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { LIVE_STATES } from '../../src/model/task.ts';
import { skipWithout } from '../support/needs.ts';
import { payload, type QueueProgram, script, startQueueProgram } from '../support/queueProgram.ts';
import { waitFor } from '../support/waitFor.ts';

const GPUS = 4;
const CARD_MEBIBYTES = 40_000;
const MEBIBYTE = 2 ** 20;

describe.skipIf(skipWithout('gcc', 'flock'))('cards are shared', () => {
  let queue: QueueProgram;
  beforeAll(async () => {
    queue = await startQueueProgram({ gpus: GPUS, totalMebibytes: CARD_MEBIBYTES });
  });
  beforeEach(() => queue.cards.countAnew());
  afterAll(() => queue.end());

  test('by 50 runs that are queued at once and take their memory 5 s later: no card is over-committed', async () => {
    const sizes = [4000, 9000, 17_000];
    const submits = Array.from({ length: 50 }, (_, place) => sizes[place % sizes.length] ?? 0);
    const ids = await Promise.all(
      submits.map((mebibytes) =>
        queue.post(payload(mebibytes, { wait: 5, hold: 1 }), { memoryBytes: mebibytes * MEBIBYTE }),
      ),
    );
    const tasks = await queue.untilAll(ids, 'succeeded', 'failed');
    expect(queue.cards.denials()).toBe(0);
    expect(Math.max(...queue.cards.mostMebibytes())).toBeLessThanOrEqual(CARD_MEBIBYTES);
    expect(tasks.every(({ attempts }) => attempts.length === 1 && attempts[0]?.exitCode === 0)).toBe(true);
    // It was a race: cards were full of promises that nobody had taken yet.
    expect(Math.min(...queue.cards.mostMebibytes())).toBeGreaterThan(CARD_MEBIBYTES / 2);
  });

  test('by runs that take 15 % of a card: one probes each card, then four and more lie on each', async () => {
    const table = queue.table('small.csv', ['seed', ...Array.from({ length: 40 }, (_, row) => String(row))]);
    const ids = await queue.submit(table, '--', ...payload(CARD_MEBIBYTES * 0.15, { hold: 3 }));
    const attempts = (await queue.untilAll(ids, 'succeeded')).flatMap((task) => task.attempts);
    expect(queue.cards.denials()).toBe(0);
    expect(Math.min(...queue.cards.mostProcesses())).toBeGreaterThanOrEqual(4);
    // Before anything was known each had a card for itself, and no card was probed twice.
    const probes = attempts.flatMap(({ gpus }) => gpus.filter(({ promisedBytes }) => promisedBytes === null));
    expect(probes.length).toBeGreaterThanOrEqual(1);
    expect(new Set(probes.map(({ uuid }) => uuid)).size).toBe(probes.length);
  });

  test('and a run that wants whole cards is not starved by small ones that come after it', async () => {
    const small = payload(9000, { hold: 3 });
    const before = await Promise.all(
      Array.from({ length: GPUS }, () => queue.post(small, { memoryBytes: 20_000 * MEBIBYTE })),
    );
    await queue.untilAll(before, 'running', 'succeeded');
    const big = await queue.post(script('true'), { gpus: GPUS, memoryBytes: 36_000 * MEBIBYTE });
    const after = await Promise.all(
      Array.from({ length: 24 }, () => queue.post(small, { memoryBytes: 9000 * MEBIBYTE })),
    );
    const tiny = await queue.post(script('true'), { memoryBytes: 1000 * MEBIBYTE });
    const over = await queue.untilAll([big, ...after, tiny], 'succeeded');
    const leasedAtMs = over.map(({ attempts }) => attempts[0]?.leasedAtMs ?? 0);
    const [bigAtMs = 0, ...others] = leasedAtMs;
    const tinyAtMs = others.pop() ?? 0;
    // None of those that would have kept it waiting went before it; one that fits beside it need not wait.
    expect(Math.min(...others)).toBeGreaterThanOrEqual(bigAtMs);
    expect(tinyAtMs).toBeLessThan(bigAtMs);
    expect(queue.cards.denials()).toBe(0);
    await waitFor('nothing left on the ledger', async () => {
      const { counts, gpus } = await queue.client().call('queue');
      return (
        LIVE_STATES.every((state) => (counts[state] ?? 0) === 0) &&
        gpus.every(({ promisedBytes, attempts }) => promisedBytes === 0 && attempts.length === 0)
      );
    });
  });
});
