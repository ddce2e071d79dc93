/**
 * What stands between the user and the program, and leaves nothing behind: npm's scripts, and bin/flowline.mjs on a Node
 * that is too old for the program, which runs the Node that comes with it. On one that is new enough it is that very process, with
 * the role's own options.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { commandOf } from '../support/processTree.ts';
import { freePort, startHubProgram, temporaryFolder } from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const PROGRAM = join(ROOT, 'bin', 'flowline.mjs');
const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  scripts: Record<string, string>;
};

/** The system's own Node, where it is an older one. */
const olderNode = ['/usr/bin/node', '/usr/local/bin/node'].find((path) => {
  if (!existsSync(path)) return false;
  const { stdout } = spawnSync(path, ['--version'], { encoding: 'utf8' });
  return Number(/^v(\d+)/.exec(stdout)?.[1] ?? 99) < 24;
});

async function startHub() {
  const folder = await temporaryFolder();
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api/v1/health`;
  // A process group of its own, as a shell gives to each command.
  const starter = spawn(
    olderNode ?? '',
    [PROGRAM, 'up', '--listen', `127.0.0.1:${port}`, '--data', folder.path],
    {
      detached: true,
      stdio: 'ignore',
    },
  );
  const exit = new Promise<number | null>((resolve) => starter.once('exit', (code) => resolve(code)));
  await waitFor('the hub', async () => (await fetch(url)).ok);
  const program = Number(/pid (\d+)/.exec(readFileSync(join(folder.path, 'holder'), 'utf8'))?.[1]);
  return { starter, exit, program, isGone: () => !existsSync(`/proc/${program}`), remove: folder.remove };
}

describe('started by npm, which passes SIGTERM on to the shell that runs the script, and to nobody else', () => {
  test.each(['start', 'demo'])('the program of `npm run %s` ends with that shell', async (name) => {
    const folder = await temporaryFolder();
    const listen = `127.0.0.1:${await freePort()}`;
    const shell = spawn('sh', ['-c', `${scripts[name]} --listen ${listen} --data ${folder.path}`], {
      cwd: ROOT,
      detached: true,
      stdio: 'ignore',
    });
    const exit = new Promise<number | null>((resolve) => shell.once('exit', (code) => resolve(code)));
    try {
      await waitFor('the hub', async () => (await fetch(`http://${listen}/api/v1/health`)).ok);
      shell.kill('SIGTERM');
      expect(await exit).toBe(0);
      await expect(fetch(`http://${listen}/`)).rejects.toThrow();
    } finally {
      endGroup(shell);
      await folder.remove();
    }
  });
});

/** Whatever is left of a process group that a test started. */
function endGroup({ pid }: ChildProcess): void {
  try {
    process.kill(-(pid ?? 0), 'SIGKILL');
  } catch {
    // Nothing is left, as it should be.
  }
}

test('started by Node 24 it stays that process, and Node has the options of its role', async () => {
  const hub = await startHubProgram('up');
  const { pid = 0 } = hub.child;
  expect(readFileSync(join(hub.dataFolder, 'holder'), 'utf8')).toContain(`pid ${pid}`);
  expect(commandOf(pid)).toContain('--max-semi-space-size=8');
  await hub.end();
});

describe.skipIf(olderNode === undefined)(
  'started by an older Node (skipped where the system has none)',
  () => {
    test("a terminal's Ctrl+C, which reaches both processes, ends it in order", async () => {
      const hub = await startHub();
      expect(hub.program).not.toBe(hub.starter.pid);
      process.kill(-(hub.starter.pid ?? 0), 'SIGINT');
      expect(await hub.exit).toBe(0);
      expect(hub.isGone()).toBe(true);
      await hub.remove();
    });

    test('SIGTERM is passed on, and so is the exit code', async () => {
      const hub = await startHub();
      hub.starter.kill('SIGTERM');
      expect(await hub.exit).toBe(0);
      await hub.remove();
      expect(spawnSync(olderNode ?? '', [PROGRAM, 'status', '--nonsense']).status).toBe(2);
    });

    test('kill -9 of what the user sees ends the program too', async () => {
      const hub = await startHub();
      hub.starter.kill('SIGKILL');
      await waitFor('the program to end', hub.isGone);
      await hub.remove();
    });
  },
);
