/**
 * What `npm pack` puts into the package is all that it needs beside its declared dependencies: laid out in an empty
 * folder as npm does, by the system's own Node, it answers and serves the page. `--soak` lets npm itself install it.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';
import { startHubProgram, temporaryFolder } from '../support/program.ts';

const root = join(import.meta.dirname, '..', '..');
const isSoak = process.env.FLOWLINE_SOAK === 'true';

interface Manifest {
  bin: Record<string, string>;
  dependencies: Record<string, string>;
  optionalDependencies: Record<string, string>;
}

test('the packed package runs from an empty folder', async () => {
  const folder = await temporaryFolder();
  const archive = run(
    'npm',
    ['pack', '--silent', '--ignore-scripts', '--pack-destination', folder.path],
    root,
  );
  const place = join(folder.path, 'node_modules', 'flowline');
  if (isSoak) {
    run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund', `./${archive}`], folder.path);
  } else {
    mkdirSync(place, { recursive: true });
    run('tar', ['-xzf', join(folder.path, archive), '-C', place, '--strip-components=1'], folder.path);
    link(place);
  }
  const manifest = JSON.parse(readFileSync(join(place, 'package.json'), 'utf8')) as Manifest;
  const program = ['node', join(place, manifest.bin.flowline ?? '')];
  const status = run(program[0] ?? '', [...program.slice(1), 'status', '--json'], folder.path);
  expect(JSON.parse(status)).toMatchObject({ nodes: [{ state: 'online' }] });
  const hub = await startHubProgram('up', [], {}, undefined, program);
  expect(await (await fetch(`${hub.url}/`, { headers: { accept: 'text/html' } })).text()).toContain(
    'FlowLine',
  );
  await hub.end();
  // Neither sources nor tests, nor anything that only the build needs.
  expect(
    readdirSync(place)
      .filter((name) => name !== 'node_modules')
      .sort(),
  ).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'README.zh-CN.md', 'bin', 'dist', 'package.json']);
  await folder.remove();
}, 300_000);

/** Links what the manifest declares, and nothing else, beside the package. */
function link(place: string): void {
  const { dependencies, optionalDependencies } = JSON.parse(
    readFileSync(join(place, 'package.json'), 'utf8'),
  ) as Manifest;
  const modules = dirname(place);
  for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) {
    if (existsSync(join(root, 'node_modules', name)))
      symlinkSync(join(root, 'node_modules', name), join(modules, name));
  }
}

/** What it printed. @throws with what it said where it failed */
function run(command: string, words: string[], folder: string): string {
  const { status, stdout, stderr } = spawnSync(command, words, {
    cwd: folder,
    encoding: 'utf8',
    env: { ...process.env, PATH: withoutOurNode(process.env.PATH ?? '') },
  });
  if (status !== 0) throw new Error(`${command} ${words.join(' ')}: ${stderr}`);
  return stdout.trim();
}

/** The Node 24 that the tests run on stands first in the path; people have their system's. */
function withoutOurNode(path: string): string {
  return path
    .split(':')
    .filter((part) => !part.includes('node_modules'))
    .join(':');
}
