import { expect, test } from 'vitest';
import { findPythonEnvironment } from './pythonEnvironment.ts';

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
