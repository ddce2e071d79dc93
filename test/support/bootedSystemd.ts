/**
 * A real systemd, booted in a container over this machine's own files (systemd-nspawn on an overlay in memory), with the
 * built program in /opt/flowline: nothing of it reaches this machine. Needs root.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from './waitFor.ts';

const repository = join(import.meta.dirname, '..', '..');

/** Some seconds; more on a machine that does other things. */
const BOOT_MS = 90_000;

export interface BootedSystemd {
  /** Its files, as this machine sees them. */
  root: string;
  /** Runs a shell's script in it as root; both streams, whatever the exit code. */
  run(script: string): Promise<string>;
  stop(): Promise<void>;
}

export async function bootSystemd(): Promise<BootedSystemd> {
  const folder = mkdtempSync(join(tmpdir(), 'flowline-systemd-'));
  const layers = join(folder, 'layers');
  const root = join(folder, 'root');
  for (const path of [layers, root]) mkdirSync(path);
  call('mount', '-t', 'tmpfs', 'flowline', layers);
  for (const name of ['upper', 'work']) mkdirSync(join(layers, name));
  const options = `lowerdir=/,upperdir=${join(layers, 'upper')},workdir=${join(layers, 'work')}`;
  call('mount', '-t', 'overlay', 'flowline', '-o', options, root);
  placeProgram(root);
  const container = spawn(
    'systemd-nspawn',
    [
      '-D',
      root,
      '--register=no',
      '--keep-unit',
      '--boot',
      '--private-network',
      `--machine=flowline-${process.pid}`,
    ],
    { stdio: 'ignore' },
  );
  const ended = new Promise((resolve) => container.once('exit', resolve));
  const stop = async (): Promise<void> => {
    // As the switch of a machine would: nspawn passes it on.
    container.kill('SIGTERM');
    const late = setTimeout(() => container.kill('SIGKILL'), 20_000);
    await ended;
    clearTimeout(late);
    for (const path of [root, layers]) call('umount', path);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    const leader = await waitFor('the container', () => childOf(container.pid ?? 0), BOOT_MS);
    const run = (script: string) => runInside(leader, script);
    const isUp = async () => /running|degraded/.test(await run('systemctl is-system-running'));
    await waitFor('systemd to be up', isUp, BOOT_MS);
    return { root, run, stop };
  } catch (failure) {
    await stop();
    throw failure;
  }
}

async function runInside(leader: string, script: string): Promise<string> {
  const inside = ['-t', leader, '-m', '-u', '-i', '-n', '-p', '-C', '--', '/usr/bin/env', '-i', 'HOME=/root'];
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  return promisify(execFile)('nsenter', [...inside, path, 'bash', '-c', `exec 2>&1\n${script}`], {
    timeout: 100_000,
  }).then(
    ({ stdout }) => stdout,
    (failure: { stdout?: string }) => failure.stdout ?? String(failure),
  );
}

/** As `npm install -g` lays it out, with the Node that runs this test. */
function placeProgram(root: string): void {
  const place = join(root, 'opt/flowline');
  for (const path of ['dist', 'bin', 'package.json', 'node_modules/koffi', 'node_modules/@koromix'])
    cpSync(join(repository, path), join(place, path), { recursive: true });
  mkdirSync(join(root, 'opt/node'), { recursive: true });
  cpSync(process.execPath, join(root, 'opt/node/node'));
  const shim = join(root, 'usr/local/bin/flowline');
  rmSync(shim, { force: true });
  rmSync(join(root, 'usr/local/bin/node'), { force: true });
  symlinkSync('/opt/flowline/bin/flowline.mjs', shim);
  symlinkSync('/opt/node/node', join(root, 'usr/local/bin/node'));
}

function childOf(pid: number): string | null {
  const found = readdirSync('/proc').find((name) => {
    if (!/^\d+$/.test(name)) return false;
    try {
      return new RegExp(`^PPid:\\s+${pid}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'utf8'));
    } catch {
      return false;
    }
  });
  return found ?? null;
}

function call(program: string, ...words: string[]): void {
  const { status, stderr } = spawnSync(program, words, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${words.join(' ')}: ${stderr}`);
}
