/**
 * Running out of GPU memory (scheduling.md, 6), four ways at once: a stranger grew, too little was asked, the card was too
 * small, and no card is large enough. Each takes a little first, as programs do, then waits for a word of the test.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Attempt } from '../../src/model/task.ts';
import type { Task } from '../../src/protocol/taskApi.ts';
import { skipWithout } from '../support/needs.ts';
import { payload, type QueueProgram, startQueueProgram } from '../support/queueProgram.ts';
import { waitFor } from '../support/waitFor.ts';

const SMALL_MEBIBYTES = 40_000;
const LARGE_MEBIBYTES = 80_000;
const MEBIBYTE = 2 ** 20;
const SIZES = [SMALL_MEBIBYTES, SMALL_MEBIBYTES, SMALL_MEBIBYTES, SMALL_MEBIBYTES, LARGE_MEBIBYTES];

const inMebibytes = (bytes: number | null | undefined): number | null =>
  bytes === null || bytes === undefined ? null : bytes / MEBIBYTE;
const promised = ({ attempts }: Task): (number | null)[] =>
  attempts.map(({ gpus }) => inMebibytes(gpus[0]?.promisedBytes));
const cards = ({ attempts }: Task): (number | undefined)[] => attempts.map(({ gpus }) => gpus[0]?.index);
const classes = ({ attempts }: Task): Attempt['class'][] => attempts.map((attempt) => attempt.class);

describe.skipIf(skipWithout('gcc', 'flock'))('out of memory', () => {
  let queue: QueueProgram;
  let victim: Task;
  let modest: Task;
  let large: Task;
  let tooLarge: Task;

  /** Queues a command that can go to one card only, and waits until its first memory is seen there. */
  async function startOn(index: number, mebibytes: string, asked: number | null): Promise<string> {
    const { uuids } = queue.cards;
    const client = queue.client();
    await client.call('switchGpus', { body: { gpus: uuids, isOn: false } });
    await client.call('switchGpus', { body: { gpus: [uuids[index] ?? ''], isOn: true } });
    const id = await queue.post(payload(mebibytes, { hold: 1 }), {
      memoryBytes: asked === null ? null : asked * MEBIBYTE,
    });
    await waitFor(
      'its first memory',
      () => (queue.cards.heldMebibytes()[index] ?? 0) % 10_000 === 1000,
      60_000,
    );
    return id;
  }

  beforeAll(async () => {
    queue = await startQueueProgram({ gpus: SIZES.length, totalMebibytes: SIZES });
    const go = join(queue.folder, 'go');
    // A stranger who was there before leaves room for what is asked, not for what is taken.
    queue.cards.setStranger(1, 30_000);
    const ids = [
      await startOn(0, `1000,${go},19000`, 20_000),
      await startOn(1, `1000,${go},11000`, 5000),
      await startOn(2, `1000,${go},45000`, null),
      await startOn(3, `1000,${go},100000`, null),
    ];
    // Another comes after the first was given its card.
    queue.cards.setStranger(0, 30_000);
    await waitFor(
      'all of it to be seen',
      async () => {
        const { gpus } = await queue.client().call('queue');
        const seen = await queue.tasks(ids);
        return (
          (gpus[0]?.externalBytes ?? 0) >= 30_000 * MEBIBYTE &&
          seen.every(({ attempts }) => inMebibytes(attempts[0]?.gpus[0]?.peakBytes) === 1000)
        );
      },
      60_000,
    );
    await queue.client().call('switchGpus', { body: { gpus: queue.cards.uuids, isOn: true } });
    writeFileSync(go, '');
    const over = await queue.untilAll(ids, 'succeeded', 'failed', 'impossible');
    [victim, modest, large, tooLarge] = over as [Task, Task, Task, Task];
  }, 240_000);
  afterAll(() => queue.end());

  test('a run whose card a stranger filled goes elsewhere, and is promised the same', () => {
    expect(victim.state).toBe('succeeded');
    expect(classes(victim)).toEqual(['gpu_oom', 'ok']);
    expect(promised(victim)).toEqual([20_000, 20_000]);
    const [first, second] = cards(victim);
    expect(first).toBe(0);
    expect(second).not.toBe(0);
    expect(victim.attempts[0]?.message).toMatch(/Others left it too little/);
  });

  test('one that asked too little is promised its peak and what it asked for last', () => {
    expect(modest.state).toBe('succeeded');
    expect(classes(modest)).toEqual(['gpu_oom', 'ok']);
    expect(promised(modest)).toEqual([5000, 12_000]);
    expect(modest.attempts[0]?.outOfMemory?.triedBytes).toBe(11_000 * MEBIBYTE);
  });

  test('one that was alone on a card too small for it needs a bigger one, and gets it', () => {
    expect(large.state).toBe('succeeded');
    expect(classes(large)).toEqual(['gpu_oom', 'ok']);
    expect(cards(large)).toEqual([2, 4]);
    expect(promised(large)[1]).toBeGreaterThanOrEqual(46_000);
  });

  test('one that no card could hold is impossible, with the figures, and is not tried again', () => {
    expect(tooLarge.state).toBe('impossible');
    expect(classes(tooLarge)).toEqual(['gpu_oom']);
    expect(tooLarge.attempts[0]?.message).toMatch(/the largest GPU can give 75\.\d GiB/);
  });

  test('and none was tried again at once, or unchanged', () => {
    for (const { attempts } of [victim, modest, large]) {
      const [first, second] = attempts;
      expect((second?.leasedAtMs ?? 0) - (first?.endedAtMs ?? 0)).toBeGreaterThan(20_000);
    }
    expect(queue.cards.denials()).toBe(4);
  });
});
