import { chmod, chown, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { doctorBed } from '../../../test/support/doctorBed.ts';

const { root, find } = doctorBed();

describe('the data folder', () => {
  test('on a network mount it is a problem, found without touching the mount', async () => {
    await root().file(
      '/proc/self/mountinfo',
      '27 1 254:0 / / rw - ext4 /dev/vda rw\n36 27 0:52 / /dead rw - nfs4 nas:/export rw,vers=4.2\n',
    );
    expect(await find('data-folder', { dataFolder: '/dead/state' })).toMatchObject({
      result: 'problem',
      found: '/dead/state is on nfs4',
    });
  });

  test('one that is open to others is told with the command that closes it', async () => {
    await chmod(root().path, 0o755);
    expect(await find('data-folder', { dataFolder: root().path })).toMatchObject({
      result: 'note',
      advice: `chmod 700 ${root().path}`,
    });
    await chmod(root().path, 0o700);
    expect((await find('data-folder', { dataFolder: root().path })).result).toBe('ok');
  });

  test('a token that others can read is a problem: it is the administrator’s', async () => {
    await root().file('/token', 'fl_x');
    const token = join(root().path, 'token');
    await chmod(token, 0o644);
    await chmod(root().path, 0o755);
    expect(await find('data-folder', { dataFolder: root().path })).toMatchObject({
      result: 'problem',
      advice: `chmod 700 ${root().path} && chmod 600 ${token}`,
    });
    await chmod(root().path, 0o700);
    expect((await find('data-folder', { dataFolder: root().path })).result).toBe('ok');
    await chmod(root().path, 0o755);
    await chmod(token, 0o600);
    expect((await find('data-folder', { dataFolder: root().path })).result).toBe('note');
  });

  test.each([
    ['everybody', 0o777, null, 'problem', 'everybody on this machine may put another folder in the place'],
    ['nobody but its owner, in a folder like /tmp', 0o1777, null, 'ok', 'on a local disk'],
    ...(process.getuid?.() === 0
      ? ([['its group', 0o770, 100, 'note', 'its group may put another folder in the place']] as const)
      : []),
  ] as const)('in a folder where %s may rename it', async (_who, mode, group, result, found) => {
    const above = join(root().path, 'above');
    const folder = join(above, 'data');
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await chmod(above, mode);
    // A group of one's own number is one's own, and only root gives to another.
    if (group !== null) await chown(above, 0, group);
    expect(await find('data-folder', { dataFolder: folder })).toMatchObject({
      result,
      found: expect.stringContaining(found),
    });
  });

  test('one that is not there yet is no problem where it can be made', async () => {
    expect((await find('data-folder')).result).toBe('note');
    await root().file('/file');
    expect(await find('data-folder', { dataFolder: join(root().path, 'file') })).not.toMatchObject({
      result: 'ok',
    });
  });
});
