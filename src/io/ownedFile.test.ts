import { execFileSync } from 'node:child_process';
import { chmod, mkdir, readdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../../test/support/program.ts';
import { clearLeftovers, isSameContent, lookAtFile, readOwnedFile, replaceOwnedFile } from './ownedFile.ts';

const uid = process.getuid?.() ?? 0;
let folder: { path: string; remove: () => Promise<void> };
let path: string;
beforeEach(async () => {
  folder = await temporaryFolder();
  path = join(folder.path, 'a.csv');
  await writeFile(path, 'old');
});
afterEach(() => folder.remove());

const read = () => readOwnedFile(path, { uid, maxBytes: 1000 });
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('reading', () => {
  test('tells what the file was', async () => {
    const { bytes: content, identity } = await read();
    expect(Buffer.from(content).toString()).toBe('old');
    expect(isSameContent(identity, await lookAtFile(path))).toBe(true);
    await writeFile(path, 'new');
    expect(isSameContent(identity, await lookAtFile(path))).toBe(false);
  });

  test.each([
    ['a link', (at: string) => symlink(path, at), 'is a link'],
    ['a folder', (at: string) => mkdir(at), 'is not a file'],
    ['a pipe, which nobody writes', async (at: string) => void execFileSync('mkfifo', [at]), 'is not a file'],
  ])('%s is refused, and not waited for', async (_, make, words) => {
    const at = join(folder.path, 'other');
    await make(at);
    await expect(readOwnedFile(at, { uid, maxBytes: 1000 })).rejects.toThrow(words);
    await expect(lookAtFile(at)).rejects.toThrow(words);
  });

  test("another user's file, and one that is too large, are refused", async () => {
    await expect(readOwnedFile(path, { uid: uid + 1, maxBytes: 1000 })).rejects.toThrow('belongs to user');
    await expect(readOwnedFile(path, { uid, maxBytes: 2 })).rejects.toThrow('at most');
  });
});

describe('replacing', () => {
  test('puts other bytes in its place, with its mode, and leaves nothing beside it', async () => {
    await chmod(path, 0o604);
    const replaced = await replaceOwnedFile(path, bytes('new'), await read());
    await replaced?.replaced.close();
    expect(await readFile(path, 'utf8')).toBe('new');
    expect((await stat(path)).mode & 0o777).toBe(0o604);
    expect(await readdir(folder.path)).toEqual(['a.csv']);
    expect(replaced && isSameContent(replaced.identity, await lookAtFile(path))).toBe(true);
  });

  test('does nothing where somebody wrote it meanwhile', async () => {
    const before = await read();
    await writeFile(path, 'somebody was here');
    expect(await replaceOwnedFile(path, bytes('new'), before)).toBe(null);
    expect(await readFile(path, 'utf8')).toBe('somebody was here');
    expect(await readdir(folder.path)).toEqual(['a.csv']);
  });

  test('nor where size and time say that nobody did, but the bytes do', async () => {
    const when = new Date(1_700_000_000_000);
    await utimes(path, when, when);
    const before = await read();
    await writeFile(path, 'neu');
    await utimes(path, when, when);
    expect(isSameContent(before.identity, await lookAtFile(path))).toBe(true);
    expect(await replaceOwnedFile(path, bytes('new'), before)).toBe(null);
    expect(await readFile(path, 'utf8')).toBe('neu');
  });

  test('nor where it is a link by now', async () => {
    const before = await read();
    const target = join(folder.path, 'target');
    await writeFile(target, 'old');
    execFileSync('ln', ['-sf', target, path]);
    await expect(replaceOwnedFile(path, bytes('new'), before)).rejects.toThrow();
    expect(await readFile(target, 'utf8')).toBe('old');
  });

  test('what a killed writer left is taken away, and nothing else', async () => {
    await writeFile(join(folder.path, '.a.csv.flowline-00ff.new'), 'half');
    await writeFile(join(folder.path, '.b.csv.flowline-00ff.new'), "another's");
    await clearLeftovers(path);
    expect((await readdir(folder.path)).sort()).toEqual(['.b.csv.flowline-00ff.new', 'a.csv']);
  });
});
