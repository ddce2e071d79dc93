/**
 * The file to copy: built, and used as hub, agent and command where no Node and no node_modules are. The agent is ended as
 * systemd ends it with KillMode=process, itself alone, and its successor finds the run.
 */
import { spawnSync } from 'node:child_process';
import {
  appendFileSync,
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { HubClient } from '../../src/client/hubClient.ts';
import { administratorOf } from '../support/administrator.ts';
import { imagineMachine } from '../support/imaginedMachines.ts';
import { lacking, skipWithout } from '../support/needs.ts';
import { commandOf } from '../support/processTree.ts';
import {
  type RunningHub,
  type RunningProgram,
  runProgram,
  startHubProgram,
  startProgram,
  temporaryFolder,
} from '../support/program.ts';
import { startRealDocker } from '../support/realDocker.ts';
import { type StandInDriver, standInDriver } from '../support/standInDriver.ts';
import { waitFor } from '../support/waitFor.ts';

const root = join(import.meta.dirname, '..', '..');

const builtFiles = new Map<string, string>();

/** Built once for all tests here. */
function buildStandalone(arch: string): string {
  const known = builtFiles.get(arch);
  if (known !== undefined) return known;
  const built = spawnSync(process.execPath, [join(root, 'scripts', 'run.mjs'), 'standalone', arch], {
    encoding: 'utf8',
  });
  if (built.status !== 0) throw new Error(built.stderr);
  const file = join(root, 'build', 'standalone', `flowline-linux-${arch}`);
  builtFiles.set(arch, file);
  return file;
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

  test('where it may be unpacked for a while only, nothing is left at the end, and Node has the options of its role', async () => {
    // Others may write the places where it would stay.
    const open = join(place.path, 'open');
    mkdirSync(open);
    chmodSync(open, 0o777);
    const temporary = join(place.path, 'temporary');
    mkdirSync(temporary, { mode: 0o700 });
    const here = {
      XDG_CACHE_HOME: join(open, 'cache'),
      XDG_RUNTIME_DIR: temporary,
      XDG_STATE_HOME: join(open, 'state'),
    };
    const other = await startHubProgram('hub', [], { ...environment, ...here }, undefined, [file]);
    expect(readdirSync(temporary)).toHaveLength(1);
    expect(commandOf(other.child.pid ?? 0).join(' ')).toContain('--max-semi-space-size=8');
    expect(await other.stop()).toBe(0);
    expect(readdirSync(temporary)).toEqual([]);
    await other.end();
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

const isSoak = process.env.FLOWLINE_SOAK === 'true';
/** The layers of the image are copied for each step: half a minute. */
const lackingDocker = lacking('dockerd', 'docker', 'busybox');
const whyNoImage = !isSoak
  ? '--soak runs it'
  : process.getuid?.() !== 0
    ? 'it needs root'
    : lackingDocker.length > 0
      ? `it needs ${lackingDocker.join(', ')}`
      : null;

describe.skipIf(whyNoImage !== null)(`the image${whyNoImage === null ? '' : `: ${whyNoImage}`}`, () => {
  test('the hub in a container: not as root, on a read-only disk, healthy, and its data outlive it', async () => {
    const file = buildStandalone(process.arch);
    const { docker, stop } = await startRealDocker();
    try {
      const base = makeBase(file);
      await docker('import', join(base, 'base.tar'), 'base');
      rmSync(base, { recursive: true });
      const built = [
        '--build-arg',
        'BASE=base',
        '--build-arg',
        `FILE=${relative(root, file)}`,
        '-t',
        'hub',
        root,
      ];
      await docker('build', '--quiet', ...built);
      const limits = [
        '--network=none',
        '--read-only',
        '--tmpfs=/tmp',
        '--cap-drop=ALL',
        '--security-opt=no-new-privileges',
      ];
      const run = ['run', '-d', ...limits, '--health-interval=1s', '-v', 'data:/var/lib/flowline'];
      const inside = (name: string, ...words: string[]) => docker('exec', name, ...words);
      const isHealthy = async (name: string) =>
        (await docker('inspect', '-f', '{{.State.Health.Status}} {{.Config.User}}', name)) ===
        'healthy 10001:10001';
      await docker(...run, '--name=first', 'hub');
      await waitFor('it to be healthy', () => isHealthy('first'), 60_000);
      expect(await inside('first', 'flowline', 'token', 'link')).toContain('http://127.0.0.1:3569/#code=');
      const token = await inside('first', 'busybox', 'cat', '/var/lib/flowline/token');
      await docker('stop', 'first');
      expect(await docker('inspect', '-f', '{{.State.ExitCode}}', 'first')).toBe('0');
      await docker(...run, '--name=second', 'hub');
      await waitFor('its successor', () => isHealthy('second'), 60_000);
      expect(await inside('second', 'busybox', 'cat', '/var/lib/flowline/token')).toBe(token);
    } finally {
      await stop();
    }
  }, 180_000);
});

/** A folder with `base.tar`: a root with a shell and the C library of this machine: what the Dockerfile takes from Debian's image, without a registry. */
function makeBase(file: string): string {
  const base = mkdtempSync(join(tmpdir(), 'flowline-base-'));
  const libraries = spawnSync('ldd', [file], { encoding: 'utf8' }).stdout.matchAll(/(\/\S+) \(0x/g);
  for (const path of ['/bin/busybox', ...[...libraries].map(([, found]) => found ?? '')]) {
    mkdirSync(join(base, 'root', dirname(path)), { recursive: true });
    copyFileSync(path, join(base, 'root', path));
  }
  for (const name of ['sh', 'mkdir', 'chown', 'chmod']) symlinkSync('busybox', join(base, 'root/bin', name));
  mkdirSync(join(base, 'root/tmp'));
  mkdirSync(join(base, 'root/usr/local/bin'), { recursive: true });
  spawnSync('tar', ['-C', join(base, 'root'), '-cf', join(base, 'base.tar'), '.']);
  return base;
}

/** Another processor, played by qemu: it starts, serves and loads koffi; it cannot start itself a second time there. */
const libraries = '/usr/aarch64-linux-gnu';
const missing = [
  ...lacking('qemu-aarch64-static'),
  ...(existsSync(`${libraries}/lib/libstdc++.so.6`) ? [] : [libraries]),
];
const why = !isSoak
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
