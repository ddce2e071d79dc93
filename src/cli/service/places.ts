/** Where a program or its data may not lie if they are to be there after the next boot, and be reached by another user. */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/** Emptied at boot, or by a cleaner. */
const EMPTIED = ['/tmp', '/var/tmp', '/dev/shm', '/run', '/var/run'];

/** The folder around it that is emptied, so that what lies there may be gone tomorrow; null for a place that stays. */
export function emptiedFolder(path: string, temporaryFolder: string | undefined): string | null {
  // npx keeps what it ran in npm's cache.
  const cache = /^.*?\/(_npx|_cacache)(?=\/)/.exec(path)?.[0];
  if (cache !== undefined) return cache;
  const named = temporaryFolder?.startsWith('/') ? [temporaryFolder.replace(/\/+$/, '')] : [];
  const folders = [...EMPTIED, ...named].filter((folder) => folder !== '');
  return folders.find((folder) => path === folder || path.startsWith(`${folder}/`)) ?? null;
}

export interface Account {
  login: string;
  uid: number;
  gid: number;
  home: string;
}

/**
 * The first part of a path that this account may not pass or read; null where it may read all of it. Groups beyond the
 * account's own are not asked: for them it is said once too often rather than too rarely.
 */
export async function firstUnreachable(root: string, path: string, account: Account): Promise<string | null> {
  if (account.uid === 0) return null;
  const parts = path.split('/').filter((part) => part !== '');
  for (let count = 1; count <= parts.length; count += 1) {
    const part = `/${parts.slice(0, count).join('/')}`;
    const found = await stat(join(root, part)).catch(() => null);
    if (found === null) return part;
    const needed = found.isDirectory() ? 0o1 : 0o4;
    const shift = found.uid === account.uid ? 6 : found.gid === account.gid ? 3 : 0;
    if (((found.mode >> shift) & needed) === 0) return part;
  }
  return null;
}

/** The first part of a path that somebody but root may change, or put another into its place; null where nobody may. */
export async function firstNotRoots(root: string, path: string): Promise<string | null> {
  const parts = path.split('/').filter((part) => part !== '');
  // Where root is another's number (some containers), what is root's belongs to that.
  const { uid } = await stat(join(root, '/'));
  for (let count = 1; count <= parts.length; count += 1) {
    const part = `/${parts.slice(0, count).join('/')}`;
    const found = await stat(join(root, part)).catch(() => null);
    if (found === null || found.uid !== uid || (found.mode & 0o022) !== 0) return part;
  }
  return null;
}

/** Whether it lies in somebody's home, which a hardened unit does not see. */
export const isInHome = (path: string): boolean => /^\/(home|root|run\/user)(\/|$)/.test(path);

/** The folder or the nearest above it that exists. */
export async function nearestExisting(root: string, path: string): Promise<string> {
  for (let folder = path; ; folder = dirname(folder)) {
    const isThere = await stat(join(root, folder)).then(
      () => true,
      () => false,
    );
    if (isThere || folder === dirname(folder)) return join(root, folder);
  }
}

/** `alice:x:1000:1000:Alice,,,:/home/alice:/bin/bash`, as getent(1) prints it; null for anything else. */
export function accountOf(line: string): Account | null {
  const [login = '', , uid = '', gid = '', , home = ''] = line.trim().split(':');
  if (login === '' || !/^\d+$/.test(uid) || !/^\d+$/.test(gid)) return null;
  return { login, uid: Number(uid), gid: Number(gid), home };
}
