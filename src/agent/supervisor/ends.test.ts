/** How attempts end, where the agent may make control groups and where it may not. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { isAlive } from '../../../test/support/processTree.ts';
import { leaseOf, openSupervisorBed, type SupervisorBed } from '../../../test/support/supervisorBed.ts';
import { waitFor } from '../../../test/support/waitFor.ts';

describe.each([
  ['with control groups where they can be had', false],
  ['without control groups', true],
])('%s', (_, isWithoutControlGroups) => {
  let bed: SupervisorBed;
  beforeEach(async () => {
    bed = await openSupervisorBed({ isWithoutControlGroups });
  });
  afterEach(() => bed.close());

  /** The pid that a program wrote as the first line of its output. */
  const pidIn = (attempt: string) =>
    waitFor('a pid in the log', async () => Number((await bed.log(attempt)).split('\n')[0]) || null);

  describe('a stop', () => {
    test('reaches the program as SIGTERM, which may save its work', async () => {
      await bed.supervisor.launch(
        leaseOf('t1.1.1', 'trap "echo saved; exit 0" TERM; echo $$; while :; do sleep 0.1; done'),
      );
      await pidIn('t1.1.1');
      const { fence } = leaseOf('t1.1.1', '');
      expect(
        await bed.supervisor.stop({ attempt: 't1.1.1', fence, reason: 'user', graceSeconds: null }),
      ).toBe(true);
      expect(await bed.untilOver('t1.1.1')).toMatchObject({
        class: 'user_kill',
        exitCode: 0,
        stopReason: 'user',
      });
      expect(await bed.log('t1.1.1')).toContain('saved');
      expect(bed.reports.map(({ state }) => state)).toContain('stopping');
    });

    test('ends what does not listen, after its grace, and children that left their parents and session', async () => {
      const stray = `setsid sh -c 'trap "" TERM HUP; echo $$; while :; do sleep 0.1; done' &`;
      await bed.supervisor.launch(
        leaseOf('t1.1.1', `trap "" TERM; (${stray}) & wait; while :; do sleep 0.1; done`, {
          graceSeconds: 0.3,
        }),
      );
      const pid = await pidIn('t1.1.1');
      await bed.supervisor.stop({
        attempt: 't1.1.1',
        fence: { epoch: 1, number: 1 },
        reason: 'preempted',
        graceSeconds: null,
      });
      expect(await bed.untilOver('t1.1.1')).toMatchObject({
        class: 'preempted',
        exitCode: 137,
        signal: 'SIGKILL',
      });
      expect(isAlive(pid)).toBe(false);
    });

    test('of a lower fence, or of nothing known, ends nothing', async () => {
      await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 30', { fence: { epoch: 2, number: 5 } }));
      const stop = (attempt: string, epoch: number, number: number) =>
        bed.supervisor.stop({ attempt, fence: { epoch, number }, reason: 'user', graceSeconds: 0 });
      expect([await stop('t1.1.1', 1, 9), await stop('t1.1.1', 2, 4), await stop('t2.1.1', 3, 1)]).toEqual([
        false,
        false,
        false,
      ]);
      expect(bed.report('t1.1.1')?.state).toBe('running');
    });

    test('comes by itself at the time limit', async () => {
      await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 30', { timeLimitSeconds: 1 }));
      const over = await bed.untilOver('t1.1.1');
      expect(over).toMatchObject({ class: 'timeout', stopReason: 'time-limit' });
      expect((over.endedAtMs ?? 0) - (over.startedAtMs ?? 0)).toBeLessThan(3000);
    });
  });

  test('what a program leaves behind is ended with it, and said', async () => {
    await bed.supervisor.launch(
      leaseOf('t1.1.1', `setsid sh -c 'echo $$; exec sleep 300' & sleep 0.3; exit 0`),
    );
    const pid = await pidIn('t1.1.1');
    const over = await bed.untilOver('t1.1.1');
    expect(over).toMatchObject({
      class: 'ok',
      exitCode: 0,
      message: 'A process that it left behind was ended',
    });
    expect(isAlive(pid)).toBe(false);
  });

  test('a wrapper that is killed takes the program with it, and the node is to blame', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'echo $$; sleep 300'));
    const pid = await pidIn('t1.1.1');
    process.kill(bed.report('t1.1.1')?.pid ?? 0, 'SIGKILL');
    const over = await bed.untilOver('t1.1.1');
    expect(over).toMatchObject({ class: 'infra', exitCode: null });
    expect(over.message).toMatch(/wrapper was killed/);
    expect(isAlive(pid)).toBe(false);
  });
});
