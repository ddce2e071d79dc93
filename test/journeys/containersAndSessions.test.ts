/** Real containers, screens and tmux servers, seen as the agent sees them, joined with the processes in them. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startContainerSource } from '../../src/agent/collectors/containers/containerSource.ts';
import { joinDetails } from '../../src/agent/collectors/joinDetails.ts';
import { startProcessSource } from '../../src/agent/collectors/processes/processSource.ts';
import { startSessionSource } from '../../src/agent/collectors/sessions/sessionSource.ts';
import type { ContainerSource, FoundContainer, FoundSession } from '../../src/agent/collectors/sources.ts';
import { skipWithout } from '../support/needs.ts';
import { type RealDocker, startRealDocker } from '../support/realDocker.ts';
import { waitFor } from '../support/waitFor.ts';

const isRoot = process.getuid?.() === 0;

/** What the agent says of a process, with these containers and sessions around it. */
async function detailsOf(pid: number, around: { containers?: FoundContainer[]; sessions?: FoundSession[] }) {
  const source = startProcessSource();
  try {
    const facts = (await source.inspect([pid])).get(pid);
    if (!facts) throw new Error(`process ${pid} cannot be read`);
    return joinDetails(facts, { containers: [], sessions: [], tasks: [], ...around });
  } finally {
    await source.stop();
  }
}

describe.skipIf(!isRoot || skipWithout('dockerd', 'docker', 'busybox'))('real containers (dockerd)', () => {
  let engine: RealDocker;
  let source: ContainerSource;
  beforeAll(async () => {
    engine = await startRealDocker();
    source = startContainerSource({
      knownGpus: () => [
        { uuid: 'GPU-0', index: 0 },
        { uuid: 'GPU-1', index: 1 },
      ],
      sockets: [{ path: engine.socketPath, program: ['docker'] }],
    });
  });
  afterAll(async () => {
    await source?.stop();
    await engine?.stop();
  });

  const find = async (name: string) =>
    (await source.read()).containers.find(({ container }) => container.name === name);
  const start = (name: string, ...args: string[]) =>
    engine.docker('run', '-d', '--network=none', '--name', name, ...args);

  test('a container is seen with its GPUs, its owner and what it uses, and its process belongs to it', async () => {
    await start(
      'trainer',
      '--gpus',
      '"device=1"',
      '--label',
      'flowline.owner=alice',
      'busybox',
      'sh',
      '-c',
      'while :; do :; done',
    );
    const found = await waitFor('the container', async () => {
      const seen = await find('trainer');
      return seen?.container.state === 'running' && seen;
    });
    expect(found).toMatchObject({
      container: {
        state: 'running',
        image: 'busybox',
        engine: 'docker',
        gpus: [1],
        owner: 'alice',
        enterCommand: 'docker exec -it trainer sh',
      },
      ownerLabel: 'alice',
    });
    expect(found.container.memoryUsedBytes).toBeGreaterThan(0);
    const pid = Number(await engine.docker('inspect', '-f', '{{.State.Pid}}', 'trainer'));
    const { containers } = await source.read();
    expect(await detailsOf(pid, { containers })).toMatchObject({
      user: 'root',
      container: 'trainer',
      owner: 'alice',
      ownerRule: 'label',
    });
    const busy = await waitFor(
      'its use of the processor',
      async () => (await find('trainer'))?.container.cpuPercent,
    );
    expect(busy).toBeGreaterThan(5);
  });

  test('what happens to a container is seen without asking the engine again and again', async () => {
    await start('short', 'busybox', 'sleep', '1000');
    await waitFor('its start', async () => (await find('short'))?.container.state === 'running');
    await engine.docker('pause', 'short');
    await waitFor('its pause', async () => (await find('short'))?.container.state === 'paused');
    await engine.docker('unpause', 'short');
    await engine.docker('rename', 'short', 'renamed');
    await waitFor('its new name', () => find('renamed'));
    await engine.docker('kill', 'renamed');
    const ended = await waitFor('its end', async () => {
      const found = await find('renamed');
      return found?.container.state === 'exited' && found;
    });
    expect(ended.container).toMatchObject({ memoryUsedBytes: null, cpuPercent: null, enterCommand: null });
    await engine.docker('rm', 'renamed');
    await waitFor('its removal', async () => (await find('renamed')) === undefined);
  });
});

describe.skipIf(skipWithout('screen', 'tmux', 'script'))('real sessions (screen, tmux)', () => {
  let folder: string;
  const releases: (() => unknown)[] = [];
  const environment = (): Record<string, string> => ({
    SCREENDIR: join(folder, 'screen'),
    TMUX_TMPDIR: folder,
  });
  const childEnvironment = () => ({ ...process.env, ...environment(), TERM: 'xterm' });
  const run = (file: string, ...args: string[]) =>
    execFileSync(file, args, { env: childEnvironment(), encoding: 'utf8' });
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'flowline-sessions-'));
    execFileSync('mkdir', ['-m', '700', join(folder, 'screen')]);
  });
  afterEach(() => {
    for (const release of releases.splice(0).reverse()) release();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  async function look() {
    const source = startSessionSource({ environment: environment(), screenFolders: [] });
    try {
      return await source.read();
    } finally {
      await source.stop();
    }
  }
  const findSession = async (name: string) =>
    (await look()).sessions.find(({ session }) => session.name === name);

  /** The process whose command is exactly this, somewhere on the machine. */
  async function findProcess(command: string): Promise<number> {
    const source = startProcessSource();
    try {
      return await waitFor(
        command,
        async () => (await source.all()).find((one) => one.command === command)?.pid,
        25_000,
      );
    } finally {
      await source.stop();
    }
  }

  /** Attaches in a terminal of its own, by the command that the agent gives people. */
  function attach(command: string): ChildProcess {
    const terminal = spawn('script', ['-qec', command, '/dev/null'], {
      stdio: ['pipe', 'ignore', 'ignore'],
      env: childEnvironment(),
    });
    releases.push(() => terminal.kill('SIGKILL'));
    return terminal;
  }

  test('a screen is seen, its program belongs to it, and attaching by the given command shows', async () => {
    run('screen', '-dmS', 'my train', 'sleep', '71001');
    releases.push(() => run('screen', '-S', 'my train', '-X', 'quit'));
    const found = await waitFor('the screen', () => findSession('my train'));
    expect(found.session).toMatchObject({ kind: 'screen', attached: false });
    expect(Math.abs((found.session.createdAtMs ?? 0) - Date.now())).toBeLessThan(60_000);
    const pid = await findProcess('sleep 71001');
    expect(await detailsOf(pid, { sessions: [found] })).toMatchObject({
      session: 'screen:my train',
      ownerRule: 'uid',
    });
    attach(found.session.attachCommand ?? 'false');
    const attached = await waitFor('somebody at the screen', async () => {
      const again = await findSession('my train');
      return again?.session.attached && again;
    });
    expect(attached.session.attachCommand).toMatch(/screen -d -r/);
  });

  test('a tmux session is seen, its program belongs to it, and attaching by the given command shows', async () => {
    run('tmux', '-L', 'lab', 'new-session', '-d', '-s', 'my work', 'sleep 71002');
    releases.push(() => run('tmux', '-L', 'lab', 'kill-server'));
    const found = await waitFor('the session', () => findSession('my work'));
    expect(found.session).toMatchObject({ kind: 'tmux', attached: false });
    const pid = await findProcess('sleep 71002');
    expect(await detailsOf(pid, { sessions: [found] })).toMatchObject({ session: 'tmux:my work' });
    attach(found.session.attachCommand ?? 'false');
    await waitFor('somebody at the session', async () => (await findSession('my work'))?.session.attached);
  });

  test('sessions that ended are not seen any more', async () => {
    run('screen', '-dmS', 'short', 'sleep', '71003');
    // A server of its own: one that is just ending would take the new session with it.
    run('tmux', '-L', 'brief', 'new-session', '-d', '-s', 'brief', 'sleep 71004');
    await waitFor('both', async () => (await findSession('short')) && (await findSession('brief')));
    run('screen', '-S', 'short', '-X', 'quit');
    run('tmux', '-L', 'brief', 'kill-server');
    await waitFor('neither', async () => !(await findSession('short')) && !(await findSession('brief')));
  });
});
