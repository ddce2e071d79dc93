#!/usr/bin/env node
// Starts FlowLine on Node 24, from whichever Node this is (18 or newer can read this file): on 24 in this very
// process, else by running the Node 24 that comes with the package, with signals and the exit code passed on.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { findNode24, isNewEnough, nodeFlagsOf, whyNode24Fails } from './node24.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const program = join(here, '..', 'dist', 'flowline.js');

if (!existsSync(program)) {
  console.error('flowline: not built yet. Run `npm ci && npm run build` in its folder.');
  process.exit(1);
}

if (isNewEnough) {
  await import(pathToFileURL(program).href);
} else {
  const node = findNode24();
  // The channel tells the child when this process is gone, however it ended (kill -9 too).
  const child = spawn(node, [...nodeFlagsOf(process.argv[2]), program, ...process.argv.slice(2)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR1', 'SIGUSR2', 'SIGCONT']) {
    // A terminal's Ctrl+C reaches the child by itself too: it takes two at once for one.
    process.on(signal, () => child.kill(signal));
  }
  child.on('error', (failure) => {
    console.error(whyNode24Fails() ?? `flowline: cannot start ${node}: ${failure.message}`);
    process.exit(1);
  });
  child.on('exit', (code, signal) => {
    // The loader's own words (`version GLIBC_2.28 not found`) stand above it.
    const why = code === 0 || code === null ? null : whyNode24Fails();
    if (why !== null) console.error(why);
    process.exit(code ?? 128 + (constants.signals[signal] ?? 0));
  });
}
