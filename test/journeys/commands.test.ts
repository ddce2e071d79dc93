/** The built program's commands against `up` on this machine: what they print, how they end, what they do to a process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  freePort,
  type RunningHub,
  runProgram,
  startHubProgram,
  temporaryFolder,
} from '../support/program.ts';
import { waitFor } from '../support/waitFor.ts';

const PROGRAM = join(import.meta.dirname, '..', '..', 'bin', 'flowline.mjs');

let up: RunningHub;
let children: ChildProcess[];
beforeAll(async () => {
  children = [];
  up = await startHubProgram('up');
  await waitFor('this machine online', async () => (await command('nodes')).output.includes('online'));
});
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL');
  await up.end();
});

/** With the hub and its data folder named by the environment, as a user has them. */
const surroundings = (): Record<string, string> => ({
  FLOWLINE_HUB: up.url,
  FLOWLINE_DATA: up.dataFolder,
  FLOWLINE_TOKEN: '',
  LC_ALL: 'C',
});
const command = (...args: string[]) => runProgram(args, surroundings());

/** A process of ours that stays until it is ended. */
function sleeper(script = 'sleep 600'): { pid: number; ended: Promise<unknown>; child: ChildProcess } {
  const child = spawn('bash', ['-c', `${script}; true`], { stdio: 'ignore' });
  children.push(child);
  if (child.pid === undefined) throw new Error('bash did not start');
  return { pid: child.pid, ended: new Promise((resolve) => child.once('exit', resolve)), child };
}

/** Runs a line of shell. */
async function shell(line: string): Promise<{ code: number | null; output: string; errors: string }> {
  const child = spawn('bash', ['-c', line], { env: { ...process.env, ...surroundings() } });
  let output = '';
  let errors = '';
  child.stdout.on('data', (data) => {
    output += String(data);
  });
  child.stderr.on('data', (data) => {
    errors += String(data);
  });
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, output, errors };
}

describe('looking', () => {
  test.each(['nodes', 'containers', 'sessions', 'processes', 'status', 'doctor'])(
    '%s --json prints JSON and nothing else',
    async (name) => {
      const { code, output, errors } = await command(name, '--json');
      expect(errors).toBe('');
      expect(code).toBe(0);
      expect(typeof JSON.parse(output)).toBe('object');
    },
  );

  test('nodes names this machine', async () => {
    expect((await command('nodes')).output).toContain(hostname());
  });

  test('a search finds a process by its command line', async () => {
    const { pid } = sleeper('sleep 597');
    // A pid among the words is looked at now; the list of all others may be 10 s old.
    const { output } = await command('processes', 'SLEEP', '597', String(pid));
    expect(output).toMatch(new RegExp(`${pid} .*sleep 597`));
  });

  test('find without GPUs says so and ends with 1', async () => {
    const { code, output, errors } = await command('find', '--gpus', '2');
    expect(code).toBe(1);
    expect(output).toBe('');
    expect(errors).toContain('2 free GPUs on one machine');
  });

  test('status speaks Chinese where the locale does', async () => {
    const { output } = await runProgram(['status'], { ...surroundings(), LC_ALL: 'zh_CN.UTF-8' });
    expect(output).toContain('在线');
    expect(output).toContain('内存');
  });

  test('the doctor looks at this machine, and through the hub at its agent', async () => {
    const here = JSON.parse((await command('doctor', '--json')).output) as { checks: { name: string }[] };
    const [node] = (JSON.parse((await command('nodes', '--json')).output) as { nodes: { id: string }[] })
      .nodes;
    const there = (await (await fetch(`${up.url}/api/v1/nodes/${node?.id}/doctor`)).json()) as typeof here;
    const names = here.checks.map((check) => check.name);
    expect(names).toEqual(
      expect.arrayContaining(['driver-library', 'data-folder', 'listen', 'hub', 'clock']),
    );
    // Only an agent has a link.
    expect(there.checks.map((check) => check.name)).toEqual([...names, 'link']);
  });
});

describe('ending', () => {
  test('a process is found, ended and answered for', async () => {
    const { pid, ended } = sleeper();
    const { code, output } = await command('processes', 'kill', '--yes', String(pid), '--json');
    expect(JSON.parse(output).results).toMatchObject([{ pid, outcome: 'done' }]);
    expect(code).toBe(0);
    await ended;
  });

  test('one that does not hear SIGTERM is ended after the grace', async () => {
    const { pid, ended } = sleeper("trap '' TERM; while true; do sleep 0.2; done");
    const { code } = await command('processes', 'kill', '--yes', `${hostname()}:${pid}`, '--grace', '1s');
    expect(code).toBe(0);
    await ended;
  });

  test('of two the one that is not there is called gone, the other is ended', async () => {
    const { pid, ended } = sleeper();
    const gone = sleeper();
    gone.child.kill('SIGKILL');
    await gone.ended;
    const { code, output } = await command('processes', 'kill', '--yes', String(pid), String(gone.pid));
    expect(code).toBe(0);
    expect(output).toMatch(new RegExp(`${pid} +ended`));
    expect(output).toMatch(new RegExp(`${gone.pid} +was gone already`));
    await ended;
  });

  test('a no on a pipe is no yes: nothing is ended without --yes', async () => {
    const { pid, child } = sleeper();
    const { code, errors } = await shell(`echo n | '${process.execPath}' '${PROGRAM}' processes kill ${pid}`);
    expect(code).toBe(2);
    expect(errors).toContain('--yes');
    expect(child.exitCode ?? child.signalCode).toBeNull();
  });

  test('without a token nobody ends anything: exit 4', async () => {
    const { pid, child } = sleeper();
    const empty = await temporaryFolder();
    const { code, output, errors } = await command(
      'processes',
      'kill',
      String(pid),
      '--data',
      empty.path,
      '--json',
    );
    await empty.remove();
    expect(code).toBe(4);
    expect(output).toBe('');
    expect(errors).not.toBe('');
    expect(child.exitCode).toBeNull();
  });

  test('at a terminal it asks once, naming what ends; a no ends nothing', async () => {
    const { pid, child, ended } = sleeper('sleep 598');
    const ask = (answer: string) =>
      shell(
        `printf '${answer}\\n' | script -qec "${process.execPath} ${PROGRAM} processes kill ${pid}" /dev/null`,
      );
    const refused = await ask('n');
    expect(refused.output.match(/End this process\?/g)).toHaveLength(1);
    expect(refused.output).toContain('sleep 598');
    expect(child.exitCode).toBeNull();
    expect(child.signalCode).toBeNull();
    await ask('y');
    await ended;
  });
});

describe('tokens', () => {
  test('without a login the hint is another than the command that was typed', async () => {
    const empty = await temporaryFolder();
    const { code, errors } = await command('token', 'link', '--data', empty.path);
    await empty.remove();
    expect(code).toBe(4);
    expect(errors).toContain('the user who started the hub');
    expect(errors).not.toContain('flowline token link');
  });

  test('one that reads expires after 90 days unless told otherwise', async () => {
    const { code, output, errors } = await command('token', 'create', '--scope', 'read');
    expect(code).toBe(0);
    expect(output.trim()).toMatch(/^fl_\S+$/);
    expect(errors).toContain('90 d');
    const lasting = await command('token', 'create', '--scope', 'read', '--expires', 'never', '--json');
    expect(JSON.parse(lasting.output).info.expiresAtMs).toBeNull();
    expect(lasting.errors).toBe('');
  });

  test('a hub that is just being started is waited for', async () => {
    const port = await freePort();
    const folder = await temporaryFolder();
    const line = `'${process.execPath}' '${PROGRAM}'`;
    const rest = `--data '${folder.path}'`;
    const { code, output } = await shell(
      `${line} hub --listen ${port} ${rest} >/dev/null 2>&1 & hub=$!
       FLOWLINE_HUB=http://127.0.0.1:${port} ${line} token link ${rest}; code=$?
       kill $hub; wait $hub; exit $code`,
    );
    await folder.remove();
    expect(output).toContain(`:${port}/#code=`);
    expect(code).toBe(0);
  });
});

describe('as a good citizen of the shell', () => {
  test('a reader that leaves early is no failure', async () => {
    const line = `set -o pipefail; '${process.execPath}' '${PROGRAM}' status --json | head -c 20`;
    const { code, output, errors } = await shell(line);
    expect(output.trim().startsWith('{')).toBe(true);
    expect(errors).toBe('');
    expect(code).toBe(0);
  });

  test('an unknown command suggests the nearest: exit 2', async () => {
    const { code, errors } = await command('staus');
    expect(code).toBe(2);
    expect(errors).toContain('Did you mean status?');
  });

  test('a hub that is not there: exit 3, nothing on stdout', async () => {
    const hub = `http://127.0.0.1:${await freePort()}`;
    const { code, output, errors } = await command('nodes', '--json', '--hub', hub);
    expect(code).toBe(3);
    expect(output).toBe('');
    expect(errors).toContain(hub);
  });

  test('a port that a hub has: exit 1, who holds it, and its page', async () => {
    const empty = await temporaryFolder();
    const { port } = new URL(up.url);
    const { code, errors } = await command('hub', '--listen', port, '--data', empty.path);
    await empty.remove();
    expect(code).toBe(1);
    expect(errors).toContain(`in use by flowline up (pid ${up.child.pid})`);
    expect(errors).toContain(`its page is ${up.url}`);
  });

  test('a token that is wrong: exit 4', async () => {
    const { code, output } = await runProgram(['token', 'list', '--json'], {
      ...surroundings(),
      FLOWLINE_TOKEN: 'fl_wrong',
    });
    expect(code).toBe(4);
    expect(output).toBe('');
  });
});
