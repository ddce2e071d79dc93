/** Of one run at most one attempt is alive, whatever a hub says; and what a restart of the machine does. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { leaseOf, openSupervisorBed, type SupervisorBed } from '../../../../test/support/supervisorBed.ts';
import { waitFor } from '../../../../test/support/waitFor.ts';
import { attemptFiles } from '../files/attemptFiles.ts';
import { WRAPPER_EXIT } from '../wrapper/wrapperScript.ts';

let bed: SupervisorBed;
let bootId: string;
beforeEach(async () => {
  bootId = 'boot-1';
  bed = await openSupervisorBed({ bootId: () => bootId });
});
afterEach(() => bed.close());

const fence = (number: number, epoch = 1) => ({ fence: { epoch, number } });
const stateOf = (attempt: string) => bed.report(attempt)?.state;

describe('of one run', () => {
  test('the same lease again is the same attempt', async () => {
    const lease = leaseOf('t1.1.1', 'echo once; sleep 30');
    const answers = await Promise.all([bed.supervisor.launch(lease), bed.supervisor.launch(lease)]);
    expect(answers).toEqual([{ kind: 'launched' }, { kind: 'launched' }]);
    await waitFor('its word', async () => (await bed.log('t1.1.1')) === 'once\n');
    expect(bed.supervisor.inventory().reports).toHaveLength(1);
  });

  test('a lower fence is refused, alive or over, here or in another epoch', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.2', 'sleep 30', fence(5, 2)));
    for (const other of [fence(4, 2), fence(9, 1), fence(5, 2)]) {
      expect(await bed.supervisor.launch(leaseOf('t1.1.3', 'true', other))).toMatchObject({
        code: 'superseded',
      });
    }
    expect(stateOf('t1.1.2')).toBe('running');
    await bed.supervisor.launch(leaseOf('t2.1.1', 'true', fence(7)));
    bed.supervisor.acknowledge([await bed.untilOver('t2.1.1')]);
    expect(await bed.supervisor.launch(leaseOf('t2.1.2', 'true', fence(6)))).toMatchObject({
      code: 'superseded',
    });
  });

  test('a higher fence ends the older one first', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 30', fence(1)));
    expect(await bed.supervisor.launch(leaseOf('t1.1.2', 'sleep 30', fence(2)))).toEqual({
      kind: 'launched',
    });
    expect(bed.report('t1.1.1')).toMatchObject({
      state: 'ended',
      class: 'preempted',
      stopReason: 'superseded',
    });
    expect(stateOf('t1.1.2')).toBe('running');
  });

  test('one that will not end holds the newer back, which is refused and not forgotten by mistake', async () => {
    await bed.supervisor.launch(
      leaseOf('t1.1.1', 'trap "" TERM; echo ready; while :; do sleep 0.1; done', {
        ...fence(1),
        graceSeconds: 60,
      }),
    );
    await waitFor('it to be ready', async () => (await bed.log('t1.1.1')) !== '');
    expect(await bed.supervisor.launch(leaseOf('t1.1.2', 'true', fence(2)))).toMatchObject({
      kind: 'refused',
      code: 'failed',
    });
    expect(stateOf('t1.1.1')).toBe('stopping');
    expect(bed.report('t1.1.2')).toBeNull();
  });

  test('other runs of the same task are none of its business', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 30', fence(5)));
    await bed.supervisor.launch(leaseOf('t1.2.1', 'sleep 30', fence(1)));
    await bed.supervisor.launch(leaseOf('t1.11.1', 'sleep 30', fence(1)));
    expect(bed.supervisor.inventory().reports.map(({ state }) => state)).toEqual([
      'running',
      'running',
      'running',
    ]);
  });
});

test('a lease that nobody executed is never executed by anybody', async () => {
  const files = attemptFiles(join(bed.folder, 'attempts'), 't1.1.1');
  await files.writeLease({
    lease: leaseOf('t1.1.1', 'true'),
    mark: '0'.repeat(32),
    writtenAtMs: 1,
    bootId,
    groupFolder: null,
    kernelOomKills: null,
  });
  await bed.reopen();
  expect(await bed.untilOver('t1.1.1')).toMatchObject({
    state: 'never-started',
    class: null,
    cardsFree: true,
  });
  // A wrapper that an agent started in the moment it was killed comes too late.
  const wrapper = spawnSync('sh', [
    join(bed.folder, 'attempts', await wrapperName()),
    files.folder,
    '/tmp',
    '',
    'touch',
    join(bed.folder, 'made'),
  ]);
  expect(wrapper.status).toBe(WRAPPER_EXIT.claimed);
  expect(existsSync(join(bed.folder, 'made'))).toBe(false);
});

const wrapperName = async () =>
  (await readdir(join(bed.folder, 'attempts'))).find((name) => name.startsWith('wrapper-')) ?? '';

describe('a restart', () => {
  test('of the agent changes nothing', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 0.8; exit 4'));
    const { pid, sequence } = await bed.until('t1.1.1', 'to run', ({ state }) => state === 'running');
    await bed.reopen();
    await bed.until('t1.1.1', 'to run', ({ state }) => state === 'running');
    expect(bed.report('t1.1.1')).toMatchObject({ pid });
    // Higher than anything that an agent may have told and not written down.
    expect(bed.report('t1.1.1')?.sequence).toBeGreaterThan(sequence + 100);
    expect(await bed.untilOver('t1.1.1')).toMatchObject({ exitCode: 4, class: 'program' });
  });

  test('of the machine ends what ran, and nothing that merely has its pid', async () => {
    await bed.supervisor.launch(leaseOf('t1.1.1', 'sleep 30'));
    await bed.supervisor.launch(leaseOf('t2.1.1', 'exit 0'));
    await bed.until('t2.1.1', 'to end', ({ state }) => state === 'ended');
    const pid = bed.report('t1.1.1')?.pid ?? 0;
    bootId = 'boot-2';
    await bed.reopen();
    expect(await bed.untilOver('t1.1.1')).toMatchObject({
      class: 'infra',
      exitCode: null,
      message: 'the machine was restarted while it ran',
    });
    expect(bed.report('t2.1.1')).toMatchObject({ class: 'ok' });
    process.kill(-pid, 'SIGKILL');
  });
});
