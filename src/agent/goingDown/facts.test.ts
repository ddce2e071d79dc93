import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { imagineMachineRoot, type MachineRoot } from '../../../test/support/imaginedMachineRoot.ts';
import { readGoingDownFacts } from './facts.ts';
import { howMachineGoesDown } from './goingDown.ts';

let root: MachineRoot;
beforeEach(async () => {
  root = await imagineMachineRoot();
});
afterEach(() => root.remove());

const read = () => readGoingDownFacts({ root: root.path, path: join(root.path, 'bin') });

/** A `systemctl` that does this. */
async function systemctl(script: string): Promise<void> {
  await mkdir(join(root.path, 'bin'), { recursive: true });
  await writeFile(join(root.path, 'bin/systemctl'), `#!/bin/sh\n${script}\n`);
  await chmod(join(root.path, 'bin/systemctl'), 0o755);
}

test('a bare machine tells nothing, and it does not go down', async () => {
  const facts = await read();
  expect(facts).toEqual({ firstProcess: [], jobs: null, scheduled: null, runLevel: null, noLogin: null });
  expect(howMachineGoesDown(facts, Date.now())).toBeNull();
});

test('every fact is read where the system keeps it', async () => {
  const record = Buffer.alloc(process.arch === 'arm64' ? 400 : 384);
  record.writeInt16LE(1, 0);
  record.writeInt32LE('6'.charCodeAt(0), 4);
  await root.file('/run/utmp');
  await writeFile(join(root.path, 'run/utmp'), record);
  await root.file('/run/nologin', 'System is going down.\n');
  await root.file('/run/systemd/shutdown/scheduled', 'USEC=1\nMODE=reboot\n');
  await root.file('/proc/1/cmdline', '/usr/lib/systemd/systemd-shutdown\0reboot\0');
  await systemctl('echo "$@"');
  expect(await read()).toEqual({
    firstProcess: ['/usr/lib/systemd/systemd-shutdown', 'reboot', ''],
    jobs: 'list-jobs --no-legend --no-pager --plain --full\n',
    scheduled: 'USEC=1\nMODE=reboot\n',
    runLevel: '6',
    noLogin: 'System is going down.\n',
  });
});

test('a systemctl that fails, as where process 1 is another, tells nothing', async () => {
  await systemctl('echo "1 reboot.target start waiting"; exit 1');
  expect((await read()).jobs).toBeNull();
});

test('a systemctl that hangs is not waited for', async () => {
  await systemctl('exec /bin/sleep 600');
  const startedMs = performance.now();
  expect((await read()).jobs).toBeNull();
  expect(performance.now() - startedMs).toBeLessThan(5000);
});
