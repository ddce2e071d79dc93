/** The wrapper under each shell that this machine has: what it writes is the same everywhere. */
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { waitFor } from '../../../../test/support/waitFor.ts';
import { WRAPPER_EXIT, WRAPPER_SCRIPT } from './wrapperScript.ts';

const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh'], ['ksh'], ['mksh'], ['yash']].filter(
  ([shell = '']) => spawnSync(shell, ['-c', ':']).error === undefined,
);

let folder: string;
let script: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'flowline wrapper-'));
  script = join(folder, 'wrapper.sh');
  writeFileSync(script, WRAPPER_SCRIPT);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('this machine has a POSIX shell', () => expect(SHELLS.length).toBeGreaterThan(0));

describe.each(SHELLS)('%s', (...shell) => {
  const [file = '', ...flags] = shell;
  const run = (argv: readonly string[], environment: Record<string, string> = {}, where = '/tmp') =>
    spawnSync(file, [...flags, script, folder, where, '', ...argv], {
      env: { PATH: process.env.PATH, ...environment },
      encoding: 'utf8',
      cwd: folder,
    });
  const json = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8'));

  test('executes the argv as it is, and says how it ended', () => {
    const ended = run(['printf', '<%s>', "it's", '$(id)', 'a b', '', '*']);
    expect(ended.stdout).toBe("<it's><$(id)><a b><><*>");
    expect(ended.stderr).toBe('');
    expect(json('start.json')).toMatchObject({ pid: expect.any(Number), startTicks: expect.any(Number) });
    expect(json('exit.json')).toMatchObject({ code: 0, user: expect.stringMatching(/^\d+m[\d.]+s$/) });
  });

  test.each([0, 1, 77, 126, 127, 128, 200, 255])('tells exit code %i', (code) => {
    expect(run(['/bin/sh', '-c', `exit ${code}`]).status).toBe(code);
    expect(json('exit.json').code).toBe(code);
  });

  test('never executes a word as a command of the shell’s own', () => {
    expect(run(['exit', '5']).status).toBe(127);
    rmSync(join(folder, 'claim'), { recursive: true });
    expect(run(['eval', 'touch', join(folder, 'made')]).status).toBe(127);
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });

  test('executes nothing where the claim is taken', () => {
    mkdirSync(join(folder, 'claim'));
    expect(run(['touch', join(folder, 'made')]).status).toBe(WRAPPER_EXIT.claimed);
    expect(existsSync(join(folder, 'made'))).toBe(false);
    expect(existsSync(join(folder, 'start.json'))).toBe(false);
  });

  test('executes nothing without its working directory, and says so', () => {
    expect(run(['touch', join(folder, 'made')], {}, '/no/such').status).toBe(
      WRAPPER_EXIT['working-directory'],
    );
    expect(readFileSync(join(folder, 'refused'), 'utf8')).toBe('working-directory\n');
    expect(existsSync(join(folder, 'made'))).toBe(false);
  });

  test('passes on what variables it has names for itself, and libraries only to the program', () => {
    const held = { _fl_held_library_path: '/opt/lib', IFS: 'x', CDPATH: '/', _fl_code: 'mine' };
    const ended = run(['env'], held);
    expect(ended.stdout.split('\n')).toContain('LD_LIBRARY_PATH=/opt/lib');
    expect(ended.stdout).not.toContain('_fl_held');
    expect(json('exit.json').code).toBe(0);
  });

  test('survives SIGTERM to its whole group, which ends the program', async () => {
    const child = spawn(
      file,
      [...flags, script, folder, '/tmp', '', '/bin/sh', '-c', 'grep SigIgn /proc/self/status; exec sleep 30'],
      {
        detached: true,
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    let said = '';
    child.stdout.on('data', (text) => {
      said += String(text);
    });
    await waitFor('the program', () => said.includes('\n'));
    process.kill(-(child.pid ?? 0), 'SIGTERM');
    const code = await new Promise((resolve) => child.once('exit', resolve));
    expect(code).toBe(143);
    expect(json('exit.json').code).toBe(143);
    expect(said).toMatch(/SigIgn:\s+0+\n/);
  });
});
