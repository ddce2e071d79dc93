/** Defects 3, 4 and 9 of the older scheduler (scheduling.md, 1): what becomes of tasks when something is killed or started again. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { skipWithout } from '../../support/needs.ts';
import { isAlive } from '../../support/processTree.ts';
import { payload, type QueueProgram, script, startQueueProgram } from '../../support/queueProgram.ts';
import { waitFor } from '../../support/waitFor.ts';

describe.skipIf(skipWithout('gcc', 'flock'))('defects of the older scheduler', () => {
  let queue: QueueProgram;
  beforeAll(async () => {
    queue = await startQueueProgram({ gpus: 1, totalMebibytes: 40_000 });
  });
  afterAll(() => queue.end());

  const payloadsOf = (task: string): number[] =>
    queue.journal
      .of(task)
      .flatMap(({ what, figure }) => (what === 'start' && figure !== null ? [figure] : []));

  test('3. a wrapper that dies leaves no task RUNNING, no lost slot and no payload that lives on', async () => {
    const [id = '', next = ''] = [
      ...(await queue.submit('--', ...payload(1000, { hold: 600 }))),
      ...(await queue.submit('--', ...payload(1000))),
    ];
    const running = await queue.until(id, 'to run', ({ attempts }) => (attempts[0]?.pid ?? null) !== null);
    await waitFor('its payload', () => payloadsOf(id).length === 1, 60_000);
    const [pid = 0] = payloadsOf(id);
    process.kill(running.attempts[0]?.pid ?? 0, 'SIGKILL');
    const [ended] = (await queue.until(id, 'to be told', ({ state }) => state === 'queued')).attempts;
    expect(ended).toMatchObject({ class: 'infra', exitCode: null });
    expect(ended?.message).not.toBeNull();
    expect(isAlive(pid)).toBe(false);
    // The only card is free again.
    expect(await queue.untilAll([next], 'succeeded')).toHaveLength(1);
    expect((await queue.flowline('kill', id)).code).toBe(0);
  });

  test('4. a scheduler that is killed and started again on the same table runs no second payload for a row', async () => {
    const table = queue.table('again.csv', ['seed', '1', '2', '3']);
    const ids = await queue.submit(table, '--memory', '2G', '--', ...payload(1000, { hold: 600 }));
    await waitFor('three payloads', () => ids.every((id) => payloadsOf(id).length === 1), 60_000);
    await queue.killAndStart();
    // As somebody does who does not know what is still there.
    const again = await queue.flowline(
      'submit',
      table,
      '--memory',
      '2G',
      '--',
      ...payload(1000, { hold: 600 }),
    );
    expect(again.code).not.toBe(0);
    expect(again.errors).toMatch(/queued already/);
    // The hub gives things out again, and none of the three is among them.
    const [later = ''] = await queue.submit('--gpus', '0', '--', ...script('true'));
    await queue.untilAll([later], 'succeeded');
    const tasks = await queue.untilAll(ids, 'running');
    for (const { id, attempts } of tasks) {
      expect(attempts).toHaveLength(1);
      const [pid = 0, ...more] = payloadsOf(id);
      expect(more).toEqual([]);
      expect(isAlive(pid)).toBe(true);
    }
    expect(queue.journal.lines().filter(({ what }) => what === 'overlap')).toEqual([]);
    expect((await queue.flowline('kill', ...ids, '--grace', '0s')).code).toBe(0);
    await queue.untilAll(ids, 'cancelled');
  });

  test('9. logs of yesterday are not written over; stderr and the exit code are kept', async () => {
    const told = 'echo "out of $FLOWLINE_ATTEMPT_ID"; echo "err of $FLOWLINE_ATTEMPT_ID" >&2; exit 5';
    const [first = ''] = await queue.submit('--gpus', '0', '--', ...script(told));
    await queue.untilAll([first], 'failed');
    await queue.killAndStart();
    const [second = ''] = await queue.submit('--gpus', '0', '--', ...script(told));
    await queue.untilAll([second], 'failed');
    await queue.flowline('retry', first);
    await queue.until(
      first,
      'to fail again',
      ({ state, attempts }) => state === 'failed' && attempts.length === 2,
    );
    for (const attempt of [`${first}.1.1`, `${first}.1.2`, `${second}.1.1`]) {
      const { output, errors } = await queue.flowline('logs', attempt);
      expect(output).toContain(`out of ${attempt}`);
      expect(errors).toContain(`err of ${attempt}`);
    }
    const attempts = (await queue.tasks([first, second])).flatMap((task) => task.attempts);
    expect(attempts.map(({ exitCode }) => exitCode)).toEqual([5, 5, 5]);
  });
});
