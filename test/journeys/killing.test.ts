/** Ending real processes through the hub: the one that was meant, and never another that took over its pid. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type HubClient, hubClient } from '../../src/client/hubClient.ts';
import { administratorOf } from '../support/administrator.ts';
import { isAlive } from '../support/processTree.ts';
import { type RunningHub, runProgram, startHubProgram } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

let up: RunningHub;
let administrator: HubClient;
beforeAll(async () => {
  up = await startHubProgram('up');
  administrator = await administratorOf(up);
  await waitFor('this machine online', async () => (await nodes())[0]?.state === 'online');
});
afterAll(() => up.end());

const victims: ChildProcess[] = [];
afterEach(() => {
  for (const victim of victims.splice(0)) victim.kill('SIGKILL');
});

const nodes = async () => (await administrator.call('nodes')).nodes;

/** A process of ours that does nothing, once it does so. */
async function startVictim(script = 'echo ready; exec sleep 600'): Promise<number> {
  const victim = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  victims.push(victim);
  await once(victim.stdout, 'data');
  return victim.pid ?? 0;
}

/** Where and since when the hub knows this process: what a kill must name. */
const find = (pid: number) =>
  waitFor(
    'the process in a search',
    async () => {
      const { processes } = await administrator.call('processes', { query: { query: String(pid) } });
      return processes.find((process) => process.pid === pid);
    },
    30_000,
  );

const kill = async (target: { nodeId: string; pid: number; startedAtMs: number | null }, graceSeconds = 2) =>
  (await administrator.call('killProcesses', { body: { targets: [target], graceSeconds } })).results[0];

/** What becomes of it where somebody asks who has a token of this login name. */
const killAs = async (label: string, target: { nodeId: string; pid: number; startedAtMs: number | null }) => {
  const { token } = await administrator.call('createToken', { body: { scope: 'submit', label } });
  const client = hubClient({ baseUrl: up.url, headers: () => ({ authorization: `Bearer ${token}` }) });
  return (await client.call('killProcesses', { body: { targets: [target], graceSeconds: 2 } })).results[0];
};

describe('ending a process', () => {
  test('a user ends his own, and nobody else’s', async () => {
    const pid = await startVictim();
    const { nodeId, startedAtMs } = await find(pid);
    const target = { nodeId, pid, startedAtMs };
    expect(await killAs('mallory', target)).toMatchObject({ outcome: 'not-allowed', reason: 'not-yours' });
    expect(isAlive(pid)).toBe(true);
    expect(await killAs(userInfo().username, target)).toMatchObject({ outcome: 'done' });
    expect(isAlive(pid)).toBe(false);
  });

  test('an unknown machine among several: nothing is ended, and who asked is told', async () => {
    const pid = await startVictim();
    const { nodeId, startedAtMs } = await find(pid);
    const targets = [
      { nodeId, pid, startedAtMs },
      { nodeId: 'nosuch', pid, startedAtMs },
    ];
    await expect(administrator.call('killProcesses', { body: { targets } })).rejects.toMatchObject({
      code: 'unknown-node',
    });
    expect(isAlive(pid)).toBe(true);
  });

  test('named twice, as on two GPUs, it is signalled and told of once; the trail holds the wish and the result', async () => {
    const pid = await startVictim();
    const { nodeId, startedAtMs } = await find(pid);
    const target = { nodeId, pid, startedAtMs };
    const { results } = await administrator.call('killProcesses', { body: { targets: [target, target] } });
    expect(results.map((result) => result.outcome)).toEqual(['done']);
    // The trail is written behind the answer.
    const own = await waitFor('both on the trail', async () => {
      const trail = (await readFile(join(up.dataFolder, 'audit.jsonl'), 'utf8')).trim().split('\n');
      const entries = trail
        .map((line) => JSON.parse(line))
        .filter((entry) => entry.on === `${nodeId}:${pid}`);
      return entries.length >= 2 && entries;
    });
    expect(own.map((entry) => entry.result)).toEqual(['asked', 'done']);
  });

  test('the one that is named is gone, and the answer says so', async () => {
    const pid = await startVictim();
    const bystander = await startVictim();
    const { nodeId, startedAtMs } = await find(pid);
    expect(startedAtMs).not.toBeNull();
    expect(await kill({ nodeId, pid, startedAtMs })).toMatchObject({ pid, outcome: 'done' });
    expect(isAlive(pid)).toBe(false);
    expect(isAlive(bystander)).toBe(true);
    expect(await kill({ nodeId, pid, startedAtMs })).toMatchObject({ outcome: 'gone' });
  });

  test('a pid that another process has by now is left alone', async () => {
    const pid = await startVictim();
    const { nodeId, startedAtMs } = await find(pid);
    const earlier = { nodeId, pid, startedAtMs: (startedAtMs ?? 0) - 60_000 };
    expect(await kill(earlier)).toMatchObject({ outcome: 'other-process' });
    expect(isAlive(pid)).toBe(true);
  });

  test('one that ignores SIGTERM ends by SIGKILL after its grace', async () => {
    const pid = await startVictim("trap '' TERM; echo ready; while :; do sleep 1; done");
    const { nodeId, startedAtMs } = await find(pid);
    const beforeMs = performance.now();
    expect(await kill({ nodeId, pid, startedAtMs }, 1)).toMatchObject({ outcome: 'done' });
    expect(performance.now() - beforeMs).toBeGreaterThan(900);
    expect(isAlive(pid)).toBe(false);
  });

  test('pid 1 and FlowLine itself are protected', async () => {
    const [node] = await nodes();
    for (const pid of [1, up.child.pid ?? 0]) {
      const result = await kill({ nodeId: node?.id ?? '', pid, startedAtMs: null });
      expect(result?.outcome).toBe('not-allowed');
    }
    expect(up.child.exitCode).toBeNull();
  });

  test('nobody ends anything without a login', async () => {
    const pid = await startVictim();
    const { nodeId, startedAtMs } = await find(pid);
    const nobody = hubClient({ baseUrl: up.url });
    const attempt = nobody.call('killProcesses', { body: { targets: [{ nodeId, pid, startedAtMs }] } });
    await expect(attempt).rejects.toMatchObject({ status: 401 });
    expect(isAlive(pid)).toBe(true);
  });

  test('`flowline processes kill` does the same for a script that says yes, and calls one that nobody has gone', async () => {
    const pid = await startVictim();
    const onHub = ['--hub', up.url, '--data', up.dataFolder];
    const first = await runProgram(['processes', 'kill', '--yes', String(pid), ...onHub]);
    expect(`${first.code} ${first.errors}`).toBe('0 ');
    expect(isAlive(pid)).toBe(false);
    const second = await runProgram(['processes', 'kill', String(pid), ...onHub]);
    expect(`${second.code} ${second.output}`).toMatch(/^0 .*was gone already/s);
  });
});
