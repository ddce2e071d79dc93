/**
 * Builds the stand-in for NVIDIA's library (native/) with gcc, once per change of its source, and says why not where
 * there is no gcc. The variants play other drivers' libraries.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * 3 has everything, 2 lacks the newest calls, 1 has only the first ones; `535.54` and `550.127` have everything and write
 * processes in another layout than the call's, as those drivers do; `clearing` clears all the room it is given first.
 */
export type Generation = keyof typeof definitions;

const definitions = {
  1: ['-DGENERATION=1'],
  2: ['-DGENERATION=2'],
  3: ['-DGENERATION=3'],
  '535.54': ['-DGENERATION=3', '-DPROCESSES_V3=3'],
  '550.127': ['-DGENERATION=3', '-DPROCESSES_V3=1'],
  clearing: ['-DGENERATION=3', '-DCLEARS=1'],
};

const native = fileURLToPath(new URL('../../native/', import.meta.url));
const sources = ['nvmlStandIn.c', 'figures.c', 'processes.c', 'state.c', 'answer.h', 'state.h'];

/**
 * Why tests with the stand-in are skipped here, or null where they run. On a CI machine they never are: there a missing
 * compiler is a failure.
 */
export function whyNoStandIn(isContinuousIntegration: boolean): string | null {
  const found = spawnSync('gcc', ['--version']).status === 0;
  return found || isContinuousIntegration
    ? null
    : 'gcc is not installed: the stand-in NVML library cannot be built';
}

/** Every figure that the state file may name, as native/state.h lists them: `X(power)`. */
export function standInFigures(): string[] {
  const list =
    readFileSync(join(native, 'state.h'), 'utf8').split('#define FIGURES(X)')[1]?.split('#define')[0] ?? '';
  return [...list.matchAll(/X\((\w+)\)/g)].map((match) => match[1] ?? '');
}

/** @returns the path of the built library, as FLOWLINE_NVML takes it */
export function buildStandIn(generation: Generation = 3): string {
  const hash = createHash('sha256');
  for (const source of sources) hash.update(readFileSync(join(native, source)));
  const folder = join(tmpdir(), `flowline-stand-in-${userInfo().uid}-${hash.digest('hex').slice(0, 12)}`);
  const library = join(folder, `libnvidia-ml-${generation}.so.1`);
  if (existsSync(library)) return library;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const unfinished = `${library}.${process.pid}`;
  execFileSync('gcc', [
    ...['-std=c11', '-D_GNU_SOURCE', '-Wall', '-Wextra', '-Werror', '-O2', '-fPIC', '-shared'],
    ...[...definitions[generation], '-o', unfinished],
    ...sources.filter((source) => source.endsWith('.c')).map((source) => join(native, source)),
  ]);
  renameSync(unfinished, library);
  return library;
}
