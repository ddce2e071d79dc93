/** The one door for what tells that this machine is going down: a few small files, and systemd's queue. */
import { execFile } from 'node:child_process';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { readKernelFile } from '../collectors/kernelFile.ts';
import { type GoingDownFacts, parseRunLevel } from './goingDown.ts';

/** It answers in some 10 ms; an agent that ends must not wait long for one that hangs. */
const SYSTEMCTL_PATIENCE_MS = 1000;
/** A shutdown of a large machine queues some hundred jobs of 80 characters. */
const LONGEST_ANSWER_BYTES = 1024 * 1024;
/** Some hundred logins; these files are written by root and lie in memory (/run). */
const LONGEST_FILE_BYTES = 256 * 1024;

export interface FactsOptions {
  /** Where commands are looked for. */
  path: string | undefined;
  /** A folder that stands for the machine's root. */
  root?: string;
}

/** Reads them all, within a second. Never rejects: what cannot be read is null. */
export async function readGoingDownFacts({ path, root = '/' }: FactsOptions): Promise<GoingDownFacts> {
  const text = async (file: string): Promise<string | null> =>
    (await readSmallFile(join(root, file)))?.toString('utf8') ?? null;
  const [jobs, scheduled, noLogin, utmp] = await Promise.all([
    askSystemd(path),
    text('run/systemd/shutdown/scheduled'),
    text('run/nologin'),
    readSmallFile(join(root, 'run/utmp')),
  ]);
  const firstProcess = readKernelFile(join(root, 'proc/1/cmdline'))?.split('\0') ?? [];
  return {
    firstProcess,
    jobs,
    scheduled,
    runLevel: utmp && parseRunLevel(utmp, process.arch),
    noLogin,
  };
}

/** Null where there is no systemd, or it does not answer. */
function askSystemd(path: string | undefined): Promise<string | null> {
  return new Promise((resolve) => {
    execFile(
      'systemctl',
      ['list-jobs', '--no-legend', '--no-pager', '--plain', '--full'],
      {
        timeout: SYSTEMCTL_PATIENCE_MS,
        killSignal: 'SIGKILL',
        maxBuffer: LONGEST_ANSWER_BYTES,
        env: { PATH: path ?? '/usr/bin:/bin', LC_ALL: 'C' },
      },
      (failure, output) => resolve(failure ? null : output),
    );
  });
}

async function readSmallFile(path: string): Promise<Buffer | null> {
  const file = await open(path).catch(() => null);
  if (!file) return null;
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LONGEST_FILE_BYTES));
    return buffer.subarray(0, bytesRead);
  } catch {
    return null;
  } finally {
    await file.close();
  }
}
