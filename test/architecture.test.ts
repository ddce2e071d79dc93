/** Holds the house's rule that imports only point down (ARCHITECTURE.md): the table is data, the sources are read as text. */
import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');

/** Each room, and the rooms it may import from. A room is a folder of src/, `main` is src/main.ts, `web` is web/. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  lib: [],
  io: ['lib'],
  model: ['lib'],
  protocol: ['model', 'lib'],
  fleet: ['model', 'lib'],
  scheduling: ['fleet', 'protocol', 'model', 'lib'],
  tables: ['protocol', 'model', 'lib'],
  client: ['protocol', 'fleet', 'model', 'lib'],
  agent: ['protocol', 'scheduling', 'tables', 'fleet', 'model', 'lib', 'io'],
  hub: ['protocol', 'scheduling', 'tables', 'fleet', 'model', 'lib', 'io'],
  dialects: ['protocol', 'tables', 'fleet', 'model', 'lib', 'io'],
  simulator: ['agent', 'protocol', 'model', 'lib', 'io'],
  cli: ['client', 'scheduling', 'tables', 'fleet', 'protocol', 'model', 'lib', 'io'],
  tui: ['client', 'scheduling', 'fleet', 'protocol', 'model', 'lib', 'io'],
  web: ['client', 'scheduling', 'tables', 'fleet', 'protocol', 'model', 'lib'],
  roles: [
    'cli',
    'client',
    'agent',
    'hub',
    'dialects',
    'simulator',
    'scheduling',
    'tables',
    'fleet',
    'protocol',
    'model',
    'lib',
    'io',
  ],
  main: ['roles', 'cli', 'agent', 'io'],
};

/** Rooms without a machine under them: no Node, no timers, no clock, no chance. */
const PURE = new Set(['lib', 'model', 'protocol', 'fleet', 'scheduling', 'tables']);
const IMPURE =
  /\b(set(Timeout|Interval|Immediate)|queueMicrotask|(Date|performance)\.now|new Date\(\)|Math\.random|crypto\.\w|fetch\(|globalThis|process\.(argv|env|nextTick|hrtime|cwd|on)\b)/;

interface Source {
  path: string;
  room: string;
  text: string;
  imports: string[];
}

const sources: Source[] = globSync(['src/**/*.ts', 'web/**/*.{ts,tsx}'], { cwd: root })
  .filter((path) => !path.endsWith('.test.ts') && !path.endsWith('.contract.ts'))
  .map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const imports = [
      ...text.matchAll(
        /^(?:import|export)\b[^;]*?from\s+'([^']+)'|\bimport\('([^']+)'\)|^import\s+'([^']+)'/gms,
      ),
    ].map((match) => match[1] ?? match[2] ?? match[3] ?? '');
    return { path, room: roomOf(path), text, imports };
  });

function roomOf(path: string): string {
  const [top, second] = path.split('/');
  if (top === 'web') return 'web';
  return second === 'main.ts' ? 'main' : (second ?? '');
}

describe('imports only point down', () => {
  test('the sources are found', () => {
    expect(sources.length).toBeGreaterThan(30);
  });

  test('every folder of src has its line in the table', () => {
    expect(
      [...new Set(sources.map((source) => source.room))].filter((room) => !(room in MAY_IMPORT)),
    ).toEqual([]);
  });

  test('no room imports from a room above or beside it', () => {
    const wrong = sources.flatMap((source) =>
      source.imports
        .filter((specifier) => specifier.startsWith('.'))
        .map((specifier) => relative(root, resolve(root, dirname(source.path), specifier)))
        .filter(
          (target) => roomOf(target) !== source.room && !MAY_IMPORT[source.room]?.includes(roomOf(target)),
        )
        .map((target) => `${source.path} imports ${target}`),
    );
    expect(wrong).toEqual([]);
  });

  test('the pure rooms know no Node, no timers, no clock and no chance', () => {
    const wrong = sources
      .filter((source) => PURE.has(source.room))
      .filter(
        (source) =>
          source.imports.some((specifier) => specifier.startsWith('node:')) ||
          IMPURE.test(withoutComments(source.text)),
      )
      .map((source) => source.path);
    expect(wrong).toEqual([]);
  });

  test('only main reads process.argv and process.env', () => {
    const wrong = sources
      .filter(
        (source) =>
          source.room !== 'main' &&
          /(process|import\.meta)\.(argv|env)\b|\{[^}]*\b(argv|env)\b[^}]*\}\s*(=|from)\s*['"]?(node:)?process\b/.test(
            withoutComments(source.text),
          ),
      )
      .map((source) => source.path);
    expect(wrong).toEqual([]);
  });

  test('nothing above the drivers knows NVML', () => {
    const wrong = sources
      .filter(
        (source) =>
          !source.path.startsWith('src/agent/drivers/') && source.room !== 'main' && source.room !== 'roles',
      )
      .filter((source) => source.imports.some((specifier) => specifier.includes('drivers/nvml')))
      .map((source) => source.path);
    expect(wrong).toEqual([]);
  });

  test('every file says at its top what it is for', () => {
    const silent = sources
      .filter((source) => !/^(#!.*\n)?(\/\*\*|\/\/)/.test(source.text))
      .map((source) => source.path);
    expect(silent).toEqual([]);
  });
});

const withoutComments = (text: string): string => text.replaceAll(/\/\*[\s\S]*?\*\/|(^|\s)\/\/.*$/gm, '');
