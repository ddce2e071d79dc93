/** For developing: runs the sources without a bundle and restarts on a change, and rebuilds the page as it is edited. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { build } from 'vite';

const root = join(import.meta.dirname, '..');
const role = process.argv.slice(2).length > 0 ? process.argv.slice(2) : ['up'];

await build({
  configFile: join(root, 'web', 'vite.config.ts'),
  logLevel: 'warn',
  build: { watch: {}, minify: false },
});
const program = spawn(
  process.execPath,
  ['--watch', '--watch-preserve-output', join(root, 'src', 'main.ts'), ...role],
  {
    cwd: root,
    stdio: 'inherit',
  },
);
process.on('SIGINT', () => program.kill('SIGINT'));
process.on('SIGTERM', () => program.kill('SIGTERM'));
program.on('exit', (code) => process.exit(code ?? 1));
