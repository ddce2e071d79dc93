/** Files that are whole or as they were, never half: written beside, flushed, renamed. */
import { randomBytes } from 'node:crypto';
import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** The disk takes no more; what was on it is as it was. */
export class DiskFull extends Error {
  readonly hint = 'make room on that disk and try again: nothing that was kept is lost';
  constructor(path: string) {
    super(`could not write ${path}: its disk is full`);
  }
}

/**
 * Replaces a file's content. A reader sees the old or the new whole; after a power cut too.
 * @param mode permissions of the new file; 0600 by default: what we keep is nobody else's.
 * @throws DiskFull, or the operating system's error (no permission); the old file is then untouched.
 */
export async function writeFileAtomically(path: string, content: string, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.new`;
  try {
    const file = await open(temporary, 'wx', mode);
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (failure) {
    await rm(temporary, { force: true });
    throw isDiskFull(failure) ? new DiskFull(path) : failure;
  }
  // The rename itself must survive a power cut; a file system that cannot flush a folder has done what it can.
  const folder = await open(dirname(path), 'r');
  await folder.sync().catch(() => undefined);
  await folder.close();
}

/**
 * Removes what a process that was killed had begun to write into this folder. To be called by the folder's only writer,
 * before it writes.
 */
export async function clearHalfWritten(folder: string): Promise<void> {
  for (const name of await readdir(folder).catch(() => []))
    if (/\.[0-9a-f]{12}\.new$/.test(name)) await rm(join(folder, name), { force: true });
}

/** No space left, or none left of this user's share (open(2), write(2)). */
function isDiskFull(failure: unknown): boolean {
  return failure instanceof Error && 'code' in failure && ['ENOSPC', 'EDQUOT'].includes(String(failure.code));
}

/** The content of a file, or null where there is none. */
export async function readFileIfThere(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (failure) {
    if (failure instanceof Error && 'code' in failure && failure.code === 'ENOENT') return null;
    throw failure;
  }
}
