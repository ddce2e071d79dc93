/**
 * The one test command: installs what the tests need where it may (root on Debian or Ubuntu), builds, checks, runs
 * every suite and prints the runner's closing line. `--soak` runs the long counts; other arguments go to vitest.
 */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installNeeds } from './needs.ts';

const root = join(import.meta.dirname, '..');
const soak = process.argv.includes('--soak');
const passedOn = process.argv.slice(2).filter((argument) => argument !== '--soak');

installNeeds(soak);
run('build', process.execPath, ['scripts/build.ts']);
if (passedOn.length === 0) run('check', process.execPath, ['scripts/check.ts']);

const reportFolder = mkdtempSync(join(tmpdir(), 'flowline-test-'));
const reportPath = join(reportFolder, 'report.json');
const tests = spawnSync(
  process.execPath,
  [
    'node_modules/vitest/vitest.mjs',
    'run',
    '--reporter=default',
    '--reporter=json',
    `--outputFile.json=${reportPath}`,
    ...passedOn,
  ],
  { cwd: root, stdio: 'inherit', env: { ...process.env, ...(soak ? { FLOWLINE_SOAK: 'true' } : {}) } },
);
const closed = printClosingLine();
rmSync(reportFolder, { recursive: true, force: true });
process.exit(tests.status === 0 && closed ? 0 : 1);

function run(what: string, command: string, args: string[]): void {
  const { status } = spawnSync(command, args, { cwd: root, stdio: 'inherit' });
  if (status === 0) return;
  console.error(`${what} failed`);
  process.exit(1);
}

/** `412 passed, 0 failed, 3 skipped`; false where nothing ran. */
function printClosingLine(): boolean {
  if (!existsSync(reportPath)) return false;
  const report = JSON.parse(readFileSync(reportPath, 'utf8')) as Record<string, number>;
  const passed = report.numPassedTests ?? 0;
  const skipped = (report.numPendingTests ?? 0) + (report.numTodoTests ?? 0);
  console.log(`\n${passed} passed, ${report.numFailedTests ?? 0} failed, ${skipped} skipped`);
  return passed > 0;
}
