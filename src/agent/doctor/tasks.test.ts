import { chmod, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { doctorBed } from '../../../test/support/doctorBed.ts';

const bed = doctorBed();

const program = async (path: string): Promise<void> => {
  await bed.root().file(path);
  await chmod(join(bed.root().path, path), 0o755);
};
const health = (hasQueueTrouble: boolean) => async () => ({
  version: '1.0.0',
  nowMs: 1,
  hereNowMs: 1,
  hasQueueTrouble,
});

describe('what tasks need', () => {
  test('the wrapper’s tools, each named where it is missing', async () => {
    expect(await bed.find('task-tools')).toMatchObject({ result: 'ok' });
    await rm(join(bed.root().path, 'usr', 'bin', 'sync'));
    expect(await bed.find('task-tools')).toMatchObject({ result: 'problem' });
    expect((await bed.find('task-tools')).found).toContain('/bin: sync;');
    await program('/bin/sync');
    expect(await bed.find('task-tools')).toMatchObject({ result: 'ok' });
  });

  test('folders of the supervisor are looked at once they are there', async () => {
    const dataFolder = join(bed.root().path, 'data');
    await mkdir(join(dataFolder, 'attempts'), { recursive: true });
    expect(await bed.find('task-folders', { dataFolder })).toMatchObject({ result: 'ok' });
  });

  test.skipIf(process.getuid?.() === 0)('a folder that may not be written is a problem', async () => {
    const dataFolder = join(bed.root().path, 'data');
    await mkdir(join(dataFolder, 'logs'), { recursive: true });
    await chmod(join(dataFolder, 'logs'), 0o500);
    expect(await bed.find('task-folders', { dataFolder })).toMatchObject({ result: 'problem' });
  });

  test('python3 is looked for where the user’s PATH says; without one it is a note', async () => {
    expect(await bed.find('python')).toMatchObject({ result: 'note' });
    await program('/opt/conda/bin/python3');
    expect(await bed.find('python', { searchPath: ':/opt/conda/bin' })).toMatchObject({
      result: 'ok',
      found: '/opt/conda/bin/python3 is found',
    });
  });

  test('a control group is wanted, not needed', async () => {
    expect(await bed.find('control-group')).toMatchObject({ result: 'note' });
    await bed.root().file('/proc/self/mountinfo', '1 2 0:3 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n');
    await bed.root().file('/proc/self/cgroup', '0::/own\n');
    await bed.root().file('/sys/fs/cgroup/own/cgroup.procs');
    expect(await bed.find('control-group')).toMatchObject({ result: 'ok' });
  });

  test('a hub that cannot write its database is a problem, also while it answers', async () => {
    expect(await bed.find('queue-store', { askHealth: health(false) })).toMatchObject({ result: 'ok' });
    expect(await bed.find('queue-store', { askHealth: health(true) })).toMatchObject({ result: 'problem' });
  });
});
