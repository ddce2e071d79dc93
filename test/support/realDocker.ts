/** A real dockerd of a test's own: its socket, data and an image without any registry; needs root, dockerd, docker and busybox. */
import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { waitFor } from './waitFor.ts';

const run = promisify(execFile);

export interface RealDocker {
  socketPath: string;
  /** Runs `docker` against it; answers with what it printed. The image is called `busybox`. */
  docker(...args: string[]): Promise<string>;
  /** Ends the daemon and its containers. */
  stop(): Promise<void>;
}

/** Starts it, with a stand-in for NVIDIA's hook, so that `--gpus` is accepted and shown by inspect. */
export async function startRealDocker(): Promise<RealDocker> {
  const folder = await mkdtemp(join(tmpdir(), 'flowline-docker-'));
  const socketPath = join(folder, 'docker.sock');
  await mkdir(join(folder, 'bin'));
  await writeFile(join(folder, 'bin/nvidia-container-runtime-hook'), '#!/bin/sh\ncat >/dev/null\n', {
    mode: 0o755,
  });
  const daemon = spawn(
    'dockerd',
    [
      `--data-root=${folder}/data`,
      `--exec-root=${folder}/exec`,
      `--pidfile=${folder}/docker.pid`,
      `--host=unix://${socketPath}`,
      '--iptables=false',
      '--bridge=none',
      '--storage-driver=vfs',
    ],
    { stdio: 'ignore', env: { ...process.env, PATH: `${folder}/bin:${process.env.PATH}:/usr/sbin:/sbin` } },
  );
  const exited = new Promise((resolve) => daemon.once('exit', resolve));
  const docker = async (...args: string[]) => {
    const { stdout } = await run('docker', ['--host', `unix://${socketPath}`, ...args]);
    return stdout.trim();
  };
  const stop = async () => {
    const containers = (await docker('ps', '-aq').catch(() => '')).split('\n').filter((id) => id !== '');
    if (containers.length > 0) await docker('rm', '-f', ...containers).catch(() => {});
    daemon.kill('SIGTERM');
    await exited;
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    await waitFor('dockerd', () => docker('version').then(() => true), 30_000);
    await importBusybox(folder, docker);
  } catch (problem) {
    await stop();
    throw problem;
  }
  return { socketPath, docker, stop };
}

async function importBusybox(folder: string, docker: RealDocker['docker']): Promise<void> {
  const root = join(folder, 'root');
  await mkdir(join(root, 'bin'), { recursive: true });
  await copyFile('/bin/busybox', join(root, 'bin/busybox'));
  for (const name of ['sh', 'sleep']) await symlink('busybox', join(root, 'bin', name));
  await run('tar', ['-C', root, '-cf', join(folder, 'root.tar'), '.']);
  await docker('import', join(folder, 'root.tar'), 'busybox');
}
