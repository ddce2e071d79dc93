/**
 * NVIDIA's own header, nvml.h, where a machine has it (the CUDA toolkit brings it, and Debian's libnvidia-ml-dev): what it
 * says of structures, numbers and calls. It is no part of this repository and of no package that the tests may ask for.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { lacking } from './needs.ts';

const native = fileURLToPath(new URL('../../native/', import.meta.url));

const folders = ['/usr/local/cuda/include', '/usr/include', '/opt/cuda/include'];

export interface NvmlHeader {
  path: string;
  /** Whether the header knows this name: older ones lack the newer. */
  has(name: string): boolean;
  /** What C expressions are worth, with this header and the stand-in's own (native/answer.h) included. */
  valuesOf(expressions: readonly string[]): number[];
  /** The parameters of a call in the letters of symbols.ts, or null where the header does not declare it. */
  parametersOf(call: string): string | null;
}

/** Of CUDA 11.0. Before it two structures were shorter at their ends, which nobody reads of them. */
const OLDEST_API = 11;

/** @returns null where there is none to compare with, or no gcc; FLOWLINE_NVML_HEADER names one that is elsewhere */
export function findNvmlHeader(): NvmlHeader | null {
  if (lacking('gcc').length > 0) return null;
  const named = process.env.FLOWLINE_NVML_HEADER;
  const paths = named ? [named] : folders.map((folder) => join(folder, 'nvml.h'));
  const path = paths.find(existsSync);
  if (path === undefined) return null;
  const text = readFileSync(path, 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, ' ');
  const version = Number(text.match(/#define\s+NVML_API_VERSION\s+(\d+)/)?.[1]);
  return version >= OLDEST_API ? readHeader(path, text) : null;
}

function readHeader(path: string, text: string): NvmlHeader {
  const names = new Set(text.match(/\w+/g));
  return {
    path,
    has: (name) => names.has(name),
    valuesOf: (expressions) => compute(path, expressions),
    parametersOf: (call) => lettersOf(text, call),
  };
}

function compute(header: string, expressions: readonly string[]): number[] {
  const folder = mkdtempSync(join(tmpdir(), 'flowline-nvml-header-'));
  try {
    const source = join(folder, 'values.c');
    const program = join(folder, 'values');
    const prints = expressions.map((expression) => `  printf("%lld\\n", (long long)(${expression}));`);
    writeFileSync(
      source,
      [
        '#include <stddef.h>',
        '#include <stdio.h>',
        '#define NVML_NO_UNVERSIONED_FUNC_DEFS',
        `#include "${header}"`,
        `#include "${join(native, 'answer.h')}"`,
        'int main(void) {',
        ...prints,
        '  return 0;',
        '}',
      ].join('\n'),
    );
    execFileSync('gcc', ['-std=gnu11', '-w', '-o', program, source]);
    return execFileSync(program, { encoding: 'utf8' }).trim().split('\n').map(Number);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lettersOf(text: string, call: string): string | null {
  const list = text.match(new RegExp(`\\bDECLDIR\\s+${call}\\s*\\(([^)]*)\\)`))?.[1]?.trim();
  if (list === undefined) return null;
  return list === 'void' || list === '' ? '' : list.split(',').map(letterOf).join('');
}

/** h a handle, p a pointer to bytes, q 64 bits, u 32: enums too. */
function letterOf(parameter: string): string {
  if (/[*[]/.test(parameter)) return 'p';
  if (/\bnvml(Device|EventSet)_t\b/.test(parameter)) return 'h';
  if (/\blong long\b/.test(parameter)) return 'q';
  return 'u';
}
