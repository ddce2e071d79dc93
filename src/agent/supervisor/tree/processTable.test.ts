import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test, vi } from 'vitest';
import { createProcessTable } from './processTable.ts';

test('a process whose first thread ended stays in the table until its last one has', async () => {
  const exit = process.arch === 'arm64' ? 93 : 60;
  // The system call ends the thread that makes it, and Node has several.
  const script = `const end = require('koffi').load(null).func('syscall', 'long', ['long', 'long']);
    console.log('ready'); setTimeout(() => end(${exit}, 0), 50)`;
  const program = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  onTestFinished(() => void program.kill('SIGKILL'));
  await once(program.stdout, 'data');
  const pid = program.pid ?? 0;
  await vi.waitFor(() => expect(readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z '), {
    timeout: 5000,
  });
  const table = createProcessTable();
  expect(table.readOne(pid)?.state).toBe('Z');
  expect((await table.readAnew()).has(pid)).toBe(true);
  program.kill('SIGKILL');
  await once(program, 'exit');
  expect(table.readOne(pid)).toBeNull();
  expect((await table.readAnew()).has(pid)).toBe(false);
});
