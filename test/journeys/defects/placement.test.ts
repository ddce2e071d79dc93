/** Defects 5, 6, 11 and 12 of the older scheduler (scheduling.md, 1): which card a run is given, and when. */
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skipWithout } from '../../support/needs.ts';
import { payload, type QueueProgram, script, startQueueProgram } from '../../support/queueProgram.ts';

const GPUS = 3;
const CARD_MEBIBYTES = 40_000;

describe.skipIf(skipWithout('gcc', 'flock', 'python3'))('defects of the older scheduler', () => {
  let queue: QueueProgram;
  beforeAll(async () => {
    queue = await startQueueProgram({ gpus: GPUS, totalMebibytes: CARD_MEBIBYTES });
  });
  afterAll(() => queue.end());

  test('5. starts within a second do not all go to the same card, though memory is taken later than it is measured', async () => {
    const table = queue.table('race.csv', ['seed', ...Array.from({ length: 6 }, (_, row) => String(row))]);
    const ids = await queue.submit(table, '--memory', '18G', '--', ...payload(18_000, { wait: 3, hold: 1 }));
    const tasks = await queue.untilAll(ids, 'succeeded');
    expect(queue.cards.denials()).toBe(0);
    // Two fit on a card, three cards: all at once, evenly.
    const leased = tasks.map(({ attempts }) => attempts[0]?.gpus[0]?.index ?? -1);
    expect(leased.toSorted()).toEqual([0, 0, 1, 1, 2, 2]);
    expect(queue.cards.mostProcesses()).toEqual([2, 2, 2]);
  });

  test('11. every card is switched on, and a run is given its card by uuid in the order of the bus', async () => {
    const { gpus } = await queue.client().call('queue');
    expect(gpus.map(({ isOn }) => isOn)).toEqual([true, true, true]);
    const told = 'echo "$CUDA_VISIBLE_DEVICES $CUDA_DEVICE_ORDER $FLOWLINE_GPUS"; sleep 600';
    const ids = (
      await Promise.all(gpus.map(() => queue.submit('--memory', '30G', '--', ...script(told))))
    ).flat();
    await queue.untilAll(ids, 'running');
    const seen: string[] = [];
    for (const id of ids) {
      await expect
        .poll(async () => (await queue.flowline('logs', id)).output, { timeout: 60_000 })
        .not.toBe('');
      seen.push((await queue.flowline('logs', id)).output.trim());
    }
    expect(seen.toSorted()).toEqual(
      queue.cards.uuids.map((uuid, index) => `${uuid} PCI_BUS_ID ${index}`).toSorted(),
    );
    await queue.flowline('kill', ...ids, '--grace', '0s');
    await queue.untilAll(ids, 'cancelled');
  });

  test('12. starts do not come one in 10 s: what fits starts in one decision, and an end brings the next', async () => {
    const table = queue.table('many.csv', ['seed', ...Array.from({ length: 36 }, (_, row) => String(row))]);
    const ids = await queue.submit(table, '--memory', '9G', '--', ...script('true'));
    const attempts = (await queue.untilAll(ids, 'succeeded')).flatMap((task) => task.attempts);
    const leasedAtMs = attempts.map((attempt) => attempt.leasedAtMs).toSorted((a, b) => a - b);
    // Four fit on each of three cards: the twelfth was given out with the first, before any had ended.
    const firstEndAtMs = Math.min(...attempts.map(({ endedAtMs }) => endedAtMs ?? Number.POSITIVE_INFINITY));
    expect(leasedAtMs[GPUS * 4 - 1]).toBeLessThanOrEqual(firstEndAtMs);
    // By the hub's own stamps: from one start to the next it never took as long as it took there for each.
    const gaps = leasedAtMs.slice(1).map((atMs, place) => atMs - (leasedAtMs[place] ?? 0));
    expect(Math.max(...gaps)).toBeLessThan(10_000);
  });

  // The last: what a stranger held is counted for a minute.
  test("6. with a user's order of GPUs every card is looked at, not the first alone", async () => {
    const order = join(queue.folder, 'order.py');
    // The order of somebody who always wants GPU 0, then 2, then 1.
    writeFileSync(
      order,
      `#!/usr/bin/env python3
import json, sys
for line in sys.stdin:
    ask = json.loads(line)
    gpus = sorted(ask["gpus"], key=lambda gpu: [0, 2, 1].index(gpu["index"]))
    print(json.dumps({"id": ask["id"], "uuids": [gpu["uuid"] for gpu in gpus]}), flush=True)
`,
    );
    chmodSync(order, 0o755);
    queue.cards.setStranger(0, CARD_MEBIBYTES - 1000);
    await expect
      .poll(async () => (await queue.client().call('queue')).gpus[0]?.freeBytes ?? 1, { timeout: 30_000 })
      .toBeLessThan(2 ** 30);
    const options = ['--memory', '30G', '--gpu-order', order];
    const [first = ''] = await queue.submit(...options, '--', ...payload(1000, { hold: 600 }));
    await queue.until(first, 'to run', ({ state }) => state === 'running');
    const [second = ''] = await queue.submit(...options, '--', ...payload(1000, { hold: 600 }));
    await queue.until(second, 'to run', ({ state }) => state === 'running');
    const given = await queue.tasks([first, second]);
    expect(given.map(({ attempts }) => attempts[0]?.gpus[0]?.index)).toEqual([2, 1]);
    await queue.flowline('kill', first, second, '--grace', '0s');
    await queue.untilAll([first, second], 'cancelled');
  });
});
