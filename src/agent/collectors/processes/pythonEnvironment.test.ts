import { expect, test } from 'vitest';
import { findMappedEnvironment, findPythonEnvironment, isBarePython } from './pythonEnvironment.ts';

const python = (executable: string | null, argv0: string, workingDirectory: string | null = null) =>
  findPythonEnvironment({ executable, argv: [argv0, 'train.py'], workingDirectory });

test('a conda environment is told by name, the base one too', () => {
  expect(python('/home/a/miniconda3/envs/torch/bin/python3.10', 'python')).toBe('torch');
  expect(python('/opt/anaconda3/bin/python3.11', 'python')).toBe('base');
  expect(python('/home/a/miniforge3/bin/python3.11', 'python')).toBe('base');
});

test('a virtual environment is told by its path, also where it was started by a relative one', () => {
  expect(python('/usr/bin/python3.11', '/home/a/p/.venv/bin/python')).toBe('/home/a/p/.venv');
  expect(python('/usr/bin/python3.11', '.venv/bin/python3', '/home/a/p')).toBe('/home/a/p/.venv');
});

test('the system’s python, and what is no python, have none', () => {
  expect(python('/usr/bin/python3.11', 'python3')).toBeNull();
  expect(python('/usr/bin/python3.11', '/usr/bin/python3')).toBeNull();
  expect(python('/usr/bin/python3.11', '/bin/python3')).toBeNull();
  expect(python('/usr/local/bin/python3.12', '/usr/local/bin/python')).toBeNull();
  expect(python('/usr/bin/bash', '/home/a/envs/x/bin/bash')).toBeNull();
  expect(python(null, '/home/a/p/.venv/bin/python')).toBeNull();
});

test('one that was called by its name alone is told by the modules that it loaded', () => {
  const line = (path: string) =>
    `7f3a1c000000-7f3a1c400000 r-xp 00000000 08:01 1234                       ${path}\n`;
  const find = (...paths: string[]) => findMappedEnvironment(paths.map(line).join(''), '/usr/bin/python3.11');
  const numpy = 'lib/python3.11/site-packages/numpy/core/_multiarray_umath.cpython-311-x86_64-linux-gnu.so';
  expect(find('/usr/bin/python3.11', `/home/a/my project/.venv/${numpy}`)).toBe('/home/a/my project/.venv');
  expect(find(`/home/a/.local/${numpy}`, `/home/a/p/${numpy.replace('lib/', 'lib64/')}`)).toBe('/home/a/p');
  expect(find(`/home/a/.local/${numpy}`, `/usr/local/${numpy}`, '/usr/lib/libc.so.6', '[heap]')).toBeNull();
  // It begins where the line says, and not behind some blank in it.
  expect(find(`/${'x'.repeat(1100)} /home/b/.venv/${numpy}`)).toBeNull();
  // Those of its own prefix: a python that pyenv or somebody's make put there, and no environment.
  expect(findMappedEnvironment(line(`/opt/py/${numpy}`), '/opt/py/bin/python3.11')).toBeNull();
  expect(isBarePython({ executable: '/usr/bin/python3.11', workingDirectory: null, argv: ['python'] })).toBe(
    true,
  );
  expect(
    isBarePython({ executable: '/usr/bin/python3.11', workingDirectory: null, argv: ['./python'] }),
  ).toBe(false);
  expect(isBarePython({ executable: '/usr/bin/bash', workingDirectory: null, argv: ['python'] })).toBe(false);
});
