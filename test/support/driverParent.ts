/** A process that keeps a driver's child, says the child's pid and stays: for tests of what becomes of the child. */
import { readFileSync } from 'node:fs';
import { createNvmlDriver } from '../../src/agent/drivers/nvml/nvmlDriver.ts';

const [program = process.execPath, ...rest] = process.argv.slice(2);
createNvmlDriver({ child: { command: [program, ...rest], environment: process.env } });
const children = readFileSync(`/proc/self/task/${process.pid}/children`, 'utf8');
process.stdout.write(`${children.trim()}\n`);
setInterval(() => {}, 60_000);
