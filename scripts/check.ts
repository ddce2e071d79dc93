/** Style and types: biome, then both TypeScript projects. `--write` lets biome mend what it can. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');
const biome = process.argv.includes('--write')
  ? ['check', '--write', '.']
  : ['check', '--error-on-warnings', '.'];

run('@biomejs/biome/bin/biome', biome);
run('typescript/bin/tsc', ['--noEmit', '-p', 'tsconfig.json']);
run('typescript/bin/tsc', ['--noEmit', '-p', 'web/tsconfig.json']);

function run(program: string, args: readonly string[]): void {
  const { status } = spawnSync(process.execPath, [join(root, 'node_modules', program), ...args], {
    cwd: root,
    stdio: 'inherit',
  });
  if (status !== 0) process.exit(1);
}
