/** Agents of their own, as processes: joining, a hub that dies or restarts, a credential that is taken away. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { NodeStatus } from '../../src/model/node.ts';
import { administratorOf, createJoinToken } from '../support/administrator.ts';
import {
  type RunningHub,
  type RunningProgram,
  startHubProgram,
  startProgram,
  temporaryFolder,
} from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

let hub: RunningHub;
const endings: (() => Promise<unknown>)[] = [];
beforeEach(async () => {
  hub = await startHubProgram('hub');
});
afterEach(async () => {
  for (const end of endings.splice(0)) await end();
  await hub.end();
});

interface RunningAgent extends RunningProgram {
  dataFolder: string;
}

/** An agent that joins with this token; without one it uses what its data folder keeps. */
async function startAgent(
  joinToken: string | null,
  dataFolder?: string,
  environment: Record<string, string> = {},
): Promise<RunningAgent> {
  const own = dataFolder === undefined ? await temporaryFolder() : null;
  const folder = dataFolder ?? own?.path ?? '';
  const args = joinToken === null ? ['agent'] : ['agent', 'join', hub.url];
  const agent = startProgram([...args, '--data', folder, '--interval', '250ms'], {
    ...environment,
    ...(joinToken === null ? {} : { FLOWLINE_JOIN_TOKEN: joinToken }),
  });
  endings.unshift(() => agent.stop());
  if (own) endings.push(own.remove);
  return { ...agent, dataFolder: folder };
}

const nodes = async (): Promise<NodeStatus[]> => (await (await administratorOf(hub)).call('nodes')).nodes;
const online = (): Promise<NodeStatus> =>
  waitFor('the agent online', async () => (await nodes()).find((node) => node.state === 'online'), 30_000);

describe('joining', () => {
  test('a machine joins with a token, and comes back without one', async () => {
    const agent = await startAgent(await createJoinToken(hub, 1));
    const { id } = await online();
    expect(await agent.stop()).toBe(0);
    const [gone] = await nodes();
    expect(gone).toMatchObject({ state: 'offline', absence: 'goodbye' });
    await startAgent(null, agent.dataFolder);
    expect((await online()).id).toBe(id);
  });

  test('an agent that ends because its machine reboots says so; one of a machine that is switched off was stopped', async () => {
    const commands = await temporaryFolder();
    endings.push(commands.remove);
    const queue = (target: string): Promise<void> =>
      writeFile(
        join(commands.path, 'systemctl'),
        `#!/bin/sh\nprintf '7 %s start waiting\\n8 shutdown.target start waiting\\n' ${target}\n`,
        { mode: 0o755 },
      );
    const environment = { PATH: `${commands.path}:${process.env.PATH}` };
    await queue('reboot.target');
    const agent = await startAgent(await createJoinToken(hub, 1), undefined, environment);
    const { id } = await online();
    expect(await agent.stop()).toBe(0);
    expect((await nodes())[0]).toMatchObject({ id, state: 'offline', absence: 'rebooting' });
    await queue('poweroff.target');
    const again = await startAgent(null, agent.dataFolder, environment);
    await online();
    expect(await again.stop()).toBe(0);
    expect((await nodes())[0]).toMatchObject({ id, state: 'offline', absence: 'goodbye' });
  });

  test('a used up token lets nobody else in: exit code 4, and what to do', async () => {
    const token = await createJoinToken(hub, 1);
    await startAgent(token);
    await online();
    const late = await startAgent(token);
    expect(await late.exit).toBe(4);
    expect(late.errors()).toContain('used up');
    expect(late.errors()).toContain('flowline token create --scope join');
  });

  test('a machine that was forgotten says so, and joins again with another token', async () => {
    const agent = await startAgent(await createJoinToken(hub, 1));
    const { id } = await online();
    await (await administratorOf(hub)).call('forgetNode', { parameters: { id } });
    await waitFor('the refusal in its log', () => agent.errors().includes('could not join again'));
    expect(await nodes()).toEqual([]);
    await agent.stop();
    await startAgent(await createJoinToken(hub, 1), agent.dataFolder);
    expect((await online()).id).not.toBe(id);
  });

  test('another hub at the same address is shown no credential and not obeyed; the own one is known again', async () => {
    const agent = await startAgent(await createJoinToken(hub, 5));
    const { id } = await online();
    const own = { url: hub.url, dataFolder: hub.dataFolder };
    hub.child.kill('SIGKILL');
    await hub.exit;
    const folder = await temporaryFolder();
    endings.push(folder.remove);
    hub = await startHubProgram('hub', [], {}, { url: own.url, dataFolder: folder.path });
    await waitFor('the refusal in its log', () => agent.errors().includes('another hub answers'));
    // Its token has uses left: it offers it to this one as little as its credential.
    expect(await nodes()).toEqual([]);
    expect(await readFile(join(folder.path, 'audit.jsonl'), 'utf8').catch(() => '')).toBe('');
    await hub.stop();
    hub = await startHubProgram('hub', [], {}, own);
    expect((await online()).id).toBe(id);
  });

  test('a hub that was set up anew is joined by an agent that is started with a token of it', async () => {
    const agent = await startAgent(await createJoinToken(hub, 1));
    await online();
    await agent.stop();
    const { url } = hub;
    await hub.end();
    const folder = await temporaryFolder();
    endings.push(folder.remove);
    hub = await startHubProgram('hub', [], {}, { url, dataFolder: folder.path });
    await startAgent(await createJoinToken(hub, 1), agent.dataFolder);
    expect((await online()).state).toBe('online');
  });

  test('one whose token has a use left joins again by itself', async () => {
    await startAgent(await createJoinToken(hub, 2));
    const { id } = await online();
    await (await administratorOf(hub)).call('forgetNode', { parameters: { id } });
    expect((await online()).id).not.toBe(id);
  });
});

describe('a hub that ends', () => {
  test.each(['SIGKILL', 'SIGTERM'] as const)(
    'by %s and starts again finds its agent, which went on meanwhile',
    async (signal) => {
      const agent = await startAgent(await createJoinToken(hub, 1));
      const { id, sample } = await online();
      const { url, dataFolder } = hub;
      hub.child.kill(signal);
      await hub.exit;
      hub = await startHubProgram('hub', [], {}, { url, dataFolder });
      // The hub shows what it kept until the agent is there.
      const back = await waitFor('a newer sample', async () =>
        (await nodes()).find(
          (node) => (node.sample?.takenAtMs ?? 0) > (sample?.takenAtMs ?? Number.MAX_VALUE),
        ),
      );
      expect(back).toMatchObject({ id, state: 'online' });
      expect(agent.child.exitCode).toBeNull();
    },
  );
});
