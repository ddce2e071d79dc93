/**
 * Which Python environment a process belongs to, from the paths it was started by and those of the modules that it loaded. Pure,
 * and from paths only: environment variables are never sampled (trust.md 8), and a look for `pyvenv.cfg` would touch file
 * systems that may hang.
 */
import { dirname, resolve } from 'node:path';

export interface StartedProgram {
  /** What the kernel executes, symbolic links resolved. */
  executable: string | null;
  workingDirectory: string | null;
  argv: readonly string[];
}

const PYTHON = /\/bin\/(?:python|pypy)[\d.]*$/;
/** `…/envs/NAME/bin/python3.11` */
const CONDA_ENVIRONMENT = /\/envs\/([^/]+)\/bin\/[^/]+$/;
/** `…/miniconda3/bin/python3.11` */
const CONDA_BASE = /\/(?:mini|ana|mamba)?(?:conda|forge|mamba)\d*\/bin\/[^/]+$/i;
const SYSTEM_PREFIX = /^\/(?:usr(?:\/local)?)?\/?bin\//;

/**
 * Name of the conda environment (`base` for its own), path of the virtual environment, or null. A virtual environment's
 * python is a link to another python: it shows where the path in argv is not the executable's. One that was activated and started
 * as plain `python` looks like the system's: what it loaded tells (`findMappedEnvironment`).
 */
export function findPythonEnvironment({ executable, workingDirectory, argv }: StartedProgram): string | null {
  if (executable === null || !PYTHON.test(executable)) return null;
  const invoked = invokedPath(argv[0], workingDirectory);
  for (const path of [invoked, executable]) {
    const name = path === null ? undefined : CONDA_ENVIRONMENT.exec(path)?.[1];
    if (name !== undefined) return name;
  }
  const isLink = invoked !== null && invoked !== executable && dirname(invoked) !== dirname(executable);
  if (isLink && PYTHON.test(invoked) && !SYSTEM_PREFIX.test(invoked)) return dirname(dirname(invoked));
  return CONDA_BASE.test(executable) ? 'base' : null;
}

/** Whether a program is a python that was called by its name alone, so that its paths do not tell the environment. */
export const isBarePython = ({ executable, argv }: StartedProgram): boolean =>
  executable !== null && PYTHON.test(executable) && argv[0] !== undefined && !argv[0].includes('/');

/** `…/lib/python3.11/site-packages/torch/lib/libtorch.so`: what is before `/lib`. Tried once a line, however many blanks its path has. */
const MAPPED_MODULE = /^(?:\S+ +){5}(\/[^\n]{1,1024}?)\/lib(?:64)?\/(?:python|pypy)[\d.]+\/site-packages\//gm;

/**
 * Path of the virtual environment from which a process loaded a compiled module (numpy, torch: all that use a GPU load some), by
 * /proc/PID/maps; null where it loaded none, or only those of its own python, the system, or the user's `~/.local`.
 *
 *     7f3a1c000000-7f3a1c400000 r-xp 00000000 08:01 1234   /home/a/p/.venv/lib/python3.11/site-packages/numpy/core/_multiarray_umath.so
 */
export function findMappedEnvironment(mappings: string, executable: string): string | null {
  for (const [, prefix = ''] of mappings.matchAll(MAPPED_MODULE)) {
    const isOwn = executable.startsWith(`${prefix}/bin/`);
    if (!isOwn && !/^\/usr(\/local)?$|\/\.local$/.test(prefix)) return prefix;
  }
  return null;
}

/** The path in argv, made absolute; null for a bare name, which was looked up in a PATH that we do not know. */
function invokedPath(argument: string | undefined, workingDirectory: string | null): string | null {
  if (!argument?.includes('/')) return null;
  if (argument.startsWith('/')) return resolve(argument);
  return workingDirectory === null ? null : resolve(workingDirectory, argument);
}
