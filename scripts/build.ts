/**
 * Builds dist/: the program (esbuild, one chunk per role so that each process loads only its own) and the page (vite).
 * Skipped where nothing changed since the last build, told by a hash over the sources; `--force` builds anyway.
 */
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build as bundle } from 'esbuild';
import { build as buildPage } from 'vite';
import { programBundle } from './programBundle.ts';

const root = join(import.meta.dirname, '..');
const stampPath = join(root, 'dist', 'built-from');

const sources = globSync(
  ['src/**/*', 'web/**/*', 'scripts/{build,programBundle}.ts', 'package-lock.json', 'package.json'],
  {
    cwd: root,
    withFileTypes: true,
  },
)
  .filter((entry) => entry.isFile() && !entry.name.endsWith('.test.ts'))
  .map((entry) => join(entry.parentPath, entry.name))
  .sort();
const hash = createHash('sha256');
for (const path of sources) hash.update(path.slice(root.length)).update(readFileSync(path));
const stamp = hash.digest('hex');

if (process.argv.includes('--force') || !existsSync(stampPath) || readFileSync(stampPath, 'utf8') !== stamp) {
  const startedAtMs = Date.now();
  rmSync(join(root, 'dist'), { recursive: true, force: true });
  await Promise.all([bundleProgram(), bundlePage()]);
  writeFileSync(stampPath, stamp);
  console.error(`flowline: built in ${((Date.now() - startedAtMs) / 1000).toFixed(1)} s`);
}

async function bundleProgram(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  await bundle(programBundle(version));
}

async function bundlePage(): Promise<void> {
  await buildPage({
    configFile: join(root, 'web', 'vite.config.ts'),
    logLevel: 'warn',
    build: { chunkSizeWarningLimit: 700 },
  });
  // Compressed once here, so that the hub never does it: it only picks the file that a browser takes.
  for (const path of globSync('dist/page/**/*.{js,css,html,svg,json}', { cwd: root })) {
    const content = readFileSync(join(root, path));
    writeFileSync(join(root, `${path}.gz`), gzipSync(content, { level: 9 }));
  }
}
