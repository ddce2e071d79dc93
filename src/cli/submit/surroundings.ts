/** What a task takes along from where it was submitted: folder, environment, virtual environment, and the code's commit. */
import { execFile } from 'node:child_process';
import { realpath, stat } from 'node:fs/promises';
import { basename, isAbsolute, join, resolve } from 'node:path';
import { MAX_ENVIRONMENT_BYTES } from '../../model/limits.ts';
import { Environment } from '../../protocol/supervision.ts';
import { wrongUsage } from '../context.ts';
import type { SubmitProblems } from '../words/submitProblems.ts';
import type { QueueOptions } from './options.ts';

type Variables = Record<string, string | undefined>;

/**
 * The folder a run works in: the one named, else this one by the name the shell calls it, which an automounter may need.
 * @throws CommandFailure
 */
export async function workingDirectoryOf(
  named: string | undefined,
  shell: Variables,
  problems: SubmitProblems,
): Promise<string> {
  const here = process.cwd();
  if (named === undefined) {
    const called = shell.PWD;
    const isSame = called !== undefined && isAbsolute(called) && (await real(called)) === (await real(here));
    return isSame ? called : here;
  }
  const folder = resolve(here, named);
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory()) return folder;
  throw wrongUsage(problems.noFolder('--cwd', named, found !== null));
}

const real = (path: string): Promise<string | null> => realpath(path).catch(() => null);

/**
 * The shell's environment, whole, with what was named beside it.
 * @throws CommandFailure where it is too large to be passed on
 */
export async function environmentFor(
  options: Pick<QueueOptions, 'env' | 'venv' | 'conda'>,
  shell: Variables,
  problems: SubmitProblems,
): Promise<Environment> {
  const variables: Record<string, string> = {};
  for (const [name, value] of Object.entries(shell)) if (value !== undefined) variables[name] = value;
  if (options.venv !== undefined)
    activateVenv(variables, await pythonFolder(options.venv, '--venv', problems));
  if (options.conda !== undefined) await activateConda(variables, options.conda, shell, problems);
  for (const [name, value] of options.env) variables[name] = value;
  const checked = Environment.safeParse(variables);
  if (checked.success) return checked.data;
  const [largest] = Object.entries(variables).sort(([, a], [, b]) => b.length - a.length);
  throw wrongUsage(
    problems.environmentTooLarge(
      MAX_ENVIRONMENT_BYTES / 1024,
      largest ? [largest[0], Math.ceil(largest[1].length / 1024)] : null,
    ),
  );
}

/** A folder with bin/python in it. */
async function pythonFolder(named: string, option: string, problems: SubmitProblems): Promise<string> {
  const folder = resolve(process.cwd(), named);
  if (await stat(join(folder, 'bin', 'python')).catch(() => null)) return folder;
  throw wrongUsage(problems.noPython(option, named, join(folder, 'bin', 'python')));
}

/** As `source DIR/bin/activate` would. */
function activateVenv(variables: Record<string, string>, folder: string): void {
  variables.VIRTUAL_ENV = folder;
  variables.PATH = `${join(folder, 'bin')}:${variables.PATH ?? '/usr/bin:/bin'}`;
  delete variables.PYTHONHOME;
}

/** As `conda activate NAME` would, but for the scripts that packages may bring. */
async function activateConda(
  variables: Record<string, string>,
  name: string,
  shell: Variables,
  problems: SubmitProblems,
): Promise<void> {
  const folder = name.includes('/')
    ? await pythonFolder(name, '--conda', problems)
    : await condaPrefix(name, shell, problems);
  variables.CONDA_PREFIX = folder;
  variables.CONDA_DEFAULT_ENV = name.includes('/') ? folder : name;
  variables.PATH = `${join(folder, 'bin')}:${variables.PATH ?? '/usr/bin:/bin'}`;
  delete variables.PYTHONHOME;
}

async function condaPrefix(name: string, shell: Variables, problems: SubmitProblems): Promise<string> {
  // A shell that was set up for conda, or for micromamba, says where it is: the word itself is a function there.
  const program = shell.CONDA_EXE || shell.MAMBA_EXE || 'conda';
  const answer = await output(program, ['env', 'list', '--json'], 15_000);
  let prefixes: string[] = [];
  try {
    const { envs } = JSON.parse(answer ?? '') as { envs?: unknown };
    if (Array.isArray(envs)) prefixes = envs.filter((path): path is string => typeof path === 'string');
  } catch {
    throw wrongUsage(problems.condaSilent(name));
  }
  const found = prefixes.find((prefix, index) =>
    name === 'base' ? index === 0 : basename(prefix) === name && index > 0,
  );
  if (found !== undefined) return found;
  const names = prefixes.map((prefix, index) => (index === 0 ? 'base' : basename(prefix)));
  throw wrongUsage(problems.noConda(name, names.join(', ')));
}

export interface GitState {
  gitCommit: string | null;
  gitDirty: boolean | null;
}

/** Commit of the folder's repository and whether tracked files differ from it; null where there is none, or git is slow. */
export async function gitStateOf(folder: string): Promise<GitState> {
  const commit = await output('git', ['-C', folder, 'rev-parse', '--verify', 'HEAD'], 2000);
  if (commit === null) return { gitCommit: null, gitDirty: null };
  const changes = await output(
    'git',
    ['-C', folder, '--no-optional-locks', 'status', '--porcelain', '--untracked-files=no'],
    3000,
  );
  return { gitCommit: commit.trim(), gitDirty: changes === null ? null : changes.trim() !== '' };
}

/** What a program printed, or null where it failed or took longer. */
const output = (file: string, args: readonly string[], timeoutMs: number): Promise<string | null> =>
  new Promise((resolve) => {
    execFile(file, [...args], { timeout: timeoutMs, maxBuffer: 16 * 1024 * 1024 }, (failure, stdout) =>
      resolve(failure ? null : stdout),
    );
  });
