/** `flowline find … -- COMMAND` as its user has it: a command in his own terminal, on GPUs that nobody else is given meanwhile. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Task } from '../../src/protocol/taskApi.ts';
import { type GpuCards, gpuCards } from '../support/gpuCards/gpuCards.ts';
import { skipWithout } from '../support/needs.ts';
import { type RunningHub, runProgram, startHubProgram, startProgram } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

const PAYLOAD = join(import.meta.dirname, '..', 'support', 'gpuCards', 'payload.sh');
const CARD_MEBIBYTES = 40_000;

describe.skipIf(skipWithout('gcc'))('a command that runs on GPUs it found', () => {
  let cards: GpuCards;
  let hub: RunningHub;

  const surroundings = () => ({
    FLOWLINE_HUB: hub.url,
    FLOWLINE_DATA: hub.dataFolder,
    FLOWLINE_TOKEN: '',
    LC_ALL: 'C',
    ...cards.environment,
  });
  const flowline = (...args: string[]) => runProgram(args, surroundings());
  const start = (...args: string[]) => startProgram(args, surroundings());
  const tasks = async (): Promise<Task[]> =>
    JSON.parse((await flowline('tasks', '--all', '--json')).output).tasks;
  const freeMebibytes = async (): Promise<number> => {
    const response = await fetch(`${hub.url}/api/v1/queue`, { headers: { authorization } });
    const { gpus } = (await response.json()) as { gpus: { freeBytes: number | null }[] };
    return (gpus[0]?.freeBytes ?? 0) / 2 ** 20;
  };
  let authorization = '';

  beforeAll(async () => {
    cards = gpuCards({ gpus: 1, totalMebibytes: CARD_MEBIBYTES });
    hub = await startHubProgram('up', [], cards.environment);
    const token = (await flowline('token', 'create', '--scope', 'admin', '--json')).output;
    authorization = `Bearer ${(JSON.parse(token) as { token: string }).token}`;
    await waitFor('the card', async () => (await freeMebibytes()) > 38_000);
  });
  afterAll(async () => {
    await hub.end();
    cards.remove();
  });

  test('has the GPU variables, its own streams, and its exit code is ours', async () => {
    const script = 'echo "$CUDA_VISIBLE_DEVICES $CUDA_DEVICE_ORDER $FLOWLINE_GPUS"; echo oops >&2; exit 7';
    const ran = await flowline('find', '--memory', '10G', '--', 'sh', '-c', script);
    expect(ran).toMatchObject({ code: 7, output: `${cards.uuids[0]} PCI_BUS_ID 0\n` });
    expect(ran.errors).toContain('taken: GPU 0, 10.0 GiB\noops\n');
    expect((await flowline('find', '--', 'sh', '-c', 'kill -TERM $$')).code).toBe(143);
    const missing = await flowline('find', '--', '/no/such/program');
    expect(missing).toMatchObject({ code: 127, output: '' });
    expect(missing.errors).toContain('/no/such/program: there is no such program');
  });

  test('is signalled what we are signalled', async () => {
    const running = start(
      'find',
      '--memory',
      '1G',
      '--',
      'sh',
      '-c',
      'sleep 60 & trap "kill $!; exit 9" TERM; echo up; wait',
    );
    await waitFor('it to run', () => running.output().includes('up'));
    expect(await running.stop()).toBe(9);
  });

  test('that no card could ever hold is told at once', async () => {
    const ran = await flowline('find', '--memory', '90G', '--', 'true');
    expect(ran.code).toBe(1);
    expect(ran.errors).toContain('the largest GPU can give');
  });

  test('waits for its turn behind a task, says why, and a signal takes it out of the line', async () => {
    await flowline('submit', '--memory', '30G', '--', PAYLOAD, '30000', '0', '60');
    const [task] = await waitFor('the task to run', async () => {
      const running = (await tasks()).filter(({ state }) => state === 'running');
      return running.length > 0 && running;
    });
    const waiting = start('find', '--memory', '20G', '--', 'echo', 'mine');
    await waitFor('the reason', () => /waiting: GPU 0: .* short .*held by t/.test(waiting.errors()));
    expect(await waiting.stop()).toBe(143);
    const patient = start('find', '--memory', '20G', '--', 'echo', 'mine');
    await waitFor('the reason', () => patient.errors().includes('waiting:'));
    await flowline('kill', task?.id ?? '');
    expect(await patient.exit).toBe(0);
    expect(patient.output()).toBe('mine\n');
  });

  test('and tasks of the queue never fill a card over its size, also while the hub is killed and started again', async () => {
    // 12,000 MiB each: three on the card at a time, however they were asked for.
    const ask = ['--memory', '12000'];
    const found = Array.from({ length: 3 }, () => start('find', ...ask, '--', PAYLOAD, '12000', '0.5', '4'));
    for (let count = 0; count < 6; count += 1)
      await flowline('submit', ...ask, '--', PAYLOAD, '12000', '0.3', '1');
    await waitFor('one of ours to hold memory', () => cards.heldMebibytes()[0] !== 0);
    hub.child.kill('SIGKILL');
    await hub.exit;
    hub = await startHubProgram('up', [], cards.environment, hub);
    const more = start('find', ...ask, '--', PAYLOAD, '12000', '0', '1');
    expect(await Promise.all([...found, more].map(({ exit }) => exit))).toEqual([0, 0, 0, 0]);
    await waitFor(
      'all tasks to be over',
      async () => (await tasks()).every(({ state }) => state === 'succeeded' || state === 'cancelled'),
      60_000,
    );
    expect(cards.denials()).toBe(0);
    expect(cards.mostMebibytes()[0]).toBeLessThanOrEqual(CARD_MEBIBYTES);
  }, 120_000);

  test('killed with SIGKILL leaves the card to others within 30 s or so, less what its command still holds', async () => {
    const found = start('find', '--memory', '30G', '--', PAYLOAD, '10000', '0', '60');
    await waitFor('its memory', () => cards.heldMebibytes()[0] === 10_000);
    found.child.kill('SIGKILL');
    await waitFor('the promise to end', async () => (await freeMebibytes()) > 25_000, 50_000);
    expect(await freeMebibytes()).toBeLessThan(CARD_MEBIBYTES - 10_000);
  }, 120_000);

  // The last: what the stranger held is counted for a minute.
  test('--wait without a command waits until there is room, and prints what find prints', async () => {
    cards.setStranger(0, 30_000);
    await waitFor('it to be taken', async () => (await flowline('find')).code === 1);
    const waiting = start('find', '--wait');
    await waitFor('the reason', () => /waiting: .*in use/.test(waiting.errors()));
    cards.setStranger(0, 0);
    expect(await waiting.exit).toBe(0);
    expect(waiting.output()).toMatch(
      /GPU 0 .*\n {2}export CUDA_DEVICE_ORDER=PCI_BUS_ID CUDA_VISIBLE_DEVICES=0/,
    );
  });
});
