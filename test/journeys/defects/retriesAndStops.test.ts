/** Defects 1, 2 and 10 of the older scheduler (scheduling.md, 1): what is tried again, and what is stopped. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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

  const starts = (task: string): number =>
    queue.journal.of(task).filter(({ what }) => what === 'start').length;

  test('1. a failing row is not queued again at its old place, without limit or delay', async () => {
    const table = queue.table('failing.csv', ['code', '7', '0', '0', '0']);
    const command = `${payload(1000).slice(0, -1).join(' ')} {code}`;
    const ids = await queue.submit(table, '--max', '1', '--retries', '1', '--command', command);
    const [failing = '', ...others] = ids;
    await queue.untilAll(others, 'succeeded');
    // All others came to their turn while it waits behind them, for a time that is told, within a budget that is told.
    const waiting = await queue.task(failing);
    expect(starts(failing)).toBe(1);
    expect(waiting).toMatchObject({
      state: 'queued',
      waiting: { kind: 'backoff', class: 'program', retry: 1, budget: 1 },
      attempts: [{ exitCode: 7, class: 'program' }],
    });
    const failed = await queue.until(failing, 'to fail for good', ({ state }) => state === 'failed');
    expect(failed.attempts.map(({ exitCode }) => exitCode)).toEqual([7, 7]);
    expect(starts(failing)).toBe(2);
    // The second came after the wait, not at once.
    const [first, second] = failed.attempts;
    expect((second?.leasedAtMs ?? 0) - (first?.endedAtMs ?? 0)).toBeGreaterThan(20_000);
    // A whole pass over the queue later it still has not come back.
    const [later = ''] = await queue.submit('--gpus', '0', '--', ...script('true'));
    await queue.untilAll([later], 'succeeded');
    expect(starts(failing)).toBe(2);
  });

  test('2. a row that was killed is not queued again, and does not start again', async () => {
    const table = queue.table('long.csv', ['seed', '1']);
    const [id = ''] = await queue.submit(table, '--retries', '5', '--', ...payload(1000, { hold: 600 }));
    await queue.until(id, 'to run', ({ state }) => state === 'running');
    const { code, output } = await queue.flowline('kill', id);
    expect(code).toBe(0);
    expect(output).toContain(id);
    const killed = await queue.until(id, 'to be over', ({ state }) => state === 'cancelled');
    expect(killed.attempts).toMatchObject([{ class: 'user_kill', signal: expect.anything() }]);
    const [later = ''] = await queue.submit('--', ...payload(1000));
    await queue.untilAll([later], 'succeeded');
    expect(starts(id)).toBe(1);
    expect((await queue.task(id)).state).toBe('cancelled');
  });

  test('10. SIGTERM reaches the payload, which writes its checkpoint, and double-forked children do not survive', async () => {
    const checkpoint = join(queue.folder, 'checkpoint');
    const daemon = join(queue.folder, 'daemon.pid');
    const training = `
      trap 'echo saved > ${checkpoint}; exit 0' TERM
      (setsid sh -c 'echo $$ > ${daemon}; trap "" TERM HUP; while :; do sleep 60; done' > /dev/null 2>&1 &)
      while :; do sleep 60 & wait $!; done`;
    const [id = ''] = await queue.submit('--grace', '60s', '--', 'sh', '-c', training);
    const pid = await waitFor(
      'the daemon',
      () => existsSync(daemon) && Number(readFileSync(daemon, 'utf8')),
      60_000,
    );
    expect(isAlive(pid)).toBe(true);
    expect((await queue.flowline('kill', id, '--grace', '5s')).code).toBe(0);
    await queue.until(id, 'to be over', ({ state }) => state === 'cancelled');
    expect(readFileSync(checkpoint, 'utf8')).toBe('saved\n');
    expect(isAlive(pid)).toBe(false);
  });
});
