// Runs one of the scripts beside it on Node 24, whatever Node npm itself runs on: `node scripts/run.mjs build --force`.
// (npm 9 does not link the package's `node` into node_modules/.bin, newer ones do: nothing here depends on it.)
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findNode24 } from '../bin/node24.mjs';

const [name, ...rest] = process.argv.slice(2);
const node = findNode24();
const script = join(dirname(fileURLToPath(import.meta.url)), `${name}.ts`);
// First in the path too, for what the script starts.
const env = { ...process.env, PATH: `${dirname(node)}${delimiter}${process.env.PATH ?? ''}` };
const child = spawn(node, [script, ...rest], { stdio: 'inherit', env });
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
