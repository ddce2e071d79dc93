/** Builds the program, then measures it (bench/run.ts); arguments go there. */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { installReferences } from './needs.ts';

const root = join(import.meta.dirname, '..');

installReferences();
for (const script of [['scripts/build.ts'], ['bench/run.ts', ...process.argv.slice(2)]]) {
  const { status } = spawnSync(process.execPath, script, { cwd: root, stdio: 'inherit' });
  if (status !== 0) process.exit(1);
}
