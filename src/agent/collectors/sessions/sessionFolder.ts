/**
 * Folders in which terminal tools keep their sockets, one per user: who owns one, what is in it, and which processes are his.
 * Their parents are writable by everybody, so nothing in them is believed that its owner could have made up.
 */
import type { Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { readKernelFile } from '../kernelFile.ts';
import { parseProcessStat, parseUid } from '../processes/processText.ts';

export interface SocketFile {
  path: string;
  name: string;
  mode: number;
}

export interface SocketFolder {
  path: string;
  uid: number;
  gid: number;
  /** Null where the agent may not look into it. */
  sockets: SocketFile[] | null;
}

/** More than anybody has; a folder of a million files is not read on. */
const MOST_SOCKETS = 500;

/** A user's folder; null where there is none, or a link or file stands in its place. */
export async function readSocketFolder(path: string): Promise<SocketFolder | null> {
  const folder = await lookAt(path);
  if (!folder?.isDirectory()) return null;
  const names = await readdir(path).catch(() => null);
  if (names === null) return { path, uid: folder.uid, gid: folder.gid, sockets: null };
  const sockets: SocketFile[] = [];
  for (const name of names.slice(0, MOST_SOCKETS)) {
    const file = await lookAt(join(path, name));
    // Screen on some systems uses named pipes. Another's socket in his folder is none of his sessions.
    if ((file?.isSocket() || file?.isFIFO()) && file.uid === folder.uid) {
      sockets.push({ path: join(path, name), name, mode: file.mode });
    }
  }
  return { path, uid: folder.uid, gid: folder.gid, sockets };
}

/** Names in a folder that match; none where it is not there. */
export async function listNames(folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names.filter((name) => pattern.test(name)).slice(0, MOST_SOCKETS);
}

/**
 * The start of a process in ticks after boot, null where it is gone or not this user's: a socket that claims pid 1 would
 * make the whole machine belong to its session.
 */
export function startTicksOf(pid: number, uid: number): number | null {
  const owner = parseUid(readKernelFile(`/proc/${pid}/status`, 1024) ?? '');
  if (owner !== uid) return null;
  return parseProcessStat(readKernelFile(`/proc/${pid}/stat`) ?? '')?.startTicks ?? null;
}

async function lookAt(path: string): Promise<Stats | null> {
  return await lstat(path).catch(() => null);
}
