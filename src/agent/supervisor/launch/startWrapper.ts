/** Executes the wrapper of an attempt, in a session of its own, with the attempt's logs as its streams. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomically } from '../../../io/atomicFile.ts';
import { WRAPPER_SCRIPT } from '../wrapper/wrapperScript.ts';

/**
 * Writes the script into the folder under a name made of its content: a shell reads its script as it goes, so one that
 * runs is never written over by a newer FlowLine.
 */
export async function installWrapper(folder: string): Promise<string> {
  const digest = createHash('sha256').update(WRAPPER_SCRIPT).digest('hex').slice(0, 12);
  const path = join(folder, `wrapper-${digest}.sh`);
  const isThere = await access(path).then(
    () => true,
    () => false,
  );
  if (!isThere) await writeFileAtomically(path, WRAPPER_SCRIPT);
  return path;
}

const BASH = '/bin/bash';

export interface WrapperCommand {
  script: string;
  folder: string;
  workingDirectory: string;
  groupFolder: string | null;
  argv: readonly string[];
  environment: Record<string, string>;
  /** Where there is one. */
  usesBash: boolean;
  outFd: number;
  errFd: number;
}

/**
 * Resolves when the shell executes; rejects with the system's error where it cannot.
 * The shell is started in the attempt's own folder and changes to the working directory itself: that may be on a file
 * server that does not answer, and Node waits for a child until it executes.
 */
export function startWrapper(command: WrapperCommand): Promise<ChildProcess> {
  const { script, folder, workingDirectory, groupFolder, argv, environment } = command;
  const [file = '/bin/sh', ...flags] = command.usesBash && existsSync(BASH) ? [BASH, '--posix'] : ['/bin/sh'];
  const child = spawn(file, [...flags, script, folder, workingDirectory, groupFolder ?? '', ...argv], {
    cwd: folder,
    env: environment,
    detached: true,
    stdio: ['ignore', command.outFd, command.errFd],
  });
  child.unref();
  return new Promise((resolve, reject) => {
    child.once('spawn', () => resolve(child));
    child.once('error', reject);
  });
}
