/**
 * The file to copy: built, and used as hub, agent and command where no Node and no node_modules are. The agent is ended as
 * systemd ends it with KillMode=process, itself alone, and its successor finds the run.
 */
import { spawnSync } from 'node:child_process';
import { appendFileSync, copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HubClient } from '../../src/client/hubClient.ts';
import { administratorOf } from '../support/administrator.ts';
import { imagineMachine } from '../support/imaginedMachines.ts';
import { lacking, skipWithout } from '../support/needs.ts';
import {
  type RunningHub,
  type RunningProgram,
  runProgram,
  startHubProgram,
  startProgram,
  temporaryFolder,
} from '../support/program.ts';
import { type StandInDriver, standInDriver } from '../support/standInDriver.ts';
import { waitFor } from '../support/waitFor.ts';

const root = join(import.meta.dirname, '..', '..');

function buildStandalone(arch: string): string {
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'run.mjs'), 'standalone', arch], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(built.stderr);
  return join(root, 'build', 'standalone', `flowline-linux-${arch}`);
}

describe.skipIf(skipWithout('gcc'))('one file', () => {
  let place: Awaited<ReturnType<typeof temporaryFolder>>;
  let file: string;
  let driver: StandInDriver;
  let environment: Record<string, string>;
  let hub: RunningHub;
  let agent: RunningProgram;
  let administrator: HubClient;

  beforeAll(async () => {
    place = await temporaryFolder();
    file = join(place.path, 'flowline');
    copyFileSync(buildStandalone(process.arch), file);
    driver = standInDriver(imagineMachine(1));
    const cache = join(place.path, 'cache');
    mkdirSync(cache, { mode: 0o700 });
    environment = { ...driver.environment, XDG_CACHE_HOME: cache, FLOWLINE_DATA: join(place.path, 'data') };
    hub = await startHubProgram('hub', [], environment, undefined, [file]);
    administrator = await administratorOf(hub);
  });
  afterAll(async () => {
    await agent?.stop();
    await hub.end();
    driver.remove();
    await place.remove();
  });

  const type = (args: string[], folder = place.path) =>
    runProgram(args, { ...environment, FLOWLINE_HUB: hub.url, FLOWLINE_DATA: hub.dataFolder }, folder, [
      file,
    ]);
  const startAgent = (more: Record<string, string> = {}): RunningProgram =>
    startProgram(['agent', '--hub', hub.url], { ...environment, ...more }, place.path, [file]);
  const attemptOf = async (id: string) =>
    (await administrator.call('task', { parameters: { id } })).task.attempts.at(-1);

  test('the hub serves the page', async () => {
    const page = await (await fetch(`${hub.url}/`, { headers: { accept: 'text/html' } })).text();
    const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
    expect((await fetch(`${hub.url}${script}`)).headers.get('content-type')).toContain('javascript');
  });

  test('the agent reads the driver, runs a task, and is ended alone: the run goes on, and its exit code is right', async () => {
    const { token } = await administrator.call('createToken', { body: { scope: 'join' } });
    agent = startAgent({ FLOWLINE_JOIN_TOKEN: token });
    const node = await waitFor('the machine with its card', async () => {
      const { nodes } = await administrator.call('nodes');
      return nodes[0]?.sample?.gpus.length === 1 && nodes[0];
    });
    expect(node.sample?.driver.state).toBe('ok');
    expect((await type(['nodes', 'allow', node.id])).errors).toBe('');
    const enough = join(place.path, 'enough');
    const submitted = await type([
      'submit',
      '--',
      'sh',
      '-c',
      `while ! [ -e ${enough} ]; do sleep 0.05; done; exit 7`,
    ]);
    expect(submitted.errors).toBe('');
    await waitFor('it to run', async () => (await attemptOf('t1'))?.state === 'running');
    const first = await attemptOf('t1');
    expect(await agent.stop()).toBe(0);
    agent = startAgent();
    await waitFor(
      'the next agent',
      async () => (await administrator.call('nodes')).nodes[0]?.state === 'online',
    );
    writeFileSync(enough, '');
    const ended = await waitFor('its end', async () => {
      const attempt = await attemptOf('t1');
      return attempt?.endedAtMs !== null && attempt;
    });
    expect(ended).toMatchObject({ number: first?.number, exitCode: 7, class: 'program' });
  });

  test('a flow in TypeScript makes the command of a row', async () => {
    writeFileSync(join(place.path, 'rows.csv'), 'lr\n0.1\n');
    writeFileSync(
      join(place.path, 'flow.ts'),
      "export function command(row: Record<string, string>): string[] { return ['test', row.lr, '=', '0.1']; }\n",
    );
    const { code, errors } = await type(['submit', 'rows.csv', '--gpus', '0', '--flow', 'flow.ts', '--wait']);
    expect([code, errors.includes('failed')]).toEqual([0, false]);
  });

  test('what was unpacked is this user’s alone, and is laid out anew where it was changed', async () => {
    const kept = join(
      process.getuid?.() === 0 ? join(place.path, 'cache', 'flowline') : hub.dataFolder,
      'standalone',
    );
    const [name = ''] = readdirSync(kept);
    expect(readdirSync(kept)).toEqual([name]);
    const library = join(
      kept,
      name,
      `node_modules/@koromix/koffi-linux-${process.arch}/linux_${process.arch}/koffi.node`,
    );
    appendFileSync(library, 'x');
    const status = await type(['status', '--json']);
    expect(JSON.parse(status.output)).toMatchObject({ nodes: [{ sample: { driver: { state: 'ok' } } }] });
    expect(readdirSync(kept)).toEqual([name]);
  });
});

/** Another processor, played by qemu: it starts, serves and loads koffi; it cannot start itself a second time there. */
const libraries = '/usr/aarch64-linux-gnu';
const missing = [
  ...lacking('qemu-aarch64-static'),
  ...(existsSync(`${libraries}/lib/libstdc++.so.6`) ? [] : [libraries]),
];
const why =
  process.env.FLOWLINE_SOAK !== 'true'
    ? '--soak runs it'
    : process.arch !== 'x64'
      ? 'this is no x86-64'
      : missing.length > 0
        ? `it needs ${missing.join(', ')}`
        : null;

describe.skipIf(why !== null)(`the file for ARM64${why === null ? '' : `: ${why}`}`, () => {
  test('its hub serves the page, and its driver process loads koffi', async () => {
    const place = await temporaryFolder();
    const emulated = ['qemu-aarch64-static', '-L', libraries, buildStandalone('arm64')];
    const environment = { XDG_CACHE_HOME: place.path };
    const hub = await startHubProgram('hub', [], environment, undefined, emulated);
    expect(await (await fetch(`${hub.url}/`, { headers: { accept: 'text/html' } })).text()).toContain(
      'FlowLine',
    );
    await hub.end();
    const { startChild } = await import('../../src/agent/drivers/nvml/childProcess.ts');
    const [program = '', ...words] = emulated;
    const said = await new Promise((resolve) => {
      const child = startChild(
        { command: [program, ...words, 'driver-child'], environment: { ...process.env, ...environment } },
        { onMessage: resolve, onEnd: resolve },
      );
      child.ask({ ask: 'start', parentPid: process.pid });
    });
    expect(said).toMatchObject({ say: 'trouble', state: 'absent' });
    await place.remove();
  }, 300_000);
});
