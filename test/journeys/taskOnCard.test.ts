/**
 * A task on a card through the whole product, with the stand-in NVML and real processes: it is on the card that the
 * program is given, the card is counted until its memory is back, and the agent may be killed meanwhile.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { HubClient } from '../../src/client/hubClient.ts';
import type { Attempt } from '../../src/model/task.ts';
import { administratorOf } from '../support/administrator.ts';
import { imagineMachine, imagineProcess } from '../support/imaginedMachines.ts';
import { skipWithout } from '../support/needs.ts';
import { type RunningHub, runProgram, startHubProgram } from '../support/program.ts';
import { type StandInDriver, standInDriver } from '../support/standInDriver.ts';
import { waitFor } from '../support/waitFor.ts';

const GIBIBYTE = 2 ** 30;

test.skipIf(skipWithout('gcc'))(
  'a card is given back when its memory is, also by an agent that was killed',
  async () => {
    const machine = imagineMachine(1);
    const [gpu] = machine.gpus;
    if (gpu === undefined) throw new Error('no card');
    const driver: StandInDriver = standInDriver(machine);
    let up: RunningHub = await startHubProgram('up', [], driver.environment);
    try {
      let administrator: HubClient = await administratorOf(up);
      const submit = (...command: string[]) =>
        runProgram(['submit', '--', ...command], {
          FLOWLINE_DATA: up.dataFolder,
          FLOWLINE_HUB: up.url,
        });
      const taskOf = (id: string) => administrator.call('task', { parameters: { id } });
      const attempt = async (id: string): Promise<Attempt | undefined> =>
        (await taskOf(id)).task.attempts.at(-1);
      const until = (task: string, what: string, isTrue: (attempt: Attempt) => boolean) =>
        waitFor(`${task} ${what}`, async () => {
          const newest = await attempt(task);
          return newest !== undefined && isTrue(newest) && newest;
        });

      // It ends when it is told to: however long an agent takes to come back, it is there to see it on its card.
      const mayEnd = join(up.dataFolder, 'may-end');
      const submitted = await submit(
        'sh',
        '-c',
        'echo $$; until [ -e "$0" ]; do sleep 0.1; done; exit 5',
        mayEnd,
      );
      expect(submitted.errors).toBe('');
      const pid = await waitFor('its pid in its log', async () => {
        const { slice } = await administrator.call('log', { parameters: { id: 't1' } });
        return Number(Buffer.from(slice.base64, 'base64').toString()) || null;
      });
      gpu.reading.processes = [{ ...imagineProcess(pid), memoryUsedBytes: 2 * GIBIBYTE }];
      driver.apply();
      const isOnItsCard = async () => {
        const { nodes } = await administrator.call('nodes');
        const [node] = nodes;
        const isThere = node?.sample?.gpus[0]?.processes.some(({ task }) => task === 't1');
        return node?.state === 'online' && isThere;
      };
      await waitFor('the sample to know its task', isOnItsCard);

      up.child.kill('SIGKILL');
      await up.exit;
      up = await startHubProgram('up', [], driver.environment, up);
      administrator = await administratorOf(up);
      await waitFor('the new agent to know it too', isOnItsCard);
      await writeFile(mayEnd, '');
      const ended = await until('t1', 'to end', ({ exitCode }) => exitCode !== null);
      expect(ended).toMatchObject({ exitCode: 5, class: 'program', gpus: [{ peakBytes: 2 * GIBIBYTE }] });

      // The driver still lists it: whoever is next, for the whole card, must wait, though nobody runs.
      await submit('sh', '-c', 'exit 0');
      await waitFor('t2 to be known', () => taskOf('t2'));
      expect(await attempt('t2')).toBeUndefined();
      gpu.reading.processes = [];
      driver.apply();
      expect(await until('t2', 'to succeed', ({ exitCode }) => exitCode !== null)).toMatchObject({
        exitCode: 0,
      });
    } finally {
      await up.end();
      driver.remove();
    }
  },
);
