/** What a newcomer types, in a fresh clone: `npm ci && npm start`, with the system's own Node, and the page is there. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { freePort, temporaryFolder } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

const root = new URL('../..', import.meta.url).pathname;
/** Half a minute and some 400 MB: only where it is asked for. */
const isWanted = process.env.CI === 'true' || process.env.FLOWLINE_SOAK === 'true';
const why = isWanted
  ? existsSync(`${root}/.git`)
    ? null
    : 'this is no clone'
  : 'it takes long; --soak runs it';
const INSTALL_MS = 300_000;

describe.skipIf(why !== null)(`a fresh clone${why === null ? '' : `: ${why}`}`, () => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>;
  beforeAll(async () => {
    folder = await temporaryFolder();
  });
  let start: ChildProcess | null = null;
  const signalGroup = (signal: NodeJS.Signals): void => {
    if (start?.pid && start.exitCode === null && start.signalCode === null) process.kill(-start.pid, signal);
  };
  afterAll(async () => {
    signalGroup('SIGKILL');
    await folder.remove();
  });

  test(
    '`npm ci && npm start` serves the page, and Ctrl-C ends it with nothing left',
    async () => {
      const clone = `${folder.path}/flowline`;
      run('git', ['clone', '--quiet', root, clone], folder.path);
      run('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], clone);
      const listen = `127.0.0.1:${await freePort()}`;
      start = spawn('npm', ['start', '--', '--listen', listen, '--data', `${folder.path}/data`], {
        cwd: clone,
        env: systemEnvironment(),
        // A group of its own, which Ctrl-C in a terminal would reach as a whole.
        detached: true,
        stdio: 'ignore',
      });
      const ended = once(start, 'exit');
      const page = await waitFor(
        'the page',
        async () => (await fetch(`http://${listen}/`, { headers: { accept: 'text/html' } })).text(),
        60_000,
      );
      expect(page).toContain('<title>FlowLine</title>');
      const script = /src="(\/assets\/[^"]+\.js)"/.exec(page)?.[1];
      expect((await fetch(`http://${listen}${script}`)).headers.get('content-type')).toContain('javascript');
      const { version } = (await (await fetch(`http://${listen}/api/v1/health`)).json()) as {
        version: string;
      };
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      signalGroup('SIGINT');
      await ended;
      await expect(fetch(`http://${listen}/`)).rejects.toThrow();
      // Called as it stands in README, outside npm's scripts: by the system's own Node.
      const status = run('node', ['bin/flowline.mjs', 'status', '--json'], clone);
      expect(JSON.parse(status)).toMatchObject({ nodes: [{ state: 'online' }] });
    },
    INSTALL_MS,
  );
});

/** Without what this test run put there: the newcomer's Node is the system's, 18 or newer. */
function systemEnvironment(): NodeJS.ProcessEnv {
  const path = (process.env.PATH ?? '').split(':').filter((part) => !part.includes('node_modules'));
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(npm_(?!config_)|NODE_ENV|VITEST)/i.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: path.join(':') };
}

/**
 * What a command printed.
 * @throws with what it said on its standard error where it failed
 */
function run(command: string, args: string[], cwd: string): string {
  const { status, signal, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env: systemEnvironment(),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} failed (${signal ?? status}): ${stderr}`);
  return stdout;
}
