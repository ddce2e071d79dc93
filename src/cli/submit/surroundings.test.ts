/** conda and its environments as an installation lays them out: bin/conda, envs/NAME/bin, some without a python. */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { submitProblemsEn } from '../words/submitProblems.ts';
import { environmentFor } from './surroundings.ts';

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'flowline-conda-'));
  for (const folder of ['bin', 'envs/ml/bin', 'envs/r/bin'])
    await mkdir(join(root, folder), { recursive: true });
  const envs = [root, join(root, 'envs', 'ml'), join(root, 'envs', 'r')];
  await writeFile(
    join(root, 'bin', 'conda'),
    `#!/bin/sh\n[ "$*" = "env list --json" ] && cat <<'END'\n${JSON.stringify({ envs }, null, 2)}\nEND\n`,
  );
  await chmod(join(root, 'bin', 'conda'), 0o755);
  await writeFile(join(root, 'envs', 'ml', 'bin', 'python'), '');
});
afterEach(() => rm(root, { recursive: true, force: true }));

const environment = (conda: string, shell: Record<string, string> = {}) =>
  environmentFor(
    { env: [], conda },
    { PATH: '/usr/bin:/bin', CONDA_EXE: join(root, 'bin', 'conda'), PYTHONHOME: '/elsewhere', ...shell },
    submitProblemsEn,
  );

describe('--conda', () => {
  test('finds an environment by its name, and puts its bin first, as conda activate does', async () => {
    const ml = join(root, 'envs', 'ml');
    const found = await environment('ml');
    expect(found).toMatchObject({
      PATH: `${join(ml, 'bin')}:/usr/bin:/bin`,
      CONDA_PREFIX: ml,
      CONDA_DEFAULT_ENV: 'ml',
    });
    expect(found).not.toHaveProperty('PYTHONHOME');
    expect(await environment('base')).toMatchObject({ CONDA_PREFIX: root, CONDA_DEFAULT_ENV: 'base' });
    // One for R has no python, and is an environment all the same.
    expect(await environment('r')).toMatchObject({ CONDA_PREFIX: join(root, 'envs', 'r') });
  });

  test('takes a folder as it is, and micromamba where there is no conda', async () => {
    const ml = join(root, 'envs', 'ml');
    expect(await environment(ml)).toMatchObject({ CONDA_PREFIX: ml, CONDA_DEFAULT_ENV: ml });
    expect(await environment('ml', { CONDA_EXE: '', MAMBA_EXE: join(root, 'bin', 'conda') })).toMatchObject({
      CONDA_PREFIX: ml,
    });
  });

  test('says which there are, or what to name where conda does not answer', async () => {
    await expect(environment('nope')).rejects.toMatchObject({ hint: 'there are: base, ml, r' });
    await expect(environment(join(root, 'envs', 'r'))).rejects.toThrow(/there is no .*\/bin\/python/);
    await expect(environment('ml', { CONDA_EXE: '/nowhere' })).rejects.toMatchObject({
      hint: expect.stringContaining('--conda /path/to/envs/NAME'),
    });
  });
});
