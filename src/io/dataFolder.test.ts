import { chown, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { explainAccess, openDataFolder } from './dataFolder.ts';

let parent: string;
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'flowline-data-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

describe('the data folder', () => {
  test('is made with all folders above it, for its owner only', async () => {
    const path = join(parent, 'a', 'b', 'c');
    const folder = await openDataFolder(path, 'test');
    expect((await stat(path)).mode & 0o777).toBe(0o700);
    folder.release();
  });

  test('loses what a kill -9 left half written, and nothing else', async () => {
    await writeFile(join(parent, 'nodes.json'), '[]');
    await writeFile(join(parent, 'nodes.json.0123456789ab.new'), '[');
    await writeFile(join(parent, 'my.new'), 'of somebody');
    (await openDataFolder(parent, 'test')).release();
    expect((await readdir(parent)).filter((name) => /new|nodes/.test(name)).sort()).toEqual([
      'my.new',
      'nodes.json',
    ]);
  });

  test('is one process’s at a time, and free again when it lets go', async () => {
    const folder = await openDataFolder(parent, 'the first');
    await expect(openDataFolder(parent, 'the second')).rejects.toMatchObject({
      code: 'folder-busy',
      message: expect.stringContaining('the first'),
    });
    folder.release();
    (await openDataFolder(parent, 'the third')).release();
  });

  test('every file that taking it leaves there is its owner’s only, one from before too', async () => {
    await writeFile(join(parent, 'lock.sqlite'), '', { mode: 0o644 });
    for (const path of [parent, join(parent, 'new')]) {
      const folder = await openDataFolder(path, 'test');
      const names = (await readdir(path)).filter((name) => name !== 'new');
      expect(names).toEqual(expect.arrayContaining(['holder', 'lock.sqlite']));
      for (const name of names) expect((await stat(join(path, name))).mode & 0o777, name).toBe(0o600);
      folder.release();
    }
  });

  test.skipIf(process.getuid?.() !== 0)(
    "of another user is not taken by root, whose files its owner could not read (skipped where this is not root's)",
    async () => {
      await chown(parent, 12_345, 12_345);
      await expect(openDataFolder(parent, 'test')).rejects.toMatchObject({
        code: 'folder-unusable',
        message: expect.stringContaining('uid 12345'),
        hint: expect.stringContaining('--data'),
      });
      expect(await readdir(parent)).toEqual([]);
    },
  );

  test('with a file in it that this user may not use is told with a way on; another failure stays itself', () => {
    const refused = (path: string, code = 'EACCES') =>
      Object.assign(new Error(`${code}: permission denied, open '${path}'`), { code, path });
    expect(explainAccess(refused(join(parent, 'tokens.json')), parent)).toMatchObject({
      code: 'folder-unusable',
      message: expect.stringContaining('tokens.json'),
      hint: expect.stringContaining(`chown -R ${process.getuid?.()} ${parent}`),
    });
    const foreign = refused('/etc/shadow');
    expect(explainAccess(foreign, parent)).toBe(foreign);
    const other = refused(join(parent, 'tokens.json'), 'EIO');
    expect(explainAccess(other, parent)).toBe(other);
  });

  test.each(['/proc/nope/deeper', '/dev/null/below'])(
    '%s cannot be one: said with a way on, at once',
    async (path) => {
      await expect(openDataFolder(path, 'test')).rejects.toMatchObject({
        code: 'folder-unusable',
        hint: expect.stringContaining('--data'),
      });
    },
  );
});
